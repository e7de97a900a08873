"""Tests of how the page looks."""

import re

from dist_invention.reports.style import stylesheet


def test_braces_are_balanced():
    assert stylesheet().count("{") == stylesheet().count("}")


def test_nothing_is_loaded_from_elsewhere():
    assert not re.search(r"url\(|@import|https?:", stylesheet())


def test_every_colour_has_a_light_and_a_dark_form():
    light, dark = stylesheet().split("prefers-color-scheme:dark")
    dark = dark.split("}}")[0]
    named = r"(--[\w-]+):#"
    assert set(re.findall(named, light)) == set(re.findall(named, dark))
    used = set(re.findall(r"var\((--[\w-]+)\)", stylesheet()))
    assert used <= set(re.findall(named, light))
