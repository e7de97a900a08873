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


def test_a_leak_is_shown_in_red_with_its_count(change, outline):
    audit = {
        "verdict": "LEAK",
        "checks": [
            {"name": "same_key", "splits": ["train", "select"], "count": 0},
            {
                "name": "same_key",
                "splits": ["train", "test"],
                "count": 7,
                "detail": "k1",
            },
        ],
        "overlap": {"splits": ["train", "test"], "matrix": [[9, 7], [7, 9]]},
    }
    made = audit_section(read_run(change("results.json", audit=audit)))
    page = outline(made)
    assert page.faults == []
    assert "LEAK: 1 of 2 checks found shared examples." in page.text
    assert 'role="alert"' in made
    assert made.count('<td class="leak">7</td>') == 3
    assert page.text.index("train and test") < page.text.index("train and select")
    assert "No two splits" not in page.text


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
    assert "no monitor left a finding" in health_section(RunData(Path("r")))
