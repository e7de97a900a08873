"""Tests of the choice of weights on the page."""

from pathlib import Path

from dist_invention.reports.choice import choice_section
from dist_invention.reports.run_data import RunData, read_run


def test_rule_step_and_weights_are_told(finished_run, outline):
    page = outline(choice_section(read_run(finished_run)))
    assert page.faults == []
    assert "Rule last In words last: the weights at the end" in page.text
    assert "Step 720" in page.text
    assert "raw: the optimizer keeps no average; SHA-256 9c0d1e2f9c0d" in page.text


def test_a_choice_by_a_split_names_measure_and_value(change, outline):
    chosen = {"rule": "best", "split": "select_near", "measure": "val_position_error"}
    chosen |= {"step": 480, "value": 0.118, "sentence": "best: lowest error"}
    page = outline(choice_section(read_run(change("results.json", selection=chosen))))
    assert "Judged by val position error on split select_near: 0.118" in page.text


def test_old_results_have_their_rule_in_words(old_results, outline):
    page = outline(choice_section(RunData(Path("r"), results=old_results)))
    assert "Rule last: the weights at the end of the last stage" in page.text
    assert "which kind was not recorded" in page.text


def test_what_was_not_recorded_is_not_invented(outline):
    page = outline(choice_section(RunData(Path("r"))))
    assert page.text.count("Not measured:") == 2
