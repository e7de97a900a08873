"""Keys, contents, groups and origins on both sides are counted and named."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.shared_examples import (
    contents_of,
    overlap,
    shared_examples,
    texts,
)
import numpy as np
import pytest


def split_of(name, role="test", n=40, seed=0, **changes):
    rng = np.random.Generator(np.random.Philox(key=[seed, len(name)]))
    x = changes.pop("x", rng.normal(size=(n, 3)))
    y = changes.pop("y", rng.normal(size=(len(x), 4)))
    ids = np.array([f"{name}-{i}" for i in range(len(x))])
    content = {"keys": ids, "groups": ids, **changes}
    fields = (Field("x", x.shape[1:], "m"), Field("y", y.shape[1:], "m"))
    arrays = {"x": x, "y": y}
    return Split(name, role, arrays, fields, ("x",), ("y",), **content)


def found(splits):
    checks = shared_examples(splits, contents_of(splits))
    return {check.name: check for check in checks if check.count}


def test_splits_that_share_nothing_give_one_ok_check_a_question():
    splits = [split_of("train", "train"), split_of("far")]
    checks = shared_examples(splits, contents_of(splits))
    assert [(check.name, check.verdict) for check in checks] == [
        ("same key", "ok"),
        ("same inputs under another key", "ok"),
        ("same inputs with same targets", "ok"),
        ("same group", "ok"),
    ]
    assert overlap(splits) == ((0, 0), (0, 0))


def test_equal_inputs_are_told_apart_by_their_targets():
    train, far = split_of("train", "train"), split_of("far")
    x, y = far.arrays["x"].copy(), far.arrays["y"].copy()
    x[:3], y[:2] = train.arrays["x"][7:10], train.arrays["y"][7:9]
    leaks = found([train, split_of("far", x=x, y=y)])
    assert leaks["same inputs under another key"].count == 3
    assert leaks["same inputs with same targets"].count == 2
    assert leaks["same inputs with same targets"].detail == "such as `train-7 = far-0`"
    assert {check.verdict for check in leaks.values()} == {"leak"}


def test_equal_inputs_and_targets_under_one_key_are_said_too():
    train = split_of("train", "train")
    leaks = found([train, split_of("far", x=train.arrays["x"], keys=train.keys)])
    assert set(leaks) == {"same key"}
    copy = split_of("far", x=train.arrays["x"], y=train.arrays["y"], keys=train.keys)
    assert set(found([train, copy])) == {"same key", "same inputs with same targets"}


@pytest.mark.parametrize("name", ["trajectory", "template"])
def test_an_origin_on_both_sides_is_a_leak_named_after_it(name):
    ids = np.arange(40)
    train = split_of("train", "train", origins={name: ids, "other": ids})
    far = split_of("far", origins={name: ids + 38, "third": ids})
    leaks = found([train, far])
    assert leaks[f"same {name}"].count == 2
    assert leaks[f"same {name}"].detail == "such as `38`"
    assert len(leaks) == 1


def test_splits_of_one_role_may_share_groups_and_origins():
    same = {"origins": {"seed": np.zeros(40)}, "groups": np.zeros(40)}
    splits = [split_of("near", **same), split_of("far", **same)]
    assert found(splits) == {}
    splits = [split_of("select", "select", **same), split_of("far", **same)]
    assert set(found(splits)) == {"same group", "same seed"}


def test_two_train_splits_may_share_everything():
    train = split_of("train", "train")
    again = train.take(np.arange(10), name="again")
    checks = shared_examples([train, again], contents_of([train, again]))
    assert {check.verdict for check in checks} == {"ok"}
    assert max(check.count for check in checks) == 10
    assert overlap([train, again]) == ((0, 10), (10, 0))


def test_futures_of_two_lengths_are_compared_where_both_have_frames():
    train = split_of("train", "train")
    y = np.concatenate([train.arrays["y"], np.ones((40, 6))], axis=1)
    long = split_of("far", x=train.arrays["x"], y=y)
    splits = [train, long]
    contents = contents_of(splits)
    assert contents.targets["train"] == contents.targets["far"]
    assert contents.target_sizes["far"].tolist() == [4] * 40
    assert found(splits)["same inputs with same targets"].count == 40


def test_values_of_a_column_are_compared_as_text():
    assert texts(np.array([1, 2, 2])) == texts(np.array(["1", "2"]))
