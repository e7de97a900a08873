"""The pages in a real browser: drawn, readable on a phone, silent, alone."""

from browser import measure, needs_chromium
from dist_invention.reports import compare, render, render_campaign
import pytest


@pytest.fixture(scope="module")
def pages(finished_run, finished_campaign):
    children = sorted(finished_campaign.glob("*-s0/*"))
    return {
        "run": render(finished_run),
        "campaign": render_campaign(finished_campaign),
        "comparison": compare(children),
    }


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", ["run", "campaign", "comparison"])
def test_a_page_is_drawn_without_a_fault(pages, name, width, tmp_path):
    needs_chromium()
    seen = measure(pages[name], tmp_path, width)
    assert seen.console == []
    assert seen.loaded == []  # nothing but the page itself
    assert seen.width == width
    assert seen.scroll <= width
    assert seen.outside == []
    assert seen.cut == []  # no word runs out of its box
    assert len(seen.tables) >= 2
    assert min(seen.tables) > 20
    assert len(seen.pictures) >= 6
    for wide, tall, drawn in seen.pictures:
        assert wide > 50
        assert tall >= 15
        assert drawn
    assert seen.meeting == []
