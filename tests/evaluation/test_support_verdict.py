"""Checks become one verdict, with false alarms bounded over all of them together."""

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.support_report import SupportCheck, not_checked
from dist_invention.evaluation.support_verdict import (
    ALPHA,
    judge,
    sentence,
    verdict_of,
)
import numpy as np
import pytest


def share(name, value, p_value, null_rate=0.0):
    return SupportCheck(name, value, "share", "", null_rate, p_value, "outside")


def area(value, p_value):
    return SupportCheck("classifier, linear", value, "AUC", "", p_value=p_value)


def verdict(*checks, few=100, leaking=False):
    return verdict_of(judge(checks), few, leaking)


def test_many_rows_outside_are_outside_and_few_are_a_shift():
    assert (
        verdict(share("range coverage", 0.5, 1e-9), area(0.5, 0.5)) == "OUTSIDE SUPPORT"
    )
    assert verdict(share("range coverage", 0.01, 1e-9)) == "SHIFTED INSIDE SUPPORT"


def test_rows_outside_count_beyond_the_rate_inside_training():
    assert (
        verdict(share("range coverage", 0.30, 1e-9, 0.28)) == "SHIFTED INSIDE SUPPORT"
    )
    assert verdict(share("unseen phrases", 1.0, 0.9, 1.0)) == "SAME"


def test_a_change_of_density_moves_some_rows_apart_but_not_outside():
    assert verdict(share("nearest neighbours", 0.1, 1e-9)) == "SHIFTED INSIDE SUPPORT"
    assert verdict(share("nearest neighbours", 0.4, 1e-9)) == "OUTSIDE SUPPORT"


def test_a_classifier_alone_shows_a_shift_not_an_outside():
    assert verdict(area(0.9, 1e-9)) == "SHIFTED INSIDE SUPPORT"
    assert verdict(area(0.51, 0.4)) == "SAME"


def test_parameters_decide_over_raw_inputs():
    inside = share("parameter ladder", 0.0, 1.0)
    inputs = share("range coverage", 0.9, 1e-9)
    assert verdict(inside, inputs) == "SHIFTED INSIDE SUPPORT"
    assert (
        verdict(share("parameter ladder", 1.0, 1e-9), area(0.5, 0.5))
        == "OUTSIDE SUPPORT"
    )
    combined = share("convex hull", 1.0, 1e-9)
    assert verdict(inside, combined) == "OUTSIDE SUPPORT"


def test_a_leak_outweighs_every_distance():
    checks = judge([share("range coverage", 1.0, 1e-9)])
    assert verdict_of(checks, 100, True) == "LEAK"
    assert "another split" in sentence("LEAK", checks, 1.0, "widths", 100)


def test_without_evidence_few_groups_are_unknown_not_the_same():
    assert verdict(area(0.5, 0.5), few=19) == "UNKNOWN"
    assert verdict(not_checked("convex hull", "share", "text")) == "UNKNOWN"
    assert verdict(share("parameter ladder", 1.0, 1e-9), few=8) == "OUTSIDE SUPPORT"


def test_false_alarms_are_bounded_over_all_checks_together():
    rng = np.random.Generator(np.random.Philox(key=[7, 0]))
    alarms = [
        verdict(*(area(0.5, p) for p in row)) != "SAME"
        for row in rng.uniform(size=(4000, 9))
    ]
    assert np.mean(alarms) == pytest.approx(ALPHA, abs=0.006)


def test_checks_without_a_p_value_stay_unknown():
    measured, absent = judge(
        [area(0.5, 0.5), not_checked("convex hull", "share", "why")]
    )
    assert (measured.verdict, absent.verdict) == ("ok", "unknown")


def test_the_sentence_begins_with_the_verdict_and_gives_effects_first():
    checks = judge(
        [share("parameter ladder", 1.0, 1e-9, 0.002), area(0.97, 1e-9)],
    )
    said = sentence("OUTSIDE SUPPORT", checks, 0.43, "widths of law", 50)
    assert said == (
        "OUTSIDE SUPPORT: the median row lies outside by 0.43 widths of law; "
        "100.0% of rows outside the training box of the parameters (0.2% in training); "
        "classifier, linear AUC 0.97."
    )


def test_the_sentence_of_sameness_claims_no_proof():
    checks = judge([area(0.51, 0.4)])
    said = sentence("SAME", checks, NotMeasured("text only"), "1", 50)
    assert "AUC 0.51" in said
    assert "does not prove" in said


def test_the_sentence_of_an_unknown_gives_the_reason():
    few = sentence("UNKNOWN", judge([area(0.5, 0.5)]), 0.0, "widths", 7)
    assert few.startswith(
        "UNKNOWN: 7 groups on the smaller side, 20 are needed to tell"
    )
    assert "AUC 0.50" in few
    absent = judge([not_checked("convex hull", "share", "no numbers")])
    assert "no numbers" in sentence("UNKNOWN", absent, NotMeasured("x"), "1", 50)
