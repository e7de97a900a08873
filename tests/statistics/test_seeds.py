"""Intervals over seeds: by hand, refused under three, weak under five."""

import logging

from dist_invention.statistics.seeds import (
    TooFewSeeds,
    bootstrap_seeds,
    over_seeds,
    student_t,
    weakness,
)
import numpy as np
import pytest


def test_student_t_agrees_with_the_formula_by_hand():
    found = student_t(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = 2.7764451 * np.sqrt(2.5) / np.sqrt(5)  # t(4) at 97.5 %
    assert found.value == 3.0
    assert found.as_list() == pytest.approx([3 - half, 3 + half], abs=1e-6)
    assert over_seeds([1, 2, 3, 4, 5]) == found


@pytest.mark.parametrize("make", [over_seeds, student_t])
@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0]])
def test_under_three_seeds_an_interval_is_refused_in_three_sentences(make, values):
    with pytest.raises(TooFewSeeds, match=r"at least 3 seeds.*Received.*Run more seed"):
        make(values)


def test_the_bootstrap_over_two_seeds_is_refused_too():
    with pytest.raises(TooFewSeeds, match=r"at least 3 seeds"):
        bootstrap_seeds([1.0, 2.0], seed=0)


def test_a_seed_without_a_finite_result_is_refused():
    with pytest.raises(ValueError, match="finite results") as caught:
        student_t([1.0, 2.0, np.nan])
    assert not isinstance(caught.value, TooFewSeeds)


def test_under_five_seeds_the_method_says_so_and_student_t_warns(caplog):
    with caplog.at_level(logging.WARNING):
        assert (
            over_seeds(np.arange(4.0)).method == "Student t over 4 seeds (weak: use 5)"
        )
        assert student_t(np.arange(5.0)).method == "Student t over 5 seeds"
        assert not caplog.records
        student_t(np.arange(4.0))
    assert "4 seeds" in caplog.text
    assert weakness(3)
    assert not weakness(5)


def test_the_bootstrap_over_seeds_is_near_student_t_and_names_itself():
    values = [0.61, 0.64, 0.58, 0.66, 0.60, 0.63, 0.59, 0.65, 0.62, 0.64]
    found, known = bootstrap_seeds(values, seed=0), over_seeds(values)
    assert found.value == known.value
    assert found.as_list() == pytest.approx(known.as_list(), abs=0.004)
    assert found.method == "expanded percentile bootstrap over 10 seeds, 2000 resamples"
    assert "weak" in bootstrap_seeds(values[:4], seed=0).method


def test_an_interval_of_a_share_ends_where_a_share_does():
    shares = [0.99, 0.93, 0.99]
    assert over_seeds(shares).high > 1.0
    found = over_seeds(shares, bounds=(0.0, 1.0))
    assert found.high == 1.0
    assert found.low == over_seeds(shares).low


def test_a_coverage_that_is_no_share_is_refused():
    with pytest.raises(ValueError, match=r"level=95.*Use 0\.95"):
        over_seeds(np.arange(5.0), level=95)
