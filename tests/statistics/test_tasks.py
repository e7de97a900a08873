"""Many tasks and few runs: known numbers, ties, and what resampling cannot show."""

from dist_invention.statistics.tasks import (
    interquartile_mean,
    performance_profile,
    probability_of_improvement,
    stratified_interval,
)
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def test_the_interquartile_mean_forgets_the_outer_quarters():
    scores = np.arange(8.0).reshape(2, 4)
    scores[0, 0], scores[1, 3] = -1e6, 1e6
    assert interquartile_mean(scores) == pytest.approx(np.mean([2, 3, 4, 5]))
    assert interquartile_mean(np.stack([scores, scores + 1])).tolist() == [3.5, 4.5]


def test_ties_count_half_and_lower_is_the_other_way():
    a, b = [1.0, 2.0, 2.0], [2.0, 0.0, 3.0]
    assert probability_of_improvement(a, b) == pytest.approx((1 + 1.5 + 1.5) / 9)
    assert probability_of_improvement(a, a) == 0.5
    up = probability_of_improvement(a, b)
    assert probability_of_improvement(a, b, "lower") == pytest.approx(1 - up)
    assert probability_of_improvement(b, a) == pytest.approx(1 - up)


def test_every_task_counts_the_same():
    a = np.array(
        [[1.0, 0.0], [1.0, 0.0]]
    )  # better on the first task, worse on the other
    b = np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    assert probability_of_improvement(a, b) == 0.5
    assert probability_of_improvement(a[:, :1], b[:, :1]) == 1.0


def test_a_profile_falls_from_one_to_zero():
    found = performance_profile(generator(1).random((5, 4)), np.linspace(-0.1, 1.1, 13))
    assert (found[0], found[-1]) == (1.0, 0.0)
    assert np.all(np.diff(found) <= 0)


def test_the_interval_shrinks_with_more_tasks_and_repeats_with_the_seed():
    few, many = (
        stratified_interval(
            interquartile_mean, generator(2).normal(size=(5, tasks)), seed=0
        )
        for tasks in (4, 100)
    )
    assert np.ptp(many.as_list()) < 0.4 * np.ptp(few.as_list())
    assert few == stratified_interval(
        interquartile_mean, generator(2).normal(size=(5, 4)), seed=0
    )


def test_runs_stay_with_their_task():
    scores = np.repeat([[0.0, 10.0, 20.0, 30.0]], 5, axis=0)  # no noise within a task
    found = stratified_interval(interquartile_mean, scores, seed=0)
    assert found.as_list() == [15.0, 15.0]
    assert "all of them agree" in found.method


def test_an_interval_of_a_probability_stays_one():
    found = stratified_interval(
        probability_of_improvement,
        [0.9, 0.8, 0.7],
        [0.6, 0.75, 0.5],
        seed=0,
        bounds=(0.0, 1.0),
    )
    assert 0.0 <= found.low < found.value < found.high <= 1.0
    sure = stratified_interval(
        probability_of_improvement, [3.0, 4.0, 5.0], [0.0, 1.0, 2.0], seed=0
    )
    assert sure.as_list() == [1.0, 1.0]
    assert "shows nothing" in sure.method


def test_two_runs_and_scores_that_are_missing_are_refused():
    with pytest.raises(ValueError, match=r"at least 3 runs.*Received: 2"):
        stratified_interval(interquartile_mean, np.ones((2, 9)), seed=0)
    with pytest.raises(ValueError, match=r"finite scores.*1 of them not finite"):
        interquartile_mean([[1.0, np.nan]])
    with pytest.raises(ValueError, match="2 and 3 tasks"):
        probability_of_improvement(np.ones((4, 2)), np.ones((4, 3)))
    with pytest.raises(ValueError, match="better='more'"):
        probability_of_improvement([1.0], [1.0], "more")
