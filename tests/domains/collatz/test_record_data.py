"""The record's view of the judged splits, and its leak as the audit sees it."""

from dist_invention.domains.collatz.layout import judged
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.record_data import (
    as_record,
    judged_values,
    record_splits,
    values_of,
)
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.evaluation.isolation import find_leaks
import pytest


@pytest.fixture(scope="module")
def plain():
    path = trajectory(703)[:-1]
    select = list(range(30_001, 30_401, 2))
    return {
        "train": judged("train", "train", [9], ["a"], 2),
        "test": judged("test", "test", path, ["703"] * len(path), 2),
        "select": judged("select", "select", select, select, 2),
    }


def test_integers_come_back_from_the_keys(plain):
    assert values_of(plain["test"]) == trajectory(703)[:-1]
    assert 703 in judged_values(plain)
    assert 9 not in judged_values(plain)


def test_the_record_reads_features_and_formulas_still_read_heights(plain):
    found = as_record(plain["test"], 2)
    assert found.inputs == ("features",)
    assert found.arrays["features"].shape[1:] == (2, 8)
    assert "height" in found.arrays
    assert {"growth", "weight", "anchor", "importance"} <= set(found.targets)


def test_features_reach_as_far_as_the_loss_compares(plain):
    assert as_record(plain["test"], 2, (0, 1, 4)).arrays["features"].shape[1] == 3


def test_training_touches_no_judged_value(plain):
    kept_out = judged_values(plain)
    splits = record_splits(plain, Pool(kept_out=kept_out), 2, seed=0)
    for n in values_of(splits["train"]):
        assert n not in kept_out
        assert syracuse(n)[0] not in kept_out
    assert find_leaks(list(splits.values())).verdict == "clean"


def test_the_records_leak_is_found_by_the_audit(plain):
    splits = record_splits(plain, Pool(leak=True), 2, seed=0)
    report = find_leaks(list(splits.values()))
    assert report.verdict == "LEAK"
    assert any(set(check.splits) == {"train", "test"} for check in report.leaks)
