"""Tests of the identity of the data."""

from dist_invention.reports.data_identity import identity_table


def test_training_comes_first_and_tests_by_distance(results, outline):
    page = outline(identity_table(results["data"]))
    assert page.faults == []
    assert "train train in 6,000 111111111111 gravity -12 to -3 m/s2" in page.text
    assert "gravity -20 to -15 or -2 to -0.5 m/s2" in page.text
    assert "test_regimes test regimes 512 171717171717 mass 0.5 to 2 kg" in page.text


def test_a_stream_has_a_pace_and_no_size(outline):
    stream = {"name": "endless", "role": "train", "examples_per_epoch": 2000}
    assert (
        "stream, 2,000 an epoch drawn afresh" in outline(identity_table([stream])).text
    )


def test_data_that_were_not_recorded_are_not_invented():
    assert "hold no identity of the data" in identity_table([])
