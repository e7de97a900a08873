"""Tests of the audit sheet on the page."""

from pathlib import Path

from dist_invention.reports.evidence import audit_section
from dist_invention.reports.run_data import RunData, read_run


def test_isolation_support_and_identity_stand_together(finished_run, outline):
    page = outline(audit_section(read_run(finished_run)))
    assert page.faults == []
    assert "Verdict: clean (6 checks)." in page.text
    assert "No two splits share an example" in page.text
    assert "Does the test lie outside the training data?" in page.text
    assert "Data identity" in page.text


def check(verdict, count, *splits, **more):
    row = {"name": "same key", "splits": list(splits), "count": count}
    return {**row, "detail": "k1", "verdict": verdict, **more}


def test_a_leak_is_shown_in_red_with_its_count(change, outline):
    near = check("warning", 4, "train", "near", name="near duplicates")
    audit = {
        "verdict": "LEAK",
        "checks": [check("ok", 0, "a", "b"), near, check("leak", 7, "train", "test")],
        "overlap": {"splits": ["train", "test"], "matrix": [[9, 7], [7, 9]]},
    }
    made = audit_section(read_run(change("results.json", audit=audit)))
    page = outline(made)
    assert page.faults == []
    assert "LEAK: 1 of 3 checks found shared examples." in page.text
    assert 'role="alert"' in made
    assert made.count('<td class="leak">7</td>') == 3
    assert '<td class="zero">4</td>' in made  # a warning is no leak
    places = [
        page.text.index(n) for n in ("train and test", "train and near", "a and b")
    ]
    assert places == sorted(places)
    assert "No two splits" not in page.text


def test_an_allowed_leak_is_red_and_gives_its_reason(change, outline):
    audit = {
        "verdict": "allowed leak",
        "allowed_because": "the control needs it",
        "checks": [check("leak", 7, "train", "test")],
    }
    made = audit_section(read_run(change("results.json", audit=audit)))
    said = "ALLOWED LEAK: 1 of 1 checks found shared examples. Allowed because: the"
    assert f'<p class="alarm">{said} control needs it</p>' in made


def test_train_splits_that_share_in_a_clean_audit_are_not_red(change):
    overlap = {"splits": ["train_a", "train_b"], "matrix": [[9, 7], [7, 9]]}
    audit = {
        "verdict": "clean",
        "checks": [check("ok", 7, "a", "b")],
        "overlap": overlap,
    }
    made = audit_section(read_run(change("results.json", audit=audit)))
    assert "share examples: 1." in made
    assert 'class="leak"' not in made


def test_without_results_nothing_is_invented(outline):
    page = outline(audit_section(RunData(Path("r"))))
    assert page.text.count("Not measured:") == 3
