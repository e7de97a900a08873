"""Tests of scores and figures on the page."""

from pathlib import Path

from dist_invention.reports.outcome import figures_section, scores_section
from dist_invention.reports.run_data import RunData, read_run


def test_scores_stand_by_tier_with_contact_rows_below(finished_run, outline):
    page = outline(scores_section(read_run(finished_run)))
    assert page.faults == []
    splits = [
        page.text.index(f"Split test_{t}") for t in ("in", "near", "far", "regimes")
    ]
    assert splits == sorted(splits)
    assert page.text.count("contact: free") == 4 * 3 * 2  # scores and every baseline
    assert "95 % bootstrap over trajectories" in page.text


def test_the_first_metric_is_drawn_and_the_others_are_folded(finished_run):
    made = scores_section(read_run(finished_run))
    drawn = made.index("<h3>Position error 1s (training scale, lower is better)</h3>")
    others = made.index("<summary>The other metrics")
    assert drawn < others < made.index("<h3>Velocity error 1s (training scale")
    assert made.count('class="panel dots"') == 3 * 4


def test_metrics_that_the_experiment_puts_first_stand_open(change, outline):
    made = scores_section(read_run(change("results.json", headline=["energy_error"])))
    page = outline(made)
    assert page.faults == []
    assert made.count("<summary>The other 2 metrics") == 4
    place = page.text.index("Split test_in")
    energy = page.text.index("Energy error lower", place)
    assert energy < page.text.index("The other 2 metrics", place)


def test_scores_of_an_unfinished_run_are_not_shown(change, outline):
    page = outline(scores_section(read_run(change("results.json", status="failed"))))
    assert "Missing: status 'finished' (it is 'failed')" in page.text
    assert "test_far" not in page.text


def test_figures_stand_in_order_of_distance(finished_run, outline):
    page = outline(figures_section(read_run(finished_run)))
    assert page.faults == []
    places = [
        page.text.index(f"Closed-loop paths, {t} laws") for t in ("in", "near", "far")
    ]
    assert places == sorted(places)
    assert sum(tag == "figure" for tag, _ in page.tags) == 9
    assert "no figure was stored" in figures_section(RunData(Path("r")))
