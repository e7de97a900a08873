"""Tests of curves and shares."""

import re

from dist_invention.reports.frame import Band
from dist_invention.reports.plots import Curve, curve_plot, share_plot

BANDS = [Band(1, 0, 50), Band(2, 50, 100)]


def areas(page):
    found = re.findall(r'<polygon points="([^"]+)"', page)
    return [[tuple(map(float, p.split(","))) for p in path.split()] for path in found]


def test_a_curve_goes_from_corner_to_corner_of_its_range(outline):
    page = curve_plot("Loss", [Curve("train", [(0.0, 1.0), (100.0, 3.0)])], BANDS)
    points = re.search(r'<polyline points="([^"]+)"', page)
    assert outline(page).faults == []
    assert points is not None
    (x0, y0), (x1, y1) = (map(float, p.split(",")) for p in points[1].split())
    assert (x0, x1) == (0.0, 1000.0)
    assert y0 > y1  # larger values stand higher


def test_stage_bands_cover_their_steps():
    page = curve_plot("Loss", [Curve("train", [(0.0, 1.0), (100.0, 3.0)])], BANDS)
    widths = re.findall(r'<rect x="([\d.]+)%" y="0" width="([\d.]+)%"', page)
    assert widths == [("0.00", "50.00"), ("50.00", "50.00")]


def test_only_several_curves_need_a_legend():
    one, two = Curve("train", [(0.0, 1.0)]), Curve("select", [(0.0, 2.0)])
    assert "legend" not in curve_plot("Loss", [one], [])
    assert curve_plot("Loss", [one, two], []).count('class="key"') == 2


def test_a_logarithmic_axis_is_named():
    curve = Curve("train", [(0.0, 1.0), (1.0, 1e-4)])
    assert "log scale" in curve_plot("Loss", [curve], [])
    assert "log scale" not in curve_plot("Loss", [Curve("a", [(0.0, 1.0)])], [])


def test_shares_are_stacked_to_the_top(outline):
    shares = {"a": [(0.0, 3.0), (1.0, 1.0)], "b": [(0.0, 1.0), (1.0, 1.0)]}
    page = share_plot("Shares", shares, [])
    lower, upper = areas(page)
    assert outline(page).faults == []
    assert lower[:2] == [(0.0, 45.0), (1000.0, 90.0)]  # 3/4 and 1/2 of 180 pixels
    assert upper[:2] == [(0.0, 0.0), (1000.0, 0.0)]


def test_terms_that_are_all_zero_have_no_share():
    page = share_plot("Shares", {"a": [(0.0, 0.0)], "b": [(0.0, 0.0)]}, [])
    assert {y for area in areas(page) for _, y in area} == {180.0}


def test_names_are_escaped():
    page = curve_plot("<x>", [Curve("<a>", [(0.0, 1.0)]), Curve("b", [(0.0, 1.0)])], [])
    assert "<x>" not in page
    assert "&lt;a&gt;" in page
