"""Tests of curves and history on the page."""

from pathlib import Path

from dist_invention.reports.course import (
    curves_section,
    history_section,
)
from dist_invention.reports.run_data import RunData, read_run


def test_curves_are_drawn_or_said_to_be_absent(finished_run, outline):
    page = outline(curves_section(read_run(finished_run)))
    assert page.faults == []
    assert sum(tag == "figure" for tag, _ in page.tags) == 6
    assert "metrics.jsonl holds no numbers" in curves_section(RunData(Path("r")))


def test_history_tells_of_resumes_and_checkpoints(finished_run, outline):
    page = outline(history_section(read_run(finished_run)))
    assert page.faults == []
    assert "resumed once, the last time at step 320." in page.text
    assert "18 checkpoints, the first at step 40, the last at step 720" in page.text
    assert "Longest time between two: 16 s" in page.text
    assert "2025-03-04 10:01:28 resumed step 320, pid 4077" in page.text


def test_each_attempt_names_its_commit(change, outline):
    first = {"attempt": 1, "host": "box", "code": {"commit": "a" * 40, "dirty": True}}
    second = {"attempt": 2, "code": {"commit": "b" * 40}, "code_changed": ["a", "b"]}
    run = read_run(change("run.json", attempts=[first, second]))
    page = outline(history_section(run))
    assert "box aaaaaaaaaaaa with changes that no commit has" in page.text
    assert "bbbbbbbbbbbb not the commit of the attempt before" in page.text


def test_an_uninterrupted_run_is_said_to_be_one(change):
    run = read_run(change("results.json", resumes=0))
    assert "never interrupted" in history_section(run)


def test_a_history_that_was_not_kept_is_not_told(outline):
    page = outline(history_section(RunData(Path("r"))))
    assert page.faults == []
    assert page.text.count("Not measured:") == 4
