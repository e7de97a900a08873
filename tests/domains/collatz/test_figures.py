"""Figures are plain data that the report draws, with the violations in their places."""

import json

from dist_invention.domains.collatz import figures
from dist_invention.domains.collatz.closed_forms import LookBehind, OfHeight, most_ahead
from dist_invention.domains.collatz.data import trajectories
from dist_invention.domains.collatz.hardness import rates
from dist_invention.domains.collatz.look_behind import floor_behind
from dist_invention.domains.collatz.metrics import violations
from dist_invention.reports.panels import figure
import numpy as np
import pytest


@pytest.fixture(scope="module")
def split():
    return trajectories(10)


@pytest.fixture(scope="module")
def predictions(split):
    floor = LookBehind(floor_behind, 10)(split)
    return {"floor": floor, "PEAK": OfHeight(most_ahead, 10)(split)}


def drawn(record):
    json.dumps(record, allow_nan=False)
    return str(figure(record))


def test_paths_are_drawn_whole_and_violated_steps_are_marked(split, predictions):
    record = figures.path_figure(
        split, predictions["floor"], ("PEAK", predictions["PEAK"])
    )
    assert "a violated step" in drawn(record)
    assert len(record["panels"]) == 5
    failed = violations(predictions["floor"]["value"])
    marked = 0
    for panel in record["panels"]:
        size, value, marks, rival = panel["series"]
        assert size["y"][-1] == 0.0
        assert len(size["x"]) == len(value["x"]) + 1
        assert min(np.subtract(rival["y"], size["y"][:-1])) >= 0
        marked += marks["y"].count(None)
    assert marked == failed.sum()
    first = record["panels"][0]["series"][0]["y"][0]
    assert first == pytest.approx(np.log2(111), abs=1e-3)
    assert record["panels"][0]["title"].startswith("seed 111: ")


def test_directions_have_a_panel_each_and_the_exact_law(split, predictions):
    growth = split.arrays["growth"]
    found = {
        name: {0: rates(split.arrays["height"][:, :2], growth), 10: rates(v, growth)}
        for name, v in ((k, p["value"]) for k, p in predictions.items())
    }
    record = figures.direction_figure(found, "test paths", growth_bits=-0.11)
    assert "exact" in drawn(record)
    grows, decays = record["panels"]
    assert [line["role"] for line in grows["series"]] == [
        "predicted",
        "baseline",
        "true",
    ]
    assert grows["series"][2]["y"][0] == 1.0
    assert decays["series"][2]["y"][0] == 0.0
    assert grows["series"][1]["y"] == [1.0, round(44 / 255, 4)]
    assert decays["series"][1]["y"] == [0.0, round(20 / 174, 4)]


def test_directions_of_one_lookahead_only_can_be_drawn(split, predictions):
    value = predictions["PEAK"]["value"]
    found = {"PEAK": {0: rates(value, np.ones(len(value)))}}
    record = figures.direction_figure(found, "growth alone")
    assert record["panels"][1]["series"][0]["y"] == [None]
    drawn(record)


def test_valuations_show_where_a_look_behind_fails(split):
    flat = trajectories(0)
    outputs = {"floor": LookBehind(floor_behind, 0)(flat)}
    record = figures.valuation_figure(flat, outputs)
    drawn(record)
    (line,) = record["panels"][0]["series"]
    assert line["x"] == [1.0, 2.0, 3.0, 4.0]
    assert max(line["y"][:2]) < 0.2 < min(line["y"][2:])


def test_hard_paths_are_named_points_beside_the_law(split, predictions):
    record = figures.hardness_figure(split, predictions)
    page = drawn(record)
    for seed in (111, 27, 703, 26623, 626331):
        assert f"seed {seed}" in page
    shares, numbers = record["panels"]
    law = shares["series"][0]
    assert law["y"] == sorted(law["y"])
    peaks = [line for line in numbers["series"] if line["label"] == "PEAK"]
    assert [line["y"] for line in peaks] == [[2.0], [9.0], [8.0], [18.0], [27.0]]
    assert [line["x"] for line in peaks] == [[24.0], [41.0], [62.0], [113.0], [189.0]]
