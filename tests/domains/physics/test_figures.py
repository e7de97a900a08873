"""Figures are plain data with units, ready for JSON."""

import json

from dist_invention.domains.physics import baselines, data, figures
import numpy as np
import pytest


@pytest.fixture(scope="module")
def split():
    return data.make_splits(2, scenes_train=160, horizon_test=20)["test_far"]


def test_a_trajectory_shows_context_truth_prediction_and_a_baseline(split):
    outputs = baselines.constant_velocity(split)
    rival = ("copy last", baselines.copy_last(split))
    row = int(np.argmax(split.arrays["present"].sum(axis=1)))
    record = figures.trajectory_figure(split, outputs, rival, row)
    json.dumps(record, allow_nan=False)
    assert record["kind"] == "trajectories"
    assert record["tier"] == "far"
    box, height = record["panels"]
    assert {line["role"] for line in box["series"]} == {
        "context",
        "true",
        "predicted",
        "baseline",
    }
    assert len(box["series"]) == 4 * 4
    assert box["equal_aspect"]
    assert box["x_range"] == [0.0, 8.0]
    times = {line["role"]: line["x"] for line in height["series"]}
    assert times["context"][-1] == 0.0
    assert times["true"][0] == pytest.approx(1 / 60, abs=1e-4)
    assert "gravity" in record["caption"]
    assert "m/s2" in record["caption"]


def test_error_lines_start_with_the_model(split):
    predictions = {
        "model": baselines.simulate_true_law(split),
        "copy last": baselines.copy_last(split),
    }
    record = figures.error_figure(split, predictions, scale=2.0)
    json.dumps(record, allow_nan=False)
    lines = record["panels"][0]["series"]
    assert [line["role"] for line in lines] == ["predicted", "baseline"]
    assert lines[0]["y"][-1] < lines[1]["y"][-1]


def test_the_telling_example_moves(split):
    row = figures.telling_example(split)
    assert np.ptp(split.arrays["position"][row], axis=0).max() > 0.05
