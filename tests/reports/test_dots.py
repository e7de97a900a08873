"""Tests of rows of dots."""

import re

from dist_invention.reports.axes import Scale
from dist_invention.reports.dots import Dot, axis_row, dot_row
from dist_invention.reports.markup import Markup

AXIS = Scale(-1.0, 1.0)


def test_dots_bar_and_line_stand_at_their_values(outline):
    row = dot_row("joint", "0.5", AXIS, [Dot(0.5, "m-model")], [0.0, 1.0], 0.0)
    assert outline(row).faults == []
    assert '<svg x="75.00%" y="11" class="mark">' in row
    assert 'x1="50.00%" x2="100.00%"' in row
    assert re.search(r'x1="50.00%" x2="50.00%"[^>]*class="reference"', row)


def test_a_dot_off_the_axis_is_an_arrow_at_its_edge():
    assert "\u25b8" in dot_row("a", "9", AXIS, [Dot(9.0, "m-model")])
    assert "\u25c2" in dot_row("a", "-9", AXIS, [Dot(-9.0, "m-model")])


def test_an_interval_that_was_not_measured_is_not_drawn():
    assert "whisker" not in dot_row("a", "1", AXIS, [], None)
    assert "whisker" not in dot_row("a", "1", AXIS, [], [None, 1.0])


def test_a_label_is_escaped_once_wherever_it_stands(outline):
    row = dot_row(Markup("a &amp; b<small>c</small>"), "1", AXIS, [])
    assert outline(row).text.startswith("a & b c a & bc")
    assert "&amp;amp;" not in row


def test_the_axis_has_its_numbers_and_its_unit(outline):
    assert outline(axis_row(AXIS, "(m)")).text == "(m) -1 -0.5 0 0.5 1"
