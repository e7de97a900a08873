"""Tests of the support audit on the page."""

from dist_invention.reports.support_sheet import broken_promise, support_sheet
import pytest


@pytest.fixture
def audit(results):
    return results["audit"]


def test_each_split_has_a_card_in_order_of_its_tier(audit, outline):
    page = outline(support_sheet(audit))
    assert page.faults == []
    names = [f"test_{tier} " for tier in ("in", "near", "far", "regimes")]
    places = [page.text.index(name) for name in names]
    assert places == sorted(places)
    assert "OUTSIDE SUPPORT test_far Far Gravity and friction lie outside" in page.text
    assert "Distance from training: 0.890 (widths of the training range)." in page.text
    assert "Distance from training: 0, inside the training range." in page.text
    assert "Distance from training: not measured." in page.text


def test_a_sentence_does_not_say_the_verdict_twice(audit, outline):
    audit["support"][0]["sentence"] = "OUTSIDE SUPPORT: all rows lie outside."
    text = outline(support_sheet(audit)).text
    assert "OUTSIDE SUPPORT test_far Far All rows lie outside." in text


def test_the_first_reason_stands_before_the_rest(audit):
    audit["support"][0]["sentence"] = "SAME: one; two; three"
    audit["support"][0]["verdict"] = "SAME"
    assert '<p>One.</p><p class="note">Two; three</p>' in support_sheet(audit)


def test_a_verdict_is_a_word_a_picture_and_a_colour(audit):
    page = support_sheet(audit)
    assert page.count('class="pict"') == 4 + 5  # cards, and what the verdicts mean
    for tone in ("v-same", "v-outside", "v-inside"):
        assert f'class="{tone}"' in page


def test_checks_stand_folded_with_value_and_p(audit, outline):
    text = outline(support_sheet(audit)).text
    assert "5 checks, 5 found a difference" in text
    assert "Classifier two-sample test shift 0.970 AUC none 0.00500 group folds" in text


def test_a_leak_and_an_unknown_are_shown_as_such(audit, outline):
    audit["support"][0] |= {"verdict": "LEAK"}
    audit["support"][1] |= {"verdict": None, "checks": []}
    page = support_sheet(audit)
    assert 'class="v-leak"' in page
    assert 'class="v-unknown"' in page
    assert "Not measured: no check was made." in outline(page).text


def test_a_name_that_promises_too_much_is_contradicted(audit, outline):
    audit["support"][0] |= {"verdict": "SAME"}
    said = "Named far, yet not found outside the training data."
    assert said in outline(support_sheet(audit)).text
    assert broken_promise({"tier": "near", "verdict": "LEAK"}) == ""


def test_old_results_say_that_nothing_was_measured(old_results, audit):
    assert "did not look at the support" in support_sheet(old_results["audit"])
