"""Tests of the page of a campaign."""

import json
import re

from dist_invention.reports import render_campaign
import pytest

SECTIONS = [
    "question",
    "verdicts",
    "differences",
    "arms",
    "budget",
    "forgetting",
    "runs",
    "provenance",
]
HOSTILE = "</title><script>alert(1)</script>\"'&"


def poisoned(value):
    if isinstance(value, dict):
        return {key: poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


@pytest.fixture(scope="module")
def page(finished_campaign):
    return render_campaign(finished_campaign)


def test_every_section_is_present_in_order(page, outline):
    found = outline(page)
    assert found.faults == []
    assert [name for name in found.ids if name in SECTIONS] == SECTIONS
    assert len(found.ids) == len(set(found.ids))


def test_the_verdict_comes_first(page, outline):
    text = outline(page).text
    assert text.index("On test_far: ") < text.index("What was asked")
    assert text.index("3 seeds are few") < text.index("What was asked")
    assert "8 of 9 runs finished" in text


def test_the_question_and_the_command_are_told(page, outline):
    text = outline(page).text
    assert "Does the curriculum beat joint training at equal steps?" in text
    assert "--arms curriculum,joint,random --seeds 3" in text


def test_each_verdict_is_a_word_a_sign_and_a_sentence(page, outline):
    text = outline(page).text
    assert "\u25b2 benefit" in text or "\u25cb no evidence of benefit" in text
    assert "refused under 3 seeds, n=2" in text


def test_areas_are_compared_in_pairs_too(page, outline):
    assert "Paired differences of the area" in outline(page).text


def test_the_page_needs_no_script_and_nothing_from_elsewhere(page, outline):
    tags = {tag for tag, _ in outline(page).tags}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"https?://|url\(|@import", page)


def test_links_lead_to_sections_and_to_pages_of_runs(page, outline):
    links = [a["href"] for tag, a in outline(page).tags if tag == "a"]
    assert links[: len(SECTIONS)] == [f"#{name}" for name in SECTIONS]
    assert "joint-s1/physics-demo-s1-1a2b3c4d/report.html" in links
    assert len(links) == len(SECTIONS) + 8


def test_an_objection_is_red_at_the_top(campaign_folder, outline):
    next(campaign_folder.glob("joint-s0/*/manifest.json")).unlink()
    made = render_campaign(campaign_folder)
    assert '<h1 class="leak">' in made
    assert "Not sealed, though called finished" in outline(made).text
    assert "\u00d7 finished, not sealed" in outline(made).text


def test_a_campaign_in_which_nothing_finished_has_a_page(tmp_path, outline):
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    page = outline(render_campaign(tmp_path))
    assert page.faults == []
    assert "No verdict was reached." in page.text
    assert page.text.count("Not measured:") >= 7


def test_hostile_text_anywhere_stays_text(campaign_folder, outline):
    path = campaign_folder / "summary.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(poisoned(content)), encoding="utf-8")
    made = render_campaign(campaign_folder)
    page = outline(made)
    assert page.faults == []
    assert "<script" not in made
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert HOSTILE in page.text
