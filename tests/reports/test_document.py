"""Tests of the frame of a page."""

from dist_invention.reports.document import contents, document
from dist_invention.reports.markup import Markup


def test_a_page_is_whole_and_forbids_loading_anything(outline):
    html = document("a < b", Markup("<header></header>"), Markup(""), "made here")
    page = outline(html)
    assert page.faults == []
    assert "<title>a &lt; b</title>" in html
    assert "default-src &#x27;none&#x27;" in html
    assert page.text.endswith("made here")


def test_contents_link_to_each_section(outline):
    page = outline(contents({"a": "First", "b": "Second"}))
    assert [attrs["href"] for tag, attrs in page.tags if tag == "a"] == ["#a", "#b"]
    assert page.text == "First Second"
