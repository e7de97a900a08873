"""Intervals with a formula, against numbers worked out elsewhere."""

import logging

from dist_invention.statistics.intervals import (
    Interval,
    level_checked,
    student_t,
    wilson,
)
import numpy as np
import pytest


def test_student_t_agrees_with_the_formula_by_hand():
    found = student_t(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = 2.7764451 * np.sqrt(2.5) / np.sqrt(5)  # t(4) at 97.5 %
    assert found.value == 3.0
    assert found.as_list() == pytest.approx([3 - half, 3 + half], abs=1e-6)


def test_student_t_over_three_seeds_covers_the_mean_as_often_as_it_says(caplog):
    rng = np.random.Generator(np.random.Philox(key=[1, 0]))
    draws = rng.normal(size=(400, 3))
    with caplog.at_level(logging.CRITICAL):
        share = np.mean([student_t(row).contains(0.0) for row in draws])
    assert 0.92 < share < 0.98


def test_student_t_refuses_two_seeds_in_three_sentences():
    with pytest.raises(ValueError, match=r"at least 3 seeds.*Received.*Run more seeds"):
        student_t(np.array([1.0, 2.0]))


def test_student_t_refuses_a_seed_without_a_finite_result():
    with pytest.raises(ValueError, match="finite results"):
        student_t(np.array([1.0, 2.0, np.nan]))


def test_student_t_warns_under_five_seeds_and_not_at_five(caplog):
    with caplog.at_level(logging.WARNING):
        student_t(np.arange(5.0))
        assert not caplog.records
        student_t(np.arange(4.0))
    assert "4 seeds" in caplog.text


def test_wilson_of_a_perfect_score_does_not_claim_certainty():
    found = wilson(7706, 7706)
    assert found.value == 1.0
    assert found.as_list() == pytest.approx([0.99950, 1.0], abs=1e-5)


def test_wilson_agrees_with_the_closed_form():
    z, n, p = 1.959963985, 50, 0.3
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert wilson(15, 50).as_list() == pytest.approx([middle - half, middle + half])


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_counts_that_cannot_be(successes, n):
    with pytest.raises(ValueError, match=f"successes={successes}, n={n}"):
        wilson(successes, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_coverage_that_is_no_share_is_refused(level):
    with pytest.raises(ValueError, match=r"between 0 and 1.*Use 0\.95"):
        level_checked(level)


def test_an_interval_contains_its_ends():
    interval = Interval(1.0, 0.5, 2.0, "by hand")
    assert interval.contains(0.5)
    assert interval.contains(2.0)
    assert not interval.contains(2.1)
