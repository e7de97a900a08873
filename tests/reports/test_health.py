"""Tests of health on the page."""

from pathlib import Path

from dist_invention.reports.health import health_section, is_alarm
from dist_invention.reports.run_data import RunData, read_run


def test_findings_are_grouped_by_what_they_ask(finished_run, outline):
    page = outline(health_section(read_run(finished_run)))
    assert page.faults == []
    assert "8 findings, none of them an alarm, 1 not measured." in page.text
    for group in (
        "Collapse: 2 ok",
        "Loss share: 1 ok, 1 off or not measured",
        "Probe: 2 ok, 1 off or not measured",
    ):
        assert group in page.text
    assert "Batch mates ok 0.00" in page.text


def test_an_alarm_comes_first_and_is_open(change, outline):
    quiet = {"name": "loss share: x", "value": 0.5, "limit": 0.9, "verdict": "ok"}
    loud = {"name": "collapse: y", "value": 0.002, "limit": 0.01}
    loud |= {"verdict": "collapsed"}
    made = health_section(read_run(change("results.json", health=[quiet, loud])))
    page = outline(made)
    assert page.faults == []
    assert "2 findings, 1 of them an alarm." in page.text
    assert page.text.index("Y collapsed 0.00200") < page.text.index("X ok")
    assert '<span class="said bad">collapsed</span>' in made
    assert made.count("<details>") == 1


def test_what_is_off_or_not_measured_is_no_alarm():
    assert not is_alarm({"verdict": "off"})
    assert not is_alarm({})
    assert is_alarm({"verdict": "vanishes"})


def test_without_findings_nothing_is_invented():
    assert "no monitor left a finding" in health_section(RunData(Path("r")))
