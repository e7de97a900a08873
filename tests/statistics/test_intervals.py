"""Intervals with a formula, against numbers worked out elsewhere."""

from dist_invention.statistics.intervals import Interval, level_checked, wilson
import numpy as np
import pytest
from scipy import stats


def test_wilson_of_a_perfect_score_does_not_claim_certainty():
    found = wilson(7706, 7706)
    assert found.value == 1.0
    assert found.as_list() == pytest.approx([0.99950, 1.0], abs=1e-5)


def test_wilson_agrees_with_the_closed_form():
    z, n, p = 1.959963985, 50, 0.3
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert wilson(15, 50).as_list() == pytest.approx([middle - half, middle + half])


@pytest.mark.parametrize("n", [10, 40])
def test_wilson_covers_a_share_as_often_as_it_says_on_average(n):
    share = np.linspace(0.1, 0.9, 401)[:, None]  # (shares, 1)
    counts = np.arange(n + 1)
    ends = np.array([wilson(int(count), n).as_list() for count in counts])
    covered = (ends[:, 0] <= share) & (share <= ends[:, 1])  # (shares, counts)
    coverage = (stats.binom.pmf(counts, n, share) * covered).sum(axis=1)
    assert 0.93 < coverage.mean() < 0.97
    assert coverage.min() > 0.80, "a single share may be missed more often"


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
