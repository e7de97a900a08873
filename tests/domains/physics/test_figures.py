"""Figures are plain data with units, ready for JSON."""

import json

from dist_invention.domains.physics import baselines, data, figures
import numpy as np
import pytest


@pytest.fixture(scope="module")
def split():
    return data.make_splits(2, scenes_train=160, horizon_test=20)["test_far"]


def test_paths_show_context_truth_prediction_and_a_baseline_in_the_box(split):
    outputs = baselines.constant_velocity(split)
    rival = ("copy last", baselines.copy_last(split))
    full = int(np.argmax(split.arrays["present"].sum(axis=1)))
    record = figures.trajectory_figure(split, outputs, rival, [full, 0])
    json.dumps(record, allow_nan=False)
    assert record["kind"] == "trajectories"
    assert record["tier"] == "far"
    assert f"rows {full}, 0" in record["caption"]
    box, other = record["panels"]
    assert {line["role"] for line in box["series"]} == {
        "context",
        "true",
        "predicted",
        "baseline",
    }
    assert len(box["series"]) == 4 * 4
    assert len(other["series"]) == 4 * split.arrays["present"][0].sum()
    assert box["equal_aspect"]
    assert box["x_range"] == [0.0, 8.0]
    assert "gravity" in box["title"]
    assert "m/s2" in box["title"]


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


def test_telling_examples_move_more_and_more(split):
    rows = figures.telling_examples(split)
    steps = np.abs(np.diff(split.arrays["position"][rows], axis=1))
    travelled = steps.sum(axis=(1, 2, 3))
    assert travelled[0] > 0.05
    assert (np.diff(travelled) >= 0).all()
