"""Intervals by resampling groups: coverage, pairing, speed and refusals."""

import time

from dist_invention.statistics.bootstrap import (
    bootstrap_groups,
    percentile_interval,
    resample_groups,
)
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def test_the_interval_agrees_with_the_normal_one_on_many_groups():
    values = generator(1).normal(5.0, 2.0, size=2000)
    found = bootstrap_groups(values, np.arange(2000), "mean", seed=0, resamples=4000)
    half = 1.96 * values.std(ddof=1) / np.sqrt(2000)
    assert found.value == values.mean()
    assert found.low == pytest.approx(values.mean() - half, abs=0.05 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.05 * half)


@pytest.mark.parametrize(("groups", "low", "high"), [(5, 0.90, 0.99), (30, 0.92, 0.98)])
def test_the_interval_covers_the_truth_as_often_as_it_says(groups, low, high):
    draws = generator(2).normal(size=(400, groups))
    covered = [
        bootstrap_groups(row, np.arange(groups), "mean", seed, 500).contains(0.0)
        for seed, row in enumerate(draws)
    ]
    assert low < np.mean(covered) < high


def test_examples_of_one_group_are_not_counted_as_independent():
    shared = np.repeat(generator(3).normal(size=40), 25)  # 40 groups of 25 copies
    whole = bootstrap_groups(shared, np.repeat(np.arange(40), 25), "mean", seed=0)
    naive = bootstrap_groups(shared, np.arange(1000), "mean", seed=0)
    assert whole.high - whole.low > 3 * (naive.high - naive.low)


def test_groups_of_unequal_size_count_by_their_examples():
    values, groups = np.array([0.0, 0.0, 0.0, 8.0, 4.0]), np.array(list("aaabc"))
    samples = resample_groups(values, groups, "mean", seed=0, resamples=3000)[:, 0]
    possible = []
    for draw in np.ndindex(3, 3, 3):
        total = sum((0.0, 8.0, 4.0)[g] for g in draw)
        possible.append(total / sum((3, 1, 1)[g] for g in draw))
    assert set(np.round(samples, 9)) == set(np.round(possible, 9))
    assert samples.mean() == pytest.approx(np.mean(possible), abs=0.1)


def test_root_mean_is_the_root_of_the_resampled_mean():
    values = generator(4).uniform(size=50)
    squares = resample_groups(values, np.arange(50), "mean", seed=7)
    roots = resample_groups(values, np.arange(50), "root_mean", seed=7)
    np.testing.assert_allclose(roots, np.sqrt(squares))


def test_equal_seeds_give_equal_resamples_and_others_do_not():
    values, groups = generator(5).uniform(size=50), np.arange(50)
    first = resample_groups(values, groups, "mean", seed=1)
    np.testing.assert_array_equal(first, resample_groups(values, groups, "mean", 1))
    assert np.any(first != resample_groups(values, groups, "mean", seed=2))


def test_resamples_in_pieces_still_average_to_the_value(monkeypatch):
    values = generator(6).uniform(size=100)
    monkeypatch.setattr("dist_invention.statistics.bootstrap._CELLS", 1000)
    samples = resample_groups(values, np.arange(100), "mean", seed=0, resamples=2003)
    assert samples.shape == (2003, 1)
    assert samples.mean() == pytest.approx(values.mean(), abs=0.005)


def test_a_thousand_examples_and_resamples_take_well_under_a_second():
    values = generator(9).uniform(size=(1000, 9))
    start = time.perf_counter()
    resample_groups(values, np.arange(1000), "mean", seed=0, resamples=1000)
    assert time.perf_counter() - start < 1.0


def test_two_groups_have_no_interval():
    with pytest.raises(ValueError, match=r"at least 3 groups.*Received: 2.*Add groups"):
        bootstrap_groups(np.arange(10.0), np.repeat([0, 1], 5), "mean", seed=0)


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"finite values.*Received: 1"):
        bootstrap_groups(np.array([1.0, np.nan, 2.0]), np.arange(3), "mean", seed=0)


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="one group a row"):
        resample_groups(np.zeros(3), np.arange(4), "mean", seed=0)


def test_an_unknown_statistic_one_resample_and_a_bad_level_are_refused():
    with pytest.raises(ValueError, match="statistic='median'"):
        bootstrap_groups(np.arange(5.0), np.arange(5), "median", seed=0)
    with pytest.raises(ValueError, match="resamples=1"):
        resample_groups(np.arange(5.0), np.arange(5), "mean", seed=0, resamples=1)
    with pytest.raises(ValueError, match="level=95"):
        percentile_interval(0.0, np.arange(5.0), 5, level=95)


def test_ends_stay_inside_of_what_the_statistic_can_be():
    values = np.array([0.0, 0.1, 9.0])
    root = bootstrap_groups(values, np.arange(3), "root_mean", seed=0)
    assert root.low == 0.0
    mean = bootstrap_groups(values, np.arange(3), "mean", seed=0)
    assert mean.low < 0.0
    samples = generator(9).random(500)
    found = percentile_interval(0.5, samples, 3, bounds=(0.0, 1.0))
    assert found.as_list() == [0.0, 1.0]


def test_values_may_count_several_times():
    values, counts = generator(10).uniform(size=50), np.arange(1, 51)
    found = resample_groups(values, np.arange(50), "mean", 0, 2000, counts)
    assert found.mean() == pytest.approx(np.average(values, weights=counts), abs=0.01)
    log = resample_groups(values, np.arange(50), "exp_mean", 0, 2000, counts)
    np.testing.assert_allclose(log, np.exp(found))
