"""Tests of the top of the page."""

from pathlib import Path

from dist_invention.reports.markup import Markup
from dist_invention.reports.opening import asked, opening
from dist_invention.reports.run_data import RunData, read_run


def test_the_opening_says_verdict_and_numbers(finished_run, outline):
    page = outline(opening(read_run(finished_run), Markup("")))
    assert page.faults == []
    assert "Far outside the training range, the model's position error 1s" in page.text
    for tile in ("2 of 4", "clean isolation audit", "148,312 parameters"):
        assert tile in page.text
    assert "3 min 4 s for 720 steps" in page.text
    assert "resumes, the last at step 320" in page.text


def test_a_leak_is_red_in_title_and_tile(change):
    run = read_run(change("results.json", audit={"verdict": "LEAK", "checks": []}))
    page = opening(run, Markup(""))
    assert '<h1 class="leak">The audit found a leak' in page
    assert '<b class="bad">LEAK</b>' in page


def test_a_run_without_results_shows_no_number():
    page = opening(RunData(Path("r"), run={"run_id": "r"}), Markup(""))
    assert "results.json is missing" in page
    assert page.count("not measured") == 3


def test_what_was_asked_names_experiment_settings_and_command(finished_run, outline):
    page = outline(asked(read_run(finished_run)))
    assert page.faults == []
    assert (
        "Experiment physics Preset demo Arm curriculum Seed 0 Model interaction"
        in page.text
    )
    command = "python experiments/01_physics/train.py --preset demo --runs-dir R"
    assert command in page.text
    assert "batch_size 64" in page.text


def test_what_was_not_recorded_is_said_so(outline):
    page = outline(asked(RunData(Path("r"))))
    assert "Experiment not recorded" in page.text
    assert "Parameters not measured" in page.text


def test_an_allowed_leak_and_a_second_read_are_red_at_the_top(change, outline):
    change("results.json", audit={"verdict": "allowed leak", "allowed_because": "why"})
    reads = [{"split": "test_far", "weights_sha256": "a", "count": 2}]
    made = opening(read_run(change("results.json", reads=reads)), Markup(""))
    assert made.count('<p class="alarm" role="alert">') == 2
    text = outline(made).text
    assert "A leak was found and allowed. The reason given: why" in text
    assert "Test splits read more than once: test_far." in text
    assert '<b class="bad">allowed leak</b>' in made


def test_tests_that_lie_less_far_out_than_named_are_counted(change, results):
    run = read_run(change("results.json"))
    said = "tests named near or far lie outside the training data"
    assert f'<b class="good">2 of 2</b><span>{said}' in opening(run, Markup(""))
    results["audit"]["support"][0]["verdict"] = "SAME"
    run = read_run(change("results.json", audit=results["audit"]))
    assert f'<b class="even">1 of 2</b><span>{said}' in opening(run, Markup(""))
