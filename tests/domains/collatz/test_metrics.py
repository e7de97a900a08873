"""Metrics on values with a known answer: falls, ties, rises, one direction, weights."""

from dist_invention.domains.collatz import metrics
from dist_invention.domains.collatz.data import judged
from dist_invention.domains.collatz.rules import trajectory, transition_key
from dist_invention.domains.collatz.seeds import TEST_SEEDS
from dist_invention.evaluation import Baseline, evaluate
import numpy as np
import pytest

VALUES = (7, 11, 17, 13, 5, 3)  # growth, growth, decay, decay, decay, growth


@pytest.fixture(scope="module")
def split():
    weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    return judged("test_small", "test", VALUES, VALUES, lookahead=0, weights=weights)


def scores(split, value):
    outputs = {"value": np.asarray(value, np.float32)}
    return {
        metric.name: metric.value(metric.measure(split, outputs), metric.counts(split))
        for metric in metrics.collatz_metrics()
    }


def test_a_value_that_always_falls_passes_everything(split):
    found = scores(split, [[1.0, 0.5]] * 6)
    assert found.pop("pass") == found.pop("weighted_pass") == 1.0
    assert found.pop("growth_pass") == found.pop("growth_weighted_pass") == 1.0
    assert set(found.values()) == {0.0}


def test_a_tie_is_a_violation_of_no_depth(split):
    found = scores(split, [[1.0, 1.0]] * 6)
    assert found["violations"] == 1.0
    assert found["pass"] == 0.0
    assert found["violation_depth"] == 0.0


def test_depth_is_the_mean_rise_in_bits(split):
    found = scores(split, [[0.0, 3.0]] + [[1.0, -5.0]] * 5)
    assert found["violation_depth"] == pytest.approx(0.5)
    assert found["violations"] == pytest.approx(1 / 6)


def test_directions_count_their_own_steps_alone(split):
    falls, rises = [1.0, 0.0], [0.0, 1.0]
    found = scores(split, [rises, falls, falls, rises, rises, falls])
    assert found["growth_violations"] == pytest.approx(1 / 3)
    assert found["growth_pass"] == pytest.approx(2 / 3)
    assert found["decay_violations"] == pytest.approx(2 / 3)


def test_weights_count_as_often_as_they_say(split):
    falls, rises = [1.0, 0.0], [0.0, 1.0]
    found = scores(split, [falls, rises, rises, rises, rises, falls])
    assert found["weighted_pass"] == pytest.approx(7 / 21)
    assert found["growth_weighted_pass"] == pytest.approx(7 / 9)


def test_metrics_stand_in_an_evaluation_beside_a_formula(split):
    def fall(split):
        return {"value": np.tile(np.float32([1.0, 0.0]), (len(split), 1))}

    def tie(split):
        return {"value": np.zeros((len(split), 2), np.float32)}

    found = evaluate(
        fall,
        [split],
        metrics.collatz_metrics(),
        [Baseline("constant", tie, "trivial")],
        seed=0,
        resamples=50,
        minimum=2,
    )
    by_name = {score.metric: score for score in found}
    assert by_name["violations"].value == 0.0
    assert by_name["violations"].baselines[0].value == 1.0
    assert by_name["weighted_pass"].counted == 21
    assert by_name["decay_violations"].n == 3


def test_values_of_a_longer_window_are_refused():
    with pytest.raises(metrics.ValueOfOtherShape, match=r"shape \(4, 3\)"):
        metrics.violations(np.zeros((4, 3)))


def test_not_a_number_never_counts_as_a_fall():
    assert metrics.violations(np.array([[np.nan, 0.0]])).tolist() == [True]


def test_the_table_of_paths_counts_shared_steps_once_in_unique():
    rows = [(seed, n) for seed in TEST_SEEDS for n in trajectory(seed)[:-1]]
    logs = [[np.log2(n), np.log2(trajectory(n)[1])] for _, n in rows]
    table = metrics.path_table(
        np.array(logs), [str(s) for s, _ in rows], [transition_key(n) for _, n in rows]
    )
    assert [row.name for row in table] == [*map(str, TEST_SEEDS), "all"]
    assert [row.violations for row in table] == [14, 24, 37, 69, 111, 255]
    assert (table[-1].steps, table[-1].unique) == (429, 340)
    assert table[-1].unique_violations == 205
    assert table[-1].worst_margin == pytest.approx(-np.log2(17 / 11))  # from 11
