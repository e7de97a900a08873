"""The report of the support audit is plain JSON and says what was not measured."""

import json

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.support_report import (
    Calibration,
    SplitSupport,
    SupportCheck,
    SupportReport,
    not_checked,
)
import pytest


def test_json_names_are_those_that_pages_read():
    check = SupportCheck("range coverage", 0.5, "share", "why", 0.01, 1e-9, "outside")
    row = SplitSupport("far", "far", "SAME", "So.", 0.0, "widths", (check,))
    report = SupportReport((row,), (Calibration("range coverage", 0.0, 0.05, 6, ""),))
    found = json.loads(json.dumps(report.as_json(), allow_nan=False))
    (split,) = found["support"]
    assert sorted(split) == sorted(
        ["split", "tier", "verdict", "sentence", "distance", "distance_unit", "checks"]
    )
    assert sorted(split["checks"][0]) == sorted(
        ["name", "value", "unit", "null_rate", "p_value", "verdict", "detail"]
    )
    assert sorted(found["support_calibration"][0]) == sorted(
        ["name", "false_positive_rate", "nominal", "repeats", "detail"]
    )


def test_what_was_not_measured_is_null_with_a_reason_and_never_a_number():
    check = not_checked("convex hull", "share", "176 numeric inputs vary")
    found = check.as_json()
    assert found["value"] is None
    assert found["verdict"] == "unknown"
    assert "176 numeric inputs" in found["detail"]
    with pytest.raises(TypeError, match="not measured"):
        _ = check.excess
    row = SplitSupport("a", "", "UNKNOWN", "", NotMeasured("text"), "1", (check,))
    assert row.as_json()["distance"] is None


def test_the_excess_is_what_goes_beyond_training():
    assert SupportCheck("a", 0.5, "share", "", 0.2).excess == pytest.approx(0.3)
    assert SupportCheck("a", 0.5, "share", "").excess == 0.5
