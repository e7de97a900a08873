"""Tests of shapes and dashes."""

from dist_invention.reports.marks import (
    SHAPES,
    mark,
    shape_of,
    style_of,
    swatch,
    verdict_picture,
)
import pytest

VERDICTS = ("LEAK", "SAME", "SHIFTED INSIDE SUPPORT", "OUTSIDE SUPPORT", "UNKNOWN")


def test_ten_arms_are_told_apart_without_colour():
    seen = {(shape_of(k), style_of(k).split()[1]) for k in range(10)}
    assert len(seen) == 10


def test_ten_arms_are_told_apart_by_colour_and_dash():
    assert len({style_of(k) for k in range(10)}) == 10


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mark_is_one_path_with_its_words(shape, outline):
    page = outline(mark(shape, "10%", 4, "m-model", "seed <1>"))
    assert page.faults == []
    assert page.text == "seed <1>"


def test_each_verdict_has_a_picture_of_its_own():
    assert len({verdict_picture(verdict) for verdict in VERDICTS}) == 5
    assert verdict_picture("anything else") == verdict_picture("UNKNOWN")


def test_a_swatch_shows_line_mark_and_name(outline):
    page = outline(swatch(2, "joint"))
    assert page.faults == []
    assert page.text == "joint"
    assert "a3 d3" in swatch(2, "joint")
