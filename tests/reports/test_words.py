"""Tests of numbers, names and verdicts in plain words."""

import math

from dist_invention.reports import words
import pytest

BASE = {
    "value": 0.5,
    "baselines": [{"name": "zeros"}],
    "best_baseline": {"name": "zeros", "value": 1},
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.21234, "0.212"),
        (0.0, "0.00"),
        (0.0042, "0.00420"),
        (0.00001, "1.00e-05"),
        (-3.14159, "-3.14"),
        (148312, "148,312"),
        (12345.6, "12,346"),
        (3e9, "3.00e+09"),
        (None, "not measured"),
        (math.nan, "not measured"),
        (math.inf, "not measured"),
        (True, "not measured"),
        ("0.5", "not measured"),
    ],
)
def test_a_number_has_three_digits_and_anything_else_is_not_measured(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (True, "beats zeros"),
        (False, "does not yet beat zeros"),
        (None, "too close to call against zeros"),
    ],
)
def test_a_verdict_is_said_in_plain_words(answer, said):
    assert words.verdict({**BASE, "beats_best": answer}) == said


def test_a_score_without_baselines_is_withheld():
    assert words.verdict({"beats_best": True, "value": 1}) == "withheld: no baseline"
    assert not words.is_result({"value": 0.1, "baselines": []})


def test_a_score_that_was_not_measured_says_why():
    absent = {"value": None, "status": "not measured", "reason": "3 examples"}
    assert words.verdict({**BASE, **absent}) == "not measured: 3 examples"
    assert words.tone({**BASE, **absent}) == "even"


def test_a_score_without_a_value_is_no_result():
    assert words.is_result({**BASE, "value": 0.5})
    assert not words.is_result({**BASE, "value": None})


def test_tiers_stand_in_order_of_distance():
    tiers = ["far", "mirror", "in", "far", "near"]
    assert words.in_tier_order(tiers) == ["in", "near", "far", "mirror"]


def test_an_interval_with_a_missing_bound_is_not_measured():
    assert words.interval([0.1, 0.25]) == "[0.100, 0.250]"
    assert words.interval([0.1, None]) == "not measured"
    assert words.interval(None) == "not measured"


def test_a_command_can_be_pasted_back():
    argv = ["train.py", "--name", "it's two"]
    assert words.command(argv) == "python train.py --name 'it'\\''s two'"
    assert words.command(None) == "not measured"


def test_nested_values_become_dotted_names():
    nested = {"a": {"b": 1, "c": [1, 2]}, "d": None, "e": {}}
    rows = [("a.b", "1"), ("a.c", "1, 2"), ("d", "none"), ("e", "{}")]
    assert words.flattened(nested) == rows


def test_acronyms_of_errors_are_written_in_capitals():
    assert words.plain("position_nrmse_1s") == "position NRMSE 1s"


def test_methods_of_intervals_are_named_once_whatever_the_sample():
    made = "expanded percentile bootstrap, {} groups, 1000 resamples"
    scores = [{"interval_method": made.format(n)} for n in (204, 214)]
    scores += [{"interval_method": "none: 2 groups, 3 needed"}, {}]
    assert words.methods(scores) == "expanded percentile bootstrap, 1000 resamples"
