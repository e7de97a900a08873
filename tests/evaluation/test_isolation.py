"""The audit finds a leak by key, by content and by group, and refuses it."""

import json
import logging

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.audit_report import LeakFound
from dist_invention.evaluation.isolation import audit, find_leaks
import numpy as np
import pytest


def split_of(name, role="test", n=60, seed=0, **changes):
    rng = np.random.Generator(np.random.Philox(key=[seed, len(name)]))
    x = changes.pop("x", rng.normal(size=(n, 3)).astype(np.float32))
    n = len(x)
    keys = changes.pop("keys", np.array([f"{name}-{i}" for i in range(n)]))
    groups = changes.pop("groups", np.array([f"{name}-g{i}" for i in range(n)]))
    field = Field("x", x.shape[1:], "m")
    return Split(name, role, {"x": x}, (field,), ("x",), (), keys, groups, **changes)


def train_of(**changes):
    return split_of("train", "train", 100, **changes)


def found(report, name, *splits):
    (check,) = [c for c in report.checks if (c.name, c.splits) == (name, splits)]
    return check


def test_splits_that_share_nothing_are_clean_and_their_overlap_is_zero():
    report = find_leaks([train_of(), split_of("select_in", "select"), split_of("far")])
    assert report.verdict == "clean"
    assert report.splits == ("train", "select_in", "far")
    assert not np.any(report.overlap)
    assert found(report, "same key", "train", "far").detail == "none"


def test_a_shared_key_is_a_leak_naming_both_splits_count_and_an_example():
    keys = np.array(["train-7", "train-8", *(f"far-{i}" for i in range(58))])
    with pytest.raises(
        LeakFound,
        match=r"`train` and `far` to share nothing. Received: 2 .*such as `train-7`",
    ) as caught:
        audit([train_of(), split_of("far", keys=keys)])
    report = caught.value.report
    assert report.verdict == "LEAK"
    assert report.overlap == ((0, 2), (2, 0))


def test_a_copy_under_another_key_is_found_by_its_content():
    train = train_of()
    x = split_of("far").arrays["x"].astype(np.float64)
    x[5] = train.arrays["x"][42]
    with pytest.raises(
        LeakFound, match=r"1 with the same inputs under another key.*train-42 = far-5"
    ):
        audit([train, split_of("far", x=x)])


def test_a_trajectory_on_both_sides_is_a_leak():
    groups = np.array(["train-g3"] * 4 + [f"far-g{i}" for i in range(56)])
    with pytest.raises(LeakFound, match=r"1 with the same group, such as `train-g3`"):
        audit([train_of(), split_of("far", groups=groups)])


def test_a_select_and_a_test_split_may_not_share_a_group_either():
    groups = np.array(["s"] * 60)
    with pytest.raises(LeakFound, match=r"`select` and `far`.*same group"):
        audit(
            [
                train_of(),
                split_of("select", "select", groups=groups),
                split_of("far", groups=groups),
            ]
        )


def test_two_test_splits_may_not_share_an_example():
    far = split_of("far")
    near = split_of("near", keys=np.where(np.arange(60) == 0, "far-0", "n"))
    with pytest.raises(LeakFound, match=r"`far` and `near`.*`far-0`"):
        audit([train_of(), far, near])


def test_two_train_splits_may_share_examples_and_the_matrix_shows_it():
    train = train_of()
    frontier = train.take(np.arange(25), name="frontier")
    report = find_leaks([train, frontier, split_of("far")])
    assert report.verdict == "clean"
    assert report.overlap == ((0, 25, 0), (25, 0, 0), (0, 0, 0))
    assert found(report, "same key", "train", "frontier").count == 25


def test_an_allowed_leak_goes_on_and_is_recorded_with_its_reason(caplog):
    train = train_of()
    with caplog.at_level(logging.WARNING):
        report = audit(
            [train, split_of("far", keys=train.keys[:60])], "a rehearsal of the report"
        )
    row = report.as_json()
    assert (row["verdict"], row["allowed_because"]) == (
        "allowed leak",
        "a rehearsal of the report",
    )
    assert row["overlap"]["matrix"] == [[0, 60], [60, 0]]
    assert "same key" in caplog.text


def test_permission_without_a_leak_leaves_the_verdict_clean():
    assert find_leaks([train_of(), split_of("far")], "just in case").verdict == "clean"


def test_permission_without_a_reason_is_refused():
    with pytest.raises(ValueError, match=r"Expected the reason.*allow_leak=' '"):
        audit([train_of(), split_of("far")], " ")


def test_an_empty_split_is_an_error_before_the_audit_can_skip_it():
    far = split_of("far")
    with pytest.raises(ValueError, match=r"`far` to hold at least one.*0 examples"):
        far.take(np.zeros(60, dtype=bool))


def test_a_thin_split_and_a_thin_stratum_are_warned_about(caplog):
    labels = np.array(["contact"] * 2 + ["free"] * 58)
    with caplog.at_level(logging.WARNING):
        report = find_leaks(
            [train_of(), split_of("far", strata={"c": labels}), split_of("near", n=4)]
        )
    thin = "fewer than 20 examples"
    assert found(report, thin, "far").detail == "c=contact has 2"
    assert found(report, thin, "near").detail == "all has 4"
    assert found(report, thin, "train").verdict == "ok"
    assert "c=contact has 2" in caplog.text


def test_a_repeated_key_inside_a_split_is_a_warning_and_stands_on_the_diagonal(caplog):
    keys = np.array(["a", "a", "a", *(f"k{i}" for i in range(57))])
    with caplog.at_level(logging.WARNING):
        report = find_leaks([train_of(), split_of("far", keys=keys)])
    assert report.verdict == "clean"
    assert found(report, "repeated key", "far").count == 2
    assert report.overlap == ((0, 0), (0, 2))


def test_a_test_near_training_is_a_warning_with_the_calibration_beside_it(caplog):
    train = train_of()
    x = 0.05 * split_of("far").arrays["x"] + train.arrays["x"][7]
    with caplog.at_level(logging.WARNING):
        report = find_leaks([train, split_of("far", x=x)])
    check = found(report, "near duplicates", "train", "far")
    assert check.verdict == "warning"
    rate = found(report, "near duplicates, calibration", "train", "train")
    assert "false-positive rate" in rate.detail
    assert report.verdict == "clean"
    assert "near duplicates" in caplog.text


def test_copies_with_noise_are_a_leak():
    train = train_of()
    x = split_of("far").arrays["x"]
    x[:20] = train.arrays["x"][:20] + np.float32(1e-5)
    with pytest.raises(LeakFound, match=r"20 with the same inputs but for noise, 20 m"):
        audit([train, split_of("far", x=x)])


def test_a_test_that_is_nothing_but_noisy_copies_of_a_few_groups_is_a_leak():
    rng = np.random.Generator(np.random.Philox(key=[4, 0]))
    x = rng.normal(size=(480, 2)).astype(np.float32)
    groups = np.repeat([f"g{k}" for k in range(24)], 20)
    train = train_of(x=x, groups=groups)
    copied = x[:80] + np.float32(1e-5)  # of 4 trajectories
    test = split_of("far", x=copied, groups=np.repeat(list("abcd"), 20))
    with pytest.raises(LeakFound, match="80 rows"):
        audit([train, test])


def test_groups_too_few_for_near_duplicates_are_said_and_not_counted():
    report = find_leaks([train_of(groups=np.repeat(["a", "b"], 50)), split_of("far")])
    check = found(report, "near duplicates", "train", "far")
    assert "not searched: 2 training groups" in check.detail


def test_no_split_and_one_name_twice_are_refused():
    with pytest.raises(ValueError, match=r"at least one split.*Received: \[\]"):
        audit([])
    with pytest.raises(ValueError, match=r"\['far', 'far'\]"):
        audit([split_of("far"), split_of("far")])


def test_the_report_is_plain_json():
    report = audit([train_of(), split_of("far")])
    assert json.loads(json.dumps(report.as_json(), allow_nan=False)) == report.as_json()


def test_an_origin_on_both_sides_is_a_leak():
    seeds = {"seed": np.arange(60)}
    far = split_of("far", origins=seeds)
    train = train_of(origins={"seed": np.arange(100) + 59})
    with pytest.raises(LeakFound, match=r"1 with the same seed, such as `59`"):
        audit([train, far])


def test_the_support_of_each_split_stands_in_the_report():
    far = split_of("far", x=10 + split_of("far").arrays["x"])
    row = audit([train_of(), far, split_of("near")]).as_json()
    assert [item["split"] for item in row["support"]] == ["far", "near"]
    assert row["support"][0]["verdict"] == "OUTSIDE SUPPORT"


def test_the_support_of_a_split_with_an_allowed_leak_is_called_a_leak():
    train = train_of()
    far = split_of("far", keys=train.keys[:60])
    row = audit([train, far, split_of("near")], "a rehearsal").as_json()
    verdicts = {item["split"]: item["verdict"] for item in row["support"]}
    assert verdicts["far"] == "LEAK"
    assert verdicts["near"] != "LEAK"


def test_finding_leaks_refuses_nothing():
    train = train_of()
    report = find_leaks([train, split_of("far", keys=train.keys[:60])])
    assert report.verdict == "LEAK"
    assert report.leaking == {"train", "far"}
    assert report.as_json()["support"] == []


def test_tests_alone_can_be_audited():
    report = find_leaks([split_of("far"), split_of("near")])
    assert report.verdict == "clean"
    assert found(report, "roles", "far", "near").verdict == "warning"
