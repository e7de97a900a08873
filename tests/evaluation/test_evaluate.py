"""Scores of known predictors are known; what is not finite is no score."""

import json
import time

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.baselines import Baseline
from dist_invention.evaluation.evaluate import (
    PredictionNotFinite,
    checked_outputs,
    evaluate,
)
from dist_invention.evaluation.metrics import Metric
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def split_of(n=120, name="far", per_group=1, labels=None, horizon=3):
    y = generator(n).normal(size=(n, horizon))
    keys = np.array([f"{name}-{i}" for i in range(n)])
    strata = {} if labels is None else {"contact": np.asarray(labels)}
    field = Field("y", (horizon,), "m")
    groups = np.arange(n) // per_group
    return Split(
        name, "test", {"y": y}, (field,), ("y",), ("y",), keys, groups, strata, name
    )


def squared(targets, outputs, split):
    return ((targets["y"] - outputs["y"]) ** 2).mean(axis=1)


def truth(split):
    return {"y": split.arrays["y"]}


def zeros(split):
    return {"y": np.zeros_like(split.arrays["y"])}


def half(split):
    return {"y": 0.5 * split.arrays["y"]}


RMSE = Metric("rmse", "m", "lower", squared, "root_mean")
MSE = Metric("mse", "m2", "lower", squared)
ZEROS, HALF = Baseline("zeros", zeros, "trivial"), Baseline("half", half, "classical")
TRUTH = Baseline("truth", truth, "ceiling")


def test_a_perfect_predictor_has_skill_one_and_beats_the_best_baseline():
    (score,) = evaluate(truth, [split_of()], [RMSE], [ZEROS, HALF], seed=0)
    assert (score.value, score.skill, score.skill_trivial) == (0.0, 1.0, 1.0)
    assert score.skill_interval == (1.0, 1.0)
    assert score.beats_best is True
    assert (score.n, score.n_groups, score.stratum) == (120, 120, "all")


def test_a_baseline_judged_as_the_model_has_skill_zero_and_beats_nothing():
    (score,) = evaluate(half, [split_of()], [RMSE], [ZEROS, HALF, TRUTH], seed=0)
    assert score.best_baseline.name == "half"
    assert score.skill == 0.0
    assert score.skill_interval == (0.0, 0.0)
    assert score.beats_best is None
    assert score.skill_trivial == pytest.approx(0.5)


def test_a_worse_model_is_said_to_lose():
    (score,) = evaluate(zeros, [split_of()], [MSE], [ZEROS, HALF], seed=0)
    assert score.skill == pytest.approx(-3.0)
    assert score.beats_best is False


def test_a_share_that_is_higher_beats_a_lower_one():
    def near(targets, outputs, split):
        error = np.abs(targets["y"] - outputs["y"]).max(axis=1)
        return (error < 0.5).astype(float)

    share = Metric("within half a metre", "1", "higher", near)
    (score,) = evaluate(half, [split_of()], [share], [ZEROS], seed=0)
    assert score.value > score.best_baseline.value
    assert score.beats_best is True
    assert 0 < score.skill_interval[0] < score.skill < score.skill_interval[1] < 1
    (score,) = evaluate(zeros, [split_of()], [share], [Baseline("h", half, "trivial")],
                        seed=0)  # fmt: skip
    assert score.beats_best is False


def test_the_interval_contains_the_value_and_shrinks_with_more_examples():
    few, many = evaluate(
        half, [split_of(60), split_of(3000, "near")], [RMSE], [ZEROS], seed=0
    )
    for score in (few, many):
        assert score.interval[0] < score.value < score.interval[1]
    assert np.ptp(many.interval) < 0.4 * np.ptp(few.interval)


def test_intervals_come_from_groups_and_not_from_examples():
    single, grouped = split_of(), split_of(per_group=4)
    (a,), (b,) = (
        evaluate(half, [split], [RMSE], [ZEROS], seed=0) for split in (single, grouped)
    )
    assert (a.n_groups, b.n_groups) == (120, 30)
    assert a.value == b.value
    assert "30 groups" in b.interval_method


def test_two_groups_have_a_value_but_no_interval():
    (score,) = evaluate(half, [split_of(per_group=60)], [RMSE], [ZEROS], seed=0)
    assert score.interval is score.skill_interval is score.beats_best is None
    assert score.interval_method == "none: 2 groups, 3 needed"


def test_each_stratum_has_a_score_and_a_thin_one_is_not_measured():
    labels = ["contact"] * 5 + ["free"] * 115
    found = evaluate(half, [split_of(labels=labels)], [RMSE], [ZEROS], seed=0)
    by_name = {score.stratum: score for score in found}
    assert set(by_name) == {"all", "contact=free", "contact=contact"}
    thin = by_name["contact=contact"]
    assert isinstance(thin.value, NotMeasured)
    assert thin.n == 5
    assert thin.as_json()["reason"] == "5 examples, at least 20 needed"
    assert by_name["contact=free"].n == 115


def test_n_counts_what_the_metric_applied_to():
    def first_forty(targets, outputs, split):
        error = squared(targets, outputs, split)
        return np.where(np.arange(len(split)) < 40, error, np.nan)

    metric = Metric("first", "m2", "lower", first_forty)
    (score,) = evaluate(half, [split_of()], [metric], [ZEROS], seed=0)
    assert (score.n, score.n_groups) == (40, 40)
    assert score.skill == pytest.approx(0.75)


def test_a_metric_that_applies_by_its_outputs_is_refused():
    def easy_only(targets, outputs, split):
        error = squared(targets, outputs, split)
        return np.where(error < 0.3, error, np.nan)

    metric = Metric("easy", "m2", "lower", easy_only)
    with pytest.raises(ValueError, match=r"same examples of split `far`.*never by out"):
        evaluate(half, [split_of()], [metric], [ZEROS], seed=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_prediction_that_is_not_finite_is_an_error_naming_the_split(bad):
    def broken(split):
        y = split.arrays["y"].copy()
        y[7, 1] = bad
        return {"y": y}

    with pytest.raises(
        PredictionNotFinite, match=r"`far`.*`y` of `model` for 1 of 120 .*first at 7"
    ):
        evaluate(broken, [split_of()], [RMSE], [ZEROS], seed=0)
    oops = Baseline("oops", broken, "classical")
    with pytest.raises(PredictionNotFinite, match="`y` of `oops`"):
        evaluate(half, [split_of()], [RMSE], [ZEROS, oops], seed=0)


def test_outputs_of_the_wrong_shape_are_refused():
    split = split_of()
    with pytest.raises(ValueError, match=r"shape \(120, 3\). Received: \(120, 2\)"):
        checked_outputs("model", {"y": np.zeros((120, 2))}, split)
    with pytest.raises(ValueError, match=r"`law`.*Received: \(100, 4\)"):
        checked_outputs("model", {"law": np.zeros((100, 4))}, split)
    with pytest.raises(ValueError, match="at least one array"):
        checked_outputs("model", {}, split)


def test_model_and_baselines_are_called_once_a_split():
    calls = []

    def counted(split):
        calls.append(split.name)
        return half(split)

    baseline = Baseline("counted", counted, "trivial")
    splits = [split_of(labels=["a", "b"] * 60), split_of(name="near")]
    evaluate(counted, splits, [RMSE, MSE], [baseline], seed=0)
    assert calls == ["far", "far", "near", "near"]


@pytest.mark.parametrize("baselines", [[], [HALF], [TRUTH]])
def test_an_evaluation_without_a_trivial_baseline_is_refused(baselines):
    with pytest.raises(ValueError, match=r"at least one trivial baseline"):
        evaluate(half, [split_of()], [RMSE], baselines, seed=0)


def test_an_evaluation_of_nothing_or_of_one_name_twice_is_refused():
    with pytest.raises(ValueError, match="at least one split"):
        evaluate(half, [], [RMSE], [ZEROS], seed=0)
    with pytest.raises(ValueError, match="at least one metric"):
        evaluate(half, [split_of()], [], [ZEROS], seed=0)
    with pytest.raises(ValueError, match=r"\['zeros', 'zeros'\]"):
        evaluate(half, [split_of()], [RMSE], [ZEROS, ZEROS], seed=0)


def test_equal_seeds_give_equal_rows():
    rows = [
        [s.as_json() for s in evaluate(half, [split_of()], [RMSE], [ZEROS], seed=3)]
        for _ in range(2)
    ]
    assert json.dumps(rows[0], allow_nan=False) == json.dumps(rows[1], allow_nan=False)


def test_a_whole_table_takes_seconds():
    splits = [split_of(300, name, horizon=60) for name in "abcd"]
    metrics = [Metric(f"m{i}", "m", "lower", squared, "root_mean") for i in range(10)]
    baselines = [
        Baseline(f"b{i}", lambda s, i=i: {"y": s.arrays["y"] + 0.1 * i}, "trivial")
        for i in range(1, 9)
    ]
    start = time.perf_counter()
    found = evaluate(half, splits, metrics, baselines, seed=0, resamples=1000)
    assert len(found) == 40
    assert time.perf_counter() - start < 5.0


def test_a_baseline_stands_beside_the_questions_that_it_answers(caplog):
    def zero(targets, outputs, split):
        return outputs["z"] ** 2

    def both(split):
        return {**truth(split), "z": np.zeros(len(split))}

    other = Baseline("only z", lambda s: {"z": np.ones(len(s))}, "classical")
    nothing = Baseline(
        "nothing", lambda s: {**zeros(s), "z": np.ones(len(s))}, "trivial"
    )
    metrics = [RMSE, Metric("z", "1", "lower", zero)]
    scores = evaluate(both, [split_of()], metrics, [nothing, other], seed=0)
    names = [[item.name for item in score.baselines] for score in scores]
    assert names == [["nothing"], ["nothing", "only z"]]
    assert "only z gives no output for ['rmse']" in caplog.text


def test_a_baseline_that_answers_nothing_is_refused():
    other = Baseline("misspelt", lambda s: {"Y": np.zeros(len(s))}, "classical")
    with pytest.raises(ValueError, match="baseline `misspelt` to answer a metric"):
        evaluate(truth, [split_of()], [RMSE], [ZEROS, other], seed=0)
