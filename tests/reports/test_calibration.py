"""Tests of false alarms on the page."""

from dist_invention.reports.calibration import calibration_table, is_loud


def row(rate, repeats=40, **more):
    found = {"name": "classifier", "false_positive_rate": rate, "nominal": 0.05}
    return {**found, "repeats": repeats, "detail": "halves", **more}


def test_rates_that_chance_explains_are_folded(outline):
    page = outline(calibration_table([row(0.05), row(0.1)]))
    assert page.faults == []
    said = "False alarms on train against train, 40 repeats: 5 % to 10 % in 2 checks"
    assert page.text.startswith(f"{said}: no more than chance explains")
    assert "Classifier 5 % 5 % 40 within chance halves" in page.text


def test_a_check_that_cries_wolf_is_an_alarm(outline):
    made = calibration_table([row(0.05), row(0.3)])
    assert "1 of 2 checks cry wolf more often than they promise." in made
    assert '<td class="leak">30 %</td>' in made
    assert "30 % 5 % 40 too many" in outline(made).text


def test_few_repeats_prove_little():
    assert not is_loud(row(1 / 6, repeats=6))
    assert is_loud(row(1 / 6, repeats=60))


def test_a_rate_that_was_not_measured_is_no_alarm(outline):
    assert not is_loud(row(None))
    assert "not measured" in outline(calibration_table([row(None)])).text
    assert "were not calibrated" in calibration_table(None)
