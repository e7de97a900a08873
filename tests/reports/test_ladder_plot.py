"""Tests of the ladder plot."""

import re

from dist_invention.reports.ladder_plot import ladder


def heights(page, kind):
    found = re.findall(r'<svg x="([\d.]+)%" y="([\d.]+)"[^>]*>.*?class="(m-\w+)"', page)
    return [float(y) for _, y, style in found if style == f"m-{kind}"]


def test_each_split_is_drawn_with_interval_and_baselines(results, outline):
    page = ladder(results)
    assert outline(page).faults == []
    assert page.count('class="whisker"') == 4
    for kind in ("model", "classical", "trivial"):
        assert page.count(f'class="m-{kind}"') == 4 + 1  # and one in the legend
    assert page.count("<polyline") == 3


def test_the_axes_are_named_with_unit_and_direction(results, outline):
    text = outline(ladder(results)).text
    assert "Position error 1s over distance from training" in text
    assert "training scale, lower is better" in text
    assert "distance from training (widths of the training range); 0 is inside" in text


def test_larger_errors_stand_higher(results):
    model = heights(ladder(results), "model")
    assert model[0] > model[1] > model[2]  # pixels from the top: in, near, far


def test_a_split_without_a_distance_is_marked_and_on_no_line(results, outline):
    page = ladder(results)
    assert "Named regimes *" in page
    assert "stands beside the axis, on no line" in outline(page).text
    lines = re.findall(r'<polyline points="([^"]*)"', page)
    assert {len(line.split()) for line in lines} == {3}


def test_names_that_would_meet_stand_in_rows(results):
    for row, distance in zip(
        results["audit"]["support"], (0.9, 0, 0.01, 0.02), strict=True
    ):
        row["distance"] = distance
    rows = re.findall(r'<text x="[\d.]+%" y="(-\d+)"[^>]*class="rung"', ladder(results))
    assert len(set(rows)) > 1


def test_old_results_say_that_nothing_was_measured(old_results, results):
    assert "Not measured: the audit holds no distance" in ladder(old_results)
    for row in results["audit"]["support"]:
        row["distance"] = None
    assert "no scored test split has a distance" in ladder(results)
