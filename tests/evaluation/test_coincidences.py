"""What training has in common with itself is no leak; more than that is one."""

from dist_invention.evaluation.coincidences import Coincidences, Found, judge, search
from dist_invention.evaluation.equal_values import ValueFinder
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def finder_of(train, test, sizes=None, groups=None):
    values = np.concatenate([train, test])
    own = np.arange(len(train)) if groups is None else groups
    groups = np.concatenate([own, np.full(len(test), own.max() + 1)])
    sizes = np.zeros(len(values)) if sizes is None else sizes
    finder = ValueFinder(np.unique(values, return_inverse=True)[1], groups, sizes)
    rows = np.arange(len(values))
    return finder, rows[: len(train)], {"test": rows[len(train) :]}


def looked_up(train, test, **more):
    return search(*finder_of(train, test, **more), generator(1))["test"]


def test_unique_values_in_training_make_a_few_shared_ones_a_leak():
    train, test = np.arange(2000), 10_000 + np.arange(500)
    assert looked_up(train, test).count == 0
    test[:5] = train[:5]
    found = looked_up(train, test)
    assert (found.count, found.checked, found.against) == (5, 500, 2000)
    assert found.p_value < 1e-5
    assert found.is_clear
    assert found.false_positive_rate == 0.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kinds", [300, 5000, 100_000])
def test_values_that_coincide_by_chance_are_expected_at_the_right_rate(kinds, seed):
    rng = generator(seed)
    found = looked_up(rng.integers(0, kinds, 4000), rng.integers(0, kinds, 1000))
    assert found.p_value > 1e-3
    assert found.false_alarms <= 2
    assert found.count <= 5 * np.sqrt(found.expected) + found.expected + 3


def test_a_frequent_value_that_shifts_is_no_leak():
    rng = generator(5)
    train, test = np.arange(3000), 10_000 + np.arange(600)
    train[rng.random(3000) < 0.02] = -1
    test[rng.random(600) < 0.5] = -1  # an empty answer, as it happens
    assert looked_up(train, test).count == 0


def test_one_training_group_that_is_met_many_times_counts_once():
    train, test = np.arange(2000), 10_000 + np.arange(500)
    test[:100] = train[0]
    assert looked_up(train, test).count == 1


def test_shorter_rows_may_coincide_as_often_as_short_ones_do_in_training():
    rng = generator(6)
    short, long = rng.integers(0, 400, 300), 1000 + np.arange(6000)
    test = rng.integers(0, 400, 300)
    sizes = np.r_[np.full(300, 2), np.full(6000, 20), np.full(300, 2)]
    train = np.r_[short, long]
    blind = looked_up(train, test)
    assert blind.is_large
    assert blind.p_value < 1e-6
    assert looked_up(train, test, sizes=sizes).p_value > 1e-3


def test_rows_of_a_size_that_training_has_not_are_not_counted():
    train, test = np.arange(100), np.arange(200, 260)
    sizes = np.r_[np.full(100, 4), np.full(60, 400)]
    found = looked_up(train, test, sizes=sizes)
    assert (found.checked, found.p_value, found.rate) == (0, 1.0, 0.0)


def test_groups_of_training_do_not_match_themselves():
    values = np.repeat(np.arange(200), 10)
    found = looked_up(values, 1000 + np.arange(300), groups=np.repeat(range(200), 10))
    assert found.expected < 1.0


@pytest.mark.parametrize(
    ("count", "expected", "clear"),
    [(50, 5.0, True), (50, 20.0, False), (300, 60.0, False), (1, 0.1, False)],
)
def test_a_clear_excess_is_large_and_not_natural(count, expected, clear):
    assert Coincidences(count, 1000, 1000, expected, 0.0, 0, 5).is_clear is clear


def test_the_widest_limit_that_training_stays_clear_of_decides():
    class Limits:
        limits = (0.1, 0.01, 0.001)
        repeats = 1

    rows = np.arange(1000)
    inside = Found(np.r_[np.full(10, 0.05), np.ones(990)], rows, np.zeros(1000))
    outside = Found(np.r_[0.009, 0.05, np.ones(98)], rows[:100], np.zeros(100))
    assert judge(inside, outside, Limits, 1000).count == 1
