"""Tests of warnings about metrics that cannot tell."""

from dist_invention.reports.headroom import headroom_warnings


def score(*warnings, **more):
    return {"metric": "hit_rate", "split": "test_in", "warnings": [*warnings], **more}


def test_each_warning_names_metric_and_split():
    said = headroom_warnings([score("Little headroom."), score()])
    assert said == ["Hit rate on test in. Little headroom."]


def test_strata_and_results_without_warnings_say_nothing():
    old = {"metric": "hit_rate", "split": "test_in"}
    assert headroom_warnings([score("Little headroom.", stratum="a=b"), old]) == []
