"""Arms side by side, and each against the curriculum, paired by seed."""

from pathlib import Path

from dist_invention.campaigns.arm_runs import ArmRun
from dist_invention.campaigns.differences import (
    Measure,
    adjust,
    compared,
    headline,
    score_rows,
)
from dist_invention.campaigns.finished import FinishedRun
import pytest

MSE = Measure("test_far", "far", "mse", "m2", "lower")


def score(metric, value, split="test_far", stratum="all"):
    return {
        "split": split,
        "tier": split.partition("_")[2],
        "metric": metric,
        "unit": "1",
        "better": "lower",
        "stratum": stratum,
        "value": value,
    }


def run(arm, seed, *scores, first=()):
    data = [{"name": "select", "role": "select"}]
    data += [{"name": name, "role": "test"} for name in ("test_in", "test_far")]
    results = {"scores": list(scores), "data": data, "headline": list(first)}
    return ArmRun(arm, seed, "finished", FinishedRun("", Path(), {}, results))


def values(arm, *numbers):
    return {arm: dict(enumerate(numbers))}


def test_a_difference_is_the_curriculum_minus_the_arm_seed_by_seed():
    known = values("curriculum", 1.0, 2.0, 4.0) | values("joint", 3.0, 3.0, 3.0)
    row = compared(MSE, ["curriculum", "joint"], known)
    [item] = row["differences"]
    assert [point["value"] for point in item["per_seed"]] == [-2.0, -1.0, 1.0]
    assert item["mean"] == pytest.approx(-2 / 3)
    low, high = item["interval"]
    assert low < item["mean"] < high
    assert item["p_value"] >= 0.25  # no fewer with three seeds
    assert item["probability_of_improvement"] == pytest.approx(
        (1.5 + 1.5 + 0) / 3 - 1 / 3
    )


def test_arms_stand_side_by_side_with_every_seed():
    known = values("curriculum", 1.0, 2.0, 4.0)
    first, second = compared(MSE, ["curriculum", "joint"], known)["arms"]
    assert first["values"][2] == {"seed": 2, "value": 4.0}
    assert first["mean"] == pytest.approx(7 / 3)
    assert "3 seeds" in first["interval_method"]
    assert (second["values"], second["mean"], second["interval"]) == ([], None, None)


def test_two_seeds_give_no_interval():
    known = values("curriculum", 1.0, 2.0) | values("joint", 3.0, 3.0)
    row = compared(MSE, ["curriculum", "joint"], known)
    assert row["arms"][0]["interval"] is None
    assert row["arms"][0]["interval_method"] == "refused: 2 seeds, 3 needed"
    [item] = row["differences"]
    assert item["mean"] == -1.5
    assert (item["interval"], item["p_value"]) == (None, None)
    assert item["probability_of_improvement"] is None


def test_only_seeds_of_both_arms_are_paired():
    known = {"curriculum": {0: 1.0, 1: 5.0}, "joint": {1: 2.0, 2: 0.0}}
    [item] = compared(MSE, ["curriculum", "joint"], known)["differences"]
    assert item["per_seed"] == [{"seed": 1, "value": 3.0}]
    lonely = {"curriculum": {0: 1.0}, "joint": {2: 0.0}}
    [item] = compared(MSE, ["curriculum", "joint"], lonely)["differences"]
    assert (item["mean"], item["per_seed"]) == (None, [])
    assert item["interval_method"] == "refused: no seed finished in both arms"


def test_only_whole_test_splits_are_compared_and_headlines_come_first():
    scores = [
        score("mae", 0.5),
        score("mse", 0.25),
        score("mse", 0.3, "test_in"),
        score("mse", 9.0, stratum="contact=free"),
        score("mse", 9.0, "select"),
        score("rate", None),
    ]
    runs = [run(arm, 0, *scores, first=["mse"]) for arm in ("curriculum", "joint")]
    rows = score_rows(runs)
    named = [(row["metric"], row["split"]) for row in rows]
    assert named[:2] == [("mse", "test_far"), ("mse", "test_in")]
    assert sorted(named[2:]) == [("mae", "test_far"), ("rate", "test_far")]
    assert rows[0]["arms"][1]["values"] == [{"seed": 0, "value": 0.25}]
    assert rows[-1]["arms"][0]["values"] == []
    assert headline(runs) == ["mse"]
    assert headline([run("joint", 0, *scores)]) == ["mae", "mse", "rate"]
    assert headline([]) == []


def test_one_family_is_adjusted_together():
    rows = [
        {"differences": [{"p_value": p, "p_holm": None}]} for p in (0.01, None, 0.03)
    ]
    assert adjust(rows) == 2
    assert [row["differences"][0]["p_holm"] for row in rows] == [0.02, None, 0.03]
