"""Tests of audit, data identity and health on the page."""

from pathlib import Path

from dist_invention.reports.evidence import audit_section, health_section
from dist_invention.reports.run_data import RunData, read_run


def test_a_clean_audit_and_the_identity_of_each_split(finished_run, outline):
    page = outline(audit_section(read_run(finished_run)))
    assert page.faults == []
    assert "Verdict: clean (6 checks)." in page.text
    assert "No two splits share an example" in page.text
    assert "train train in 6,000 111111111111 gravity -12 to -3 m/s2" in page.text
    assert "gravity -20 to -15 or -2 to -0.5 m/s2" in page.text
    assert "test_regimes test regimes 512 171717171717 mass 0.5 to 2 kg" in page.text


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


def test_an_allowed_leak_gives_its_reason(change, outline):
    audit = {
        "verdict": "allowed leak",
        "allowed_because": "the control needs it",
        "checks": [check("leak", 7, "train", "test")],
    }
    page = outline(audit_section(read_run(change("results.json", audit=audit))))
    assert "allowed leak" in page.text
    assert "Allowed because: the control needs it" in page.text


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


def test_a_second_read_with_other_weights_is_an_alarm(change, outline):
    reads = [{"split": "test_far", "weights_sha256": w} for w in ("a", "b")]
    page = outline(audit_section(read_run(change("results.json", reads=reads))))
    assert "Read with more than one set of weights: test_far." in page.text


def test_without_results_nothing_is_invented(outline):
    page = outline(audit_section(RunData(Path("r"))))
    assert page.text.count("Not measured:") == 3


def test_health_findings_show_value_and_limit(change, outline):
    finding = {
        "name": "collapse",
        "value": 0.002,
        "limit": 0.01,
        "verdict": "COLLAPSED",
    }
    run = read_run(change("results.json", health=[finding]))
    made = health_section(run)
    assert outline(made).text.endswith("Collapse COLLAPSED 0.00200 0.0100")
    assert '<span class="said bad">COLLAPSED</span>' in made
    off = read_run(change("results.json", health=[{**finding, "verdict": "off"}]))
    assert '<span class="said note">off</span>' in health_section(off)
    assert "no monitor left a finding" in health_section(RunData(Path("r")))
