"""Thin and empty strata, repeated keys and missing roles are said."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.completeness import completeness
import numpy as np


def split_of(name, role="test", n=60, **changes):
    ids = np.array([f"{name}-{i}" for i in range(n)])
    content = {"keys": ids, "groups": ids, **changes}
    arrays, fields = {"x": np.arange(n)}, (Field("x", (), "m"),)
    return Split(name, role, arrays, fields, ("x",), (), **content)


def found(checks, name, *splits):
    (check,) = [c for c in checks if (c.name, c.splits) == (name, splits)]
    return check


def test_the_roles_are_counted_and_a_run_without_training_is_warned_about():
    whole = [split_of("a", "train"), split_of("b", "select"), split_of("c")]
    check = found(completeness(whole), "roles", "a", "b", "c")
    assert (check.detail, check.verdict) == ("1 train, 1 select, 1 test", "ok")
    assert found(completeness(whole[1:]), "roles", "b", "c").verdict == "warning"
    assert found(completeness(whole[:1]), "roles", "a").verdict == "warning"


def test_a_thin_split_and_a_thin_stratum_are_named_with_their_size():
    labels = np.array(["contact"] * 2 + ["free"] * 58)
    far = split_of("far", strata={"c": labels})
    checks = completeness([far, split_of("near", n=4)])
    thin = "fewer than 20 examples"
    assert found(checks, thin, "far").detail == "c=contact has 2"
    assert found(checks, thin, "near").detail == "all has 4"
    assert found(checks, thin, "near").verdict == "warning"


def test_a_repeated_key_is_counted():
    keys = np.array(["a", "a", "a", *(f"k{i}" for i in range(57))])
    checks = completeness([split_of("far", keys=keys)])
    assert found(checks, "repeated key", "far").count == 2


def test_a_stratum_that_others_have_and_one_lacks_is_empty():
    both = np.array(["contact", "free"] * 30)
    splits = [
        split_of("train", "train", strata={"c": both}),
        split_of("far", strata={"c": np.full(60, "contact")}),
    ]
    checks = completeness(splits)
    check = found(checks, "empty stratum", "far")
    assert (check.detail, check.verdict) == ("no example of c=free", "warning")
    assert found(checks, "empty stratum", "train").verdict == "ok"


def test_a_test_of_other_labels_altogether_lacks_nothing():
    splits = [
        split_of("train", "train", strata={"length": np.arange(60) % 3}),
        split_of("long", strata={"length": 3 + np.arange(60) % 3}),
        split_of("plain"),
    ]
    checks = completeness(splits)
    assert found(checks, "empty stratum", "long").detail == "none"
    assert not [c for c in checks if c.splits == ("plain",) and "empty" in c.name]
