"""Baselines and skill on cases that can be worked out."""

from dist_invention.evaluation.baselines import Baseline, skill, value_checked
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
import pytest


def zeros(split):
    return {"x": np.zeros(len(split))}


def test_a_perfect_predictor_has_skill_one():
    assert skill(0.0, 2.5) == 1.0
    assert skill(1.0, 0.3, "higher") == 1.0


def test_the_reference_itself_has_skill_zero_and_a_worse_one_less():
    assert skill(2.5, 2.5) == 0.0
    assert skill(0.3, 0.3, "higher") == 0.0
    assert skill(5.0, 2.5) == -1.0


def test_skill_of_a_share_counts_the_failures_that_are_gone():
    assert skill(0.9, 0.8, "higher") == pytest.approx(0.5)
    assert skill(0.7, 0.8, "higher") == pytest.approx(-0.5)


def test_skill_falls_as_an_error_grows_and_rises_as_a_share_grows():
    values = np.linspace(0.0, 1.0, 11)
    assert np.all(np.diff([skill(v, 0.5) for v in values]) < 0)
    assert np.all(np.diff([skill(v, 0.5, "higher") for v in values]) > 0)


def test_a_reference_without_error_gives_no_number():
    assert isinstance(skill(0.1, 0.0), NotMeasured)
    assert isinstance(skill(0.9, 1.0, "higher"), NotMeasured)


@pytest.mark.parametrize(
    ("value", "better"),
    [(np.nan, "lower"), (-1.0, "lower"), (np.inf, "lower"), (1.5, "higher")],
)
def test_values_without_skill_are_refused(value, better):
    with pytest.raises(ValueError, match=r"Expected a finite value.*Received.*Correct"):
        value_checked(value, better)


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="better='up'"):
        skill(1.0, 1.0, "up")


def test_a_baseline_without_name_kind_or_function_is_refused():
    with pytest.raises(ValueError, match=r"to have a name"):
        Baseline("", zeros, "trivial")
    with pytest.raises(ValueError, match=r"`zeros`.*kind='easy'.*allowed to know"):
        Baseline("zeros", zeros, "easy")
    with pytest.raises(TypeError, match=r"`zeros` to be a function"):
        Baseline("zeros", np.zeros(3), "trivial")
