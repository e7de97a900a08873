"""Tests of figure records."""

import re

from dist_invention.reports.panels import figure, panel_plot
import pytest


def path(role, x, y, **more):
    return {"label": role, "role": role, "group": "ball 1", "x": x, "y": y, **more}


def panel(*series, **more):
    return {
        "title": "one ball",
        "x_label": "x",
        "y_label": "y",
        "x_unit": "m",
        "y_unit": "m",
        "x_range": [0, 8],
        "y_range": [0, 6],
        "equal_aspect": True,
        "series": list(series),
        **more,
    }


def box(page):
    found = re.search(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page
    )
    assert found is not None
    return tuple(map(float, found.groups()))


def lines(page, role):
    found = re.findall(rf'<polyline points="([^"]*)" class="r-{role}"', page)
    return [[tuple(map(float, p.split(","))) for p in line.split()] for line in found]


def test_the_box_has_the_shape_of_its_ranges():
    _, _, wide, tall = box(panel_plot(panel(), is_path=True))
    assert wide / tall == pytest.approx(8 / 6, abs=0.01)


def test_a_tall_box_keeps_its_shape():
    page = panel_plot(panel(x_range=[0, 1], y_range=[0, 4]), is_path=True)
    _, _, wide, tall = box(page)
    assert tall / wide == pytest.approx(4, abs=0.02)


def test_corners_of_the_box_are_drawn_at_its_corners():
    page = panel_plot(panel(path("true", [0, 8], [0, 6])), is_path=True)
    x, y, wide, tall = box(page)
    (start, end) = lines(page, "true")[0]
    assert start == pytest.approx((x, y + tall), abs=0.11)
    assert end == pytest.approx((x + wide, y), abs=0.11)


def test_each_role_has_a_style_of_its_own_and_the_legend_names_it(outline):
    roles = ("context", "true", "predicted", "baseline")
    series = [path(role, [1, 2], [1, 2]) for role in roles]
    page = figure({"kind": "trajectories", "title": "t", "panels": [panel(*series)]})
    assert outline(page).faults == []
    for role in roles:
        assert len(lines(page, role)) == 1
        assert f'class="r-{role}"></line>' in page or f'class="r-{role}"/>' in page
    assert page.count('class="key"') == 4


def test_no_line_bridges_a_hole():
    holes = path("predicted", [1, 2, None, 4, 5], [1, 1, None, 1, 1])
    page = panel_plot(panel(holes), is_path=True)
    assert [len(piece) for piece in lines(page, "predicted")] == [2, 2]


def test_a_line_that_leaves_the_drawing_is_named(outline):
    inside = panel_plot(panel(path("true", [1, 2], [1, 2])), is_path=True)
    outside = panel_plot(panel(path("predicted", [1, 20], [1, 2])), is_path=True)
    assert "Leaves" not in inside
    assert "Leaves the drawing: predicted (ball 1)." in outline(outside).text


def test_ranges_come_from_the_values_where_none_are_given():
    free = panel(path("true", [0, 10], [5, 9]), x_range=None, y_range=None)
    page = panel_plot({**free, "equal_aspect": False}, is_path=False)
    x, y, wide, tall = box(page)
    for px, py in lines(page, "true")[0]:
        assert x <= px <= x + wide
        assert y <= py <= y + tall


def test_only_paths_have_their_ends_marked():
    series = [path("true", [1, 2], [1, 2])]
    assert "end-true" in panel_plot(panel(*series), is_path=True)
    assert "end-true" not in panel_plot(panel(*series), is_path=False)


def test_names_of_a_record_are_escaped():
    hostile = panel(path("true", [1], [1], label="<i>"), title="<b>")
    page = figure({"kind": "lines", "title": "<u>", "panels": [hostile]})
    assert not {"<i>", "<u>"} & set(re.findall(r"<\w+>", page))
    assert "&lt;b&gt;" in page


def test_baselines_of_one_figure_have_line_styles_of_their_own():
    line = {"x": [0, 1], "y": [0, 1]}
    series = [
        {"label": "model", "role": "predicted", **line},
        {"label": "copy last", "role": "baseline", **line},
        {"label": "fitted", "role": "baseline", **line},
    ]
    panels = [{"title": "a", "series": series}, {"title": "b", "series": series}]
    drawn = str(figure({"kind": "lines", "title": "t", "panels": panels}))
    assert drawn.count('class="r-baseline"') == 3, "two panels and the legend"
    assert drawn.count('class="r-baseline s1"') == 3
