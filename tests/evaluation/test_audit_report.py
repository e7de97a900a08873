"""The verdict follows from the checks, and the report is plain JSON."""

import json

from dist_invention.evaluation.audit_report import AuditReport, Check, LeakFound
import pytest

FINE = Check("same key", ("train", "far"), 0, "none", "ok")
THIN = Check("thin", ("far",), 1, "3 examples", "warning")
LEAK = Check("same key", ("train", "far"), 2, "such as `a`", "leak")


@pytest.mark.parametrize(
    ("checks", "allowed", "verdict"),
    [
        ((FINE, THIN), None, "clean"),
        ((FINE, THIN), "a reason", "clean"),
        ((FINE, LEAK), None, "LEAK"),
        ((FINE, LEAK), "a reason", "allowed leak"),
    ],
)
def test_the_verdict_follows_from_the_checks(checks, allowed, verdict):
    report = AuditReport(checks, ("train", "far"), ((0, 2), (2, 0)), allowed)
    assert report.verdict == verdict


def test_the_report_is_json_with_checks_and_overlap_matrix():
    report = AuditReport((LEAK,), ("train", "far"), ((0, 2), (2, 0)), "a reason")
    assert json.loads(json.dumps(report.as_json())) == {
        "verdict": "allowed leak",
        "allowed_because": "a reason",
        "checks": [
            {
                "name": "same key",
                "splits": ["train", "far"],
                "count": 2,
                "detail": "such as `a`",
                "verdict": "leak",
                "rate": None,
                "null_rate": None,
                "p_value": None,
            }
        ],
        "overlap": {"splits": ["train", "far"], "matrix": [[0, 2], [2, 0]]},
        "support": [],
        "support_calibration": [],
    }


def test_a_found_leak_carries_the_whole_report():
    report = AuditReport((FINE, LEAK), ("train", "far"), ((0, 2), (2, 0)))
    error = LeakFound("leak", report)
    assert isinstance(error, ValueError)
    assert error.report.leaks == (LEAK,)


def test_the_support_stands_in_the_report_and_leaking_splits_are_named():
    support = {"support": [{"split": "far"}], "support_calibration": [{"name": "hull"}]}
    report = AuditReport((FINE, LEAK), ("train", "far", "near"), (), "why", support)
    assert report.as_json()["support"] == [{"split": "far"}]
    assert report.as_json()["support_calibration"] == [{"name": "hull"}]
    assert report.leaking == {"train", "far"}


def test_a_check_of_coincidences_carries_its_numbers():
    row = Check("same outputs", ("a", "b"), 3, "", "leak", 0.03, 0.001, 1e-5).as_json()
    assert (row["rate"], row["null_rate"], row["p_value"]) == (0.03, 0.001, 1e-5)
