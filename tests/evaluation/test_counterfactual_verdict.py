"""The verdict follows the interval, and the sentence says it in units."""

from dist_invention.evaluation.counterfactual_verdict import (
    SAID,
    VERDICTS,
    effect_words,
    rest_words,
    verdict,
)
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.paired_columns import Amount
from dist_invention.evaluation.requested_change import Part
from dist_invention.statistics.intervals import Interval
import pytest

POSITION = Part("position", "m", 0.001)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (-2.0, -1.0, "follows"),
        (1.0, 2.0, "worse than ignoring"),
        (-1.0, 1.0, "no evidence"),
        (-1.0, 0.0, "no evidence"),
    ],
)
def test_only_an_interval_that_excludes_zero_is_a_verdict(low, high, wanted):
    assert verdict(Interval((low + high) / 2, low, high, "")) == wanted


def test_no_interval_is_no_evidence():
    assert verdict(None) == "no evidence"


def test_every_verdict_but_the_absent_one_has_its_words():
    assert set(SAID) == set(VERDICTS) - {"not measured"}


def test_errors_are_said_in_their_unit():
    words = effect_words(POSITION, 0.1234, 2.0, "deaf")
    assert words == (
        "Where position changes, its error is 0.123 m, and 2 m if the request is "
        "ignored: its answer is the same, told or not told."
    )
    assert "0.5 wrong" not in effect_words(Part("w", "1"), 0.5, 1.0, "deaf")


def amount(value):
    return Amount(value, 10, None, "none")


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0.1, 0.3, "the rest got worse"),
        (-0.3, -0.1, "the rest got better"),
        (-0.1, 0.1, "no evidence that the rest got worse"),
        (0.0, 0.0, "the rest stayed"),
    ],
)
def test_of_the_rest_only_what_is_beyond_doubt_is_claimed(low, high, wanted):
    cost = Interval((low + high) / 2, low, high, "")
    said = rest_words(POSITION, amount(0.3), amount(0.1), cost)
    assert said.endswith(f"0.3 m told, 0.1 m not told: {wanted}.")


def test_without_an_interval_or_a_rest_nothing_is_claimed():
    assert rest_words(POSITION, amount(1.0), amount(1.0), None).endswith("no interval.")
    missing = NotMeasured("no rest")
    assert "no rest" in rest_words(POSITION, missing, missing, None)
