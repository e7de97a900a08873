from dist_invention.reports import rival_table
from dist_invention.reports.run_data import UnsealedRunError
import pytest


def results(value=0.3, better="lower"):
    baselines = [
        {"name": "copy last", "kind": "trivial", "value": 0.5},
        {"name": "fitted", "kind": "classical", "value": 0.2},
        {"name": "truth", "kind": "ceiling", "value": 0.0},
    ]
    score = {
        "split": "test_far",
        "tier": "far",
        "stratum": "all",
        "metric": "position_error",
        "better": better,
        "value": value,
        "interval": [0.25, 0.35],
        "baselines": baselines,
    }
    return {"status": "finished", "scores": [score]}


def test_every_baseline_stands_beside_the_model_and_better_ones_are_marked():
    text = rival_table(results(), "position_error")
    lines = text.splitlines()
    assert lines[0] == "position error (lower is better)"
    assert lines[2].split() == ["this", "model", "0.300", "[0.250,", "0.350]"]
    assert [line.strip().split("  ")[0] for line in lines[3:6]] == [
        "truth (ceiling)",
        "fitted",
        "copy last",
    ]
    assert [line.endswith("*") for line in lines[3:6]] == [True, True, False]


def test_direction_decides_what_is_better():
    lines = rival_table(results(better="higher"), "position_error").splitlines()
    assert [line.endswith("*") for line in lines[3:6]] == [True, False, False]


def test_unknown_metric_is_refused_by_name():
    with pytest.raises(ValueError, match=r"Expected a metric among.*Received.*Choose"):
        rival_table(results(), "speed")


def test_unfinished_run_has_no_table():
    with pytest.raises(UnsealedRunError):
        rival_table({"status": "running", "scores": []}, "position_error")
