"""Holm's adjustment, by hand and by what it promises."""

from dist_invention.statistics.family import holm
import numpy as np
import pytest


def test_holm_agrees_with_the_steps_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_what_was_not_asked_stays_none_and_does_not_count():
    assert holm([None, 0.02, None, 0.5]) == [None, 0.04, None, 0.5]
    assert holm([None]) == [None]
    assert holm([]) == []


def test_an_adjusted_p_value_is_never_smaller_and_never_over_one():
    rng = np.random.Generator(np.random.Philox(key=[1, 0]))
    p = rng.random(20).tolist()
    adjusted = holm(p)
    assert all(p[i] <= adjusted[i] <= 1.0 for i in range(20))
    order = np.argsort(p)
    assert np.all(np.diff(np.array(adjusted)[order]) >= 0)


def test_the_whole_family_errs_as_rarely_as_one():
    rng = np.random.Generator(np.random.Philox(key=[2, 0]))
    found = [min(holm(row)) < 0.05 for row in rng.random((2000, 6)).tolist()]
    assert 0.03 < np.mean(found) < 0.07


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_what_is_no_p_value_is_refused(p):
    with pytest.raises(ValueError, match=r"between 0 and 1.*Correct the test"):
        holm([0.5, p])
