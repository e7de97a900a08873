"""Tests of the box of a plot."""

import re

from dist_invention.reports.axes import Scale
from dist_invention.reports.frame import (
    Band,
    across,
    down,
    panel,
    plot_frame,
    steps_scale,
    stretched_points,
)
from dist_invention.reports.markup import Markup

UNIT = Scale(0.0, 1.0)


def test_stage_bands_cover_their_steps():
    bands = [Band(1, 0, 50), Band(2, 50, 100)]
    page = plot_frame("x", Scale(0, 100), UNIT, Markup(""), bands)
    widths = re.findall(r'<rect x="([\d.]+)%" y="0" width="([\d.]+)%"', page)
    assert widths == [("0.00", "50.00"), ("50.00", "50.00")]


def test_the_lower_axis_is_named_and_its_numbers_end_where_told(outline):
    page = outline(
        plot_frame("x", Scale(0, 2), UNIT, Markup(""), x_label="metres", x_until=1.0)
    )
    assert page.faults == []
    assert page.text.endswith("metres")
    assert "1.5" not in page.text
    assert "1.5" in outline(plot_frame("x", Scale(0, 2), UNIT, Markup(""))).text


def test_places_count_from_the_left_and_from_the_top():
    assert across(Scale(0, 4), 1.0) == "25.00%"
    assert down(UNIT, 1.0) == 0.0
    assert stretched_points([(0.0, 0.0), (1.0, 1.0)], UNIT, UNIT) == (
        "0.0,180.0 1000.0,0.0"
    )


def test_an_axis_of_one_step_is_still_an_axis():
    assert steps_scale([[(5.0, 1.0)]]) == Scale(5.0, 6.0)
    assert steps_scale([]) == Scale(0.0, 1.0)


def test_a_panel_without_keys_has_no_legend(outline):
    page = panel("<t>", "log scale", Markup("<svg></svg>"), [])
    assert "legend" not in page
    assert outline(page).text == "<t> log scale"
