"""Tests of requests on the page."""

from pathlib import Path

from dist_invention.reports.counterfactual import counterfactual_section
from dist_invention.reports.run_data import RunData, read_run


def test_edited_effect_preservation_and_ignoring_stand_together(finished_run, outline):
    made = counterfactual_section(read_run(finished_run))
    page = outline(made)
    assert page.faults == []
    assert "Asked: gravity becomes -4 m/s2" in page.text
    for row in (
        "edited effect: 0.130",
        "ignoring: this model, not told: 0.660",
        "preservation: 0.0210",
        "the same, not told: 0.0190",
    ):
        assert row in page.text
    assert '<span class="said good">follows</span>' in made
    assert "error (m)" in page.text


def test_the_numbers_have_intervals_and_reasons(finished_run, outline):
    text = outline(counterfactual_section(read_run(finished_run))).text
    assert "0.130 [0.117, 0.143] 0.620 truth of the old rules" in text
    assert "not measured all of this part changes: there is no rest" in text


def test_a_request_that_was_not_put_says_why(outline):
    why = {"value": None, "status": "not measured", "reason": "it has no input for it"}
    row = {"request": "x", "part": "position", "unit": "m", "verdict": "not measured"}
    row |= dict.fromkeys(("effect", "skill", "response", "preservation"), why)
    row |= dict.fromkeys(("before", "moved"), why)
    run = RunData(Path("r"), results={"counterfactual": [row]})
    page = outline(counterfactual_section(run))
    assert page.faults == []
    assert "Not measured: it has no input for it. x (position)" in page.text
    assert not [tag for tag, _ in page.tags if tag == "figure"]


def test_none_asked_and_none_offered_are_told_apart(old_results):
    none = RunData(Path("r"), results=old_results)
    assert "no request to change the rules was made" in counterfactual_section(none)
    empty = RunData(Path("r"), results={"counterfactual": []})
    assert "offers no request with a ground truth" in counterfactual_section(empty)
