"""Tests of the stages on the page."""

from pathlib import Path

from dist_invention.reports.run_data import RunData, read_run
from dist_invention.reports.timeline import stages_section


def test_each_stage_says_length_and_why_it_ended(finished_run, outline):
    made = stages_section(read_run(finished_run))
    page = outline(made)
    assert page.faults == []
    assert "1. In distribution 6 epochs, 240 steps, 50 s" in page.text
    assert "Ended: val_position_error_1s=0.118 reached 0.12" in page.text
    assert "Loss terms: position 0.0310; energy 0.0120" in page.text


def test_bars_are_as_wide_as_steps_and_seconds(finished_run, outline):
    made = stages_section(read_run(finished_run))
    assert "Steps, 720 in all" in outline(made).text
    assert "Time, 3 min 15 s in all" in outline(made).text
    assert 'style="flex:240 1 0" title="in distribution: 240"' in made
    assert 'style="flex:50 1 0" title="in distribution: 50 s"' in made


def test_the_learning_rate_stands_over_the_stages(finished_run):
    made = stages_section(read_run(finished_run))
    assert "Learning rate over training steps" in made
    without = RunData(Path("r"), results=read_run(finished_run).results)
    assert "metrics.jsonl holds no learning rate" in stages_section(without)


def test_exams_show_what_was_forgotten(finished_run, outline):
    page = outline(stages_section(read_run(finished_run)))
    assert "exam: in distribution" in page.text
    assert "after physics terms 0.0800 \u25b2" in page.text


def test_old_stages_were_not_examined(old_results):
    made = stages_section(RunData(Path("r"), results=old_results))
    assert "no stage was examined" in made


def test_stage_reports_stand_in_before_results_exist():
    stages = {"01-warm": {"name": "warm", "epochs": 1, "steps": 5, "reason": "done"}}
    made = stages_section(RunData(Path("r"), stages=stages))
    assert "1. Warm" in made
    assert "the seconds of each stage were not recorded" in made
    assert "no stage has ended" in stages_section(RunData(Path("r")))
