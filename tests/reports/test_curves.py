"""Tests of which curves a run has."""

from pathlib import Path

from dist_invention.reports.curves import (
    curve_panels,
    series_of,
    shares_of,
    stage_bands,
)
from dist_invention.reports.run_data import RunData, read_run


def line(step, kind="epoch", stage="a", **values):
    return {"kind": kind, "step": step, "stage": stage, "values": values}


def run_of(*lines, **results):
    return RunData(Path("r"), metrics=lines, results=results)


def titles(run, outline):
    return [
        outline(panel).text.split(" over training")[0] for panel in curve_panels(run)
    ]


def test_series_are_sorted_by_step_and_leave_out_what_is_not_a_number():
    lines = [line(2, loss=1.0), line(1, loss=2.0), line(3, loss=None)]
    assert series_of(lines, "epoch") == {"loss": [(1.0, 2.0), (2.0, 1.0)]}
    assert series_of(lines, "train") == {}


def test_a_stage_starts_where_the_one_before_ended():
    bands = stage_bands([line(10), line(20), line(25, stage="b"), line(40, stage="b")])
    assert [(b.number, b.first, b.last) for b in bands] == [(1, 0, 20), (2, 20, 40)]


def test_logged_shares_come_before_shares_of_terms():
    epoch = {"share/x": [(1.0, 0.5)], "term/y": [(1.0, 3.0)]}
    run = run_of(stages=[{"terms": {"y": 3.0}}])
    assert shares_of(run, epoch) == ({"x": [(1.0, 0.5)]}, ["share/x"])


def test_terms_are_those_that_the_stages_name():
    run = run_of(stages=[{"terms": {"y": 3.0, "z": 1.0}}])
    epoch = {"term/y": [(1.0, 3.0)], "z": [(1.0, 1.0)], "other": [(1.0, 1.0)]}
    shares, names = shares_of(run, epoch)
    assert set(shares) == {"y", "z"}
    assert names == ["term/y", "z"]


def test_the_panels_of_a_run_are_loss_shares_select_metrics_and_the_rest(
    finished_run, outline
):
    found = titles(read_run(finished_run), outline)
    heads = ["Loss", "Share", "Position", "Velocity", "Energy", "Weight"]
    assert [title.split()[0] for title in found] == heads


def test_names_with_a_slash_share_a_panel(outline):
    run = run_of(line(1, **{"weight/a": 1.0, "weight/b": 2.0}))
    (page,) = curve_panels(run)
    assert outline(page).text.startswith("Weight")
    assert page.count('class="key"') == 2


def test_a_run_without_metrics_has_no_panels():
    assert curve_panels(run_of()) == []
