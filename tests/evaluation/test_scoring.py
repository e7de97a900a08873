"""Shares, denominators and the worst stratum, through the one way to score."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.baselines import Baseline
from dist_invention.evaluation.evaluate import evaluate
from dist_invention.evaluation.metrics import Metric
from dist_invention.evaluation.scoring import ALL, with_worst
from dist_invention.statistics import wilson
import numpy as np
import pytest


def split_of(right, groups=None, strata=None):
    """Examples of which the model below gets those right where `right` is 1."""
    y = np.asarray(right, dtype=float)
    keys = np.arange(len(y)).astype(str)
    groups = np.arange(len(y)) if groups is None else np.asarray(groups)
    field = Field("y", (), "1")
    return Split(
        "far", "test", {"y": y}, (field,), (), ("y",), keys, groups, strata or {}, "far"
    )


def ones(split):
    return {"y": np.ones(len(split))}


def equal(targets, outputs, split):
    return (targets["y"] == outputs["y"]).astype(float)


EXACT = Metric("exact", "1", "higher", equal, kind="share")
NEVER = Baseline("never", lambda split: {"y": np.full(len(split), 7.0)}, "trivial")


def scored(split, metric=EXACT, minimum=2):
    return evaluate(ones, [split], [metric], [NEVER], seed=0, minimum=minimum)


def test_a_share_whose_examples_stand_alone_has_wilson_s_interval():
    (score,) = scored(split_of([1] * 30 + [0] * 10))
    assert score.value == 0.75
    assert list(score.interval) == wilson(30, 40).as_list()
    assert score.interval_method == "Wilson, n=40"
    assert score.as_json()["kind"] == "share"
    assert score.beats_best is True


def test_a_perfect_share_does_not_claim_certainty():
    (alone,) = scored(split_of([1] * 40))
    assert alone.interval[0] == pytest.approx(wilson(40, 40).low)
    (grouped,) = scored(split_of([1] * 40, groups=np.arange(40) // 4))
    assert list(grouped.interval) == wilson(10, 10).as_list()
    assert grouped.interval_method == "Wilson over 10 groups, since all examples agree"


def test_a_share_in_groups_keeps_the_bootstrap_over_groups():
    right = ([1] * 4 + [0] * 4) * 5
    (score,) = scored(split_of(right, groups=np.arange(40) // 4))
    assert "bootstrap, 10 groups" in score.interval_method
    assert np.ptp(score.interval) > 1.5 * np.ptp(wilson(20, 40).as_list())


def test_a_share_of_each_example_keeps_the_bootstrap_too():
    def partly(targets, outputs, split):
        return np.linspace(0.0, 1.0, len(split))

    (score,) = scored(
        split_of([1] * 40), Metric("p", "1", "higher", partly, kind="share")
    )
    assert "bootstrap, 40 groups" in score.interval_method


def test_with_three_groups_no_end_leaves_what_the_metric_can_be():
    right = [1] * 11 + [0] + [1] * 12 + [0] * 6 + [1] * 6
    (score,) = scored(split_of(right, groups=np.arange(36) // 12))
    assert 0.0 <= score.interval[0] < score.value < score.interval[1] <= 1.0
    assert score.skill_interval[1] <= 1.0


def test_the_mean_names_the_stratum_in_which_the_model_is_worst():
    kinds = np.array(["easy"] * 30 + ["hard"] * 10)
    size = np.array(["one"] * 38 + ["two"] * 2)  # too thin to be measured
    split = split_of([1] * 30 + [0, 1] * 5, strata={"kind": kinds, "size": size})
    found = {score.stratum: score for score in scored(split, minimum=5)}
    assert found[ALL].as_json()["worst"] == {
        "stratum": "kind=hard",
        "value": 0.5,
        "n": 10,
    }
    assert found["kind=hard"].worst is None
    errors = Metric("wrong", "1", "lower", lambda t, o, s: 1.0 - equal(t, o, s))
    found = {score.stratum: score for score in scored(split, errors, minimum=5)}
    assert found[ALL].worst.stratum == "kind=hard"
    assert with_worst([found["kind=easy"]]) == [found["kind=easy"]]


def test_each_score_says_how_many_were_judged_of_how_many():
    def every_tenth(targets, outputs, split):
        applies = np.arange(len(split)) % 10 == 0
        return np.where(applies, equal(targets, outputs, split), np.nan)

    metric = Metric("exact", "1", "higher", every_tenth, kind="share")
    (score,) = scored(split_of([1] * 400), metric)
    row = score.as_json()
    assert (row["value"], row["n"], row["of"]) == (1.0, 40, 400)
    (thin,) = scored(split_of([1] * 400), metric, minimum=41)
    assert (thin.n, thin.of, thin.as_json()["value"]) == (40, 400, None)


def test_a_mean_over_tokens_counts_them_in_value_interval_and_row():
    length = np.where(np.arange(60) < 30, 9, 1)

    def count(targets, split):
        return length

    metric = Metric(
        "tokens", "1", "higher", equal, "mean", "share", "tokens", count=count
    )
    (score,) = scored(split_of([1] * 30 + [0] * 30), metric)
    assert score.value == pytest.approx(0.9)
    assert score.as_json()["denominator"] == {"of": "tokens", "count": 300}
    assert score.interval[0] < 0.9 < score.interval[1]
    assert "bootstrap" in score.interval_method


@pytest.mark.parametrize(("groups", "beats"), [(3, None), (6, True)])
def test_a_few_groups_that_all_agree_beat_nothing(groups, beats):
    (score,) = scored(split_of([1] * 30, groups=np.arange(30) % groups))
    assert score.beats_best is beats
    assert (score.skill_interval is None) == (beats is None)
