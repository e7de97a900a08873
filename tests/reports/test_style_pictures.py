"""Tests of how pictures and verdicts look."""

import re

from dist_invention.reports.marks import COLOURS
from dist_invention.reports.style_pictures import CARDS, NARROW, PICTURES


def test_each_arm_has_a_colour_and_each_but_the_first_a_dash():
    for place in range(1, COLOURS + 1):
        assert f".a{place}{{" in PICTURES
    assert [f".d{k}{{" in PICTURES for k in (2, 3, 4, 5)] == [True] * 4


def test_curves_after_the_first_have_a_dash():
    for place in range(2, COLOURS + 1):
        assert re.search(rf"\.c{place}{{stroke-dasharray:", PICTURES)


def test_print_opens_what_is_folded_and_keeps_colours():
    sheet = NARROW.split("@media print")[1]
    assert "details-content" in sheet
    assert "print-color-adjust:exact" in sheet


def test_braces_are_balanced():
    for part in (CARDS, PICTURES, NARROW):
        assert part.count("{") == part.count("}")
