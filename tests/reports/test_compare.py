"""Tests of runs side by side as a page."""

from dist_invention.reports import compare
from dist_invention.reports.run_data import UnsealedRunError
import pytest


@pytest.fixture(scope="module")
def folders(finished_campaign):
    return sorted(finished_campaign.glob("*-s0/*"))


def test_runs_scores_and_settings_stand_side_by_side(folders, outline):
    html = compare(folders)
    page = outline(html)
    assert page.faults == []
    sections = [name for name in page.ids if not name.endswith("-title")]
    assert sections == ["runs", "scores", "settings"]
    assert "3 sealed runs of one task, side by side" in page.text
    assert "arm curriculum joint random" in page.text
    assert html.count('class="panel dots"') == 3 * 4


def test_the_page_says_that_single_runs_are_no_evidence(folders, outline):
    assert "it does not hold the spread between seeds" in outline(compare(folders)).text


def test_runs_differ_in_shape_and_dash(folders):
    html = compare(folders)
    assert 'class="a1 d1 armmark"' in html
    assert 'class="a3 d3 armmark"' in html


def test_an_unsealed_run_has_no_page(run_folder, folders):
    with pytest.raises(UnsealedRunError):
        compare([folders[0], run_folder])
