"""Values of several answers on the same examples, with paired intervals."""

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.paired_columns import Amount, PairedColumns
import numpy as np
import pytest


def noise(n=60, seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 5])).normal(size=n)


def columns(*arrays, groups=None, statistic="mean", **options):
    groups = np.arange(len(arrays[0])) if groups is None else groups
    return PairedColumns(arrays, groups, statistic, 0, **options)


def test_a_difference_is_paired():
    """Two answers that differ by a constant differ without doubt, however noisy."""
    rough = 10 * noise()
    found = columns(rough + 1.0, rough).difference(0, 1)
    assert (found.low, found.high) == pytest.approx((1.0, 1.0))
    low, high = columns(rough).amount(0).interval
    assert low >= 0.0  # an error is never negative
    assert high - low > 2


def test_a_ratio_of_proportional_columns_has_no_width():
    found = columns(3 * noise() ** 2, noise() ** 2).relative(0, 1)
    assert found.value == pytest.approx(3.0)
    assert found.interval == pytest.approx((3.0, 3.0))


def test_root_mean_is_that_of_squares():
    assert columns(np.full(4, 9.0), statistic="root_mean").amount(0).value == 3.0


def test_examples_that_do_not_apply_are_left_out_and_not_counted():
    found = columns(np.array([1.0, np.nan, 3.0, 5.0]))
    assert (found.n, found.n_groups, found.amount(0).value) == (3, 3, 3.0)


def test_no_example_at_all_is_no_number():
    found = columns(np.full(3, np.nan))
    assert (found.n, len(found.values), found.samples) == (0, 0, None)


def test_under_three_groups_an_interval_is_refused():
    found = columns(np.arange(6.0), groups=np.arange(6) % 2)
    assert found.amount(0) == Amount(2.5, 6, None, "none: 2 groups, 3 needed")
    assert found.difference(0, 0) is None


def test_nothing_is_compared_with_zero():
    found = columns(np.ones(5), np.zeros(5)).relative(0, 1)
    assert isinstance(found, NotMeasured)


def test_some_resamples_that_compare_with_zero_cost_the_interval():
    rare = np.zeros(30)
    rare[0] = 1.0
    found = columns(np.ones(30), rare).relative(0, 1)
    assert found.value == pytest.approx(30.0)
    assert (found.interval, found.method) == (
        None,
        "none: some resamples compare with 0",
    )


def test_shares_have_wilson_intervals_only_where_examples_are_groups():
    right = np.array([1.0] * 9 + [0.0])
    alone = columns(right, is_share=True).amount(0)
    assert alone.method == "Wilson, n=10"
    assert alone.interval == pytest.approx((0.596, 0.982), abs=1e-3)
    grouped = columns(right, groups=np.arange(10) // 2, is_share=True).amount(0)
    assert "bootstrap, 5 groups" in grouped.method
