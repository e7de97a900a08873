"""Tests of scales and ticks."""

from itertools import pairwise
import math

from dist_invention.reports.axes import Scale, scale_over, thinned, tick_text
import pytest


def test_equal_ratios_take_equal_lengths_on_a_logarithmic_scale():
    scale = Scale(0.01, 100.0, log=True)
    assert scale.fraction(1.0) == pytest.approx(0.5)
    assert scale.fraction(0.0) == -math.inf


@pytest.mark.parametrize(
    "scale", [Scale(0.0, 7.3), Scale(-3.0, 2.0), Scale(1e-9, 2e-9)]
)
def test_linear_ticks_are_even_and_inside(scale):
    ticks = scale.ticks(4)
    gaps = {round(b - a, 15) for a, b in pairwise(ticks)}
    assert 2 <= len(ticks) <= 6
    assert max(gaps) == pytest.approx(min(gaps))
    assert all(-1e-9 <= scale.fraction(tick) <= 1 + 1e-9 for tick in ticks)


@pytest.mark.parametrize("high", [3.0, 50.0, 1e4, 1e30])
def test_logarithmic_ticks_are_few_and_inside(high):
    scale = Scale(0.9, high, log=True)
    ticks = scale.ticks(4)
    assert 2 <= len(ticks) <= 6
    assert all(0 <= scale.fraction(tick) <= 1.001 for tick in ticks)


def test_a_scale_is_logarithmic_where_values_differ_by_ratios():
    assert scale_over([0.001, 1.0]).log
    assert not scale_over([0.0, 1.0]).log
    assert not scale_over([0.5, 1.0]).log


def test_a_scale_leaves_out_what_is_not_a_number():
    scale = scale_over([None, math.nan, 2.0, 4.0])
    assert scale.low < 2.0 < 4.0 < scale.high < 5.0


def test_a_scale_exists_for_one_value_and_for_none():
    assert scale_over([3.0]).fraction(3.0) == pytest.approx(0.5)
    assert scale_over([]) == Scale(0.0, 1.0)


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match=r"low < high.*low=1\.0, high=1\.0"):
        Scale(1.0, 1.0)


def test_thinning_keeps_the_spike():
    points = [(float(k), 0.0) for k in range(5000)]
    points[3210] = (3210.0, 9.0)
    kept = thinned(points)
    assert len(kept) <= 400
    assert (3210.0, 9.0) in kept
    assert kept == sorted(kept)


def test_ticks_are_written_without_needless_zeros():
    assert [tick_text(v) for v in (0.1 + 0.2, 1.0, 25000.0)] == ["0.3", "1", "25k"]
