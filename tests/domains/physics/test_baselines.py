"""Baselines predict what their names say, and the ceiling is a ceiling."""

from dist_invention.domains.physics import baselines, data
from dist_invention.domains.physics.metrics import physics_metrics, train_scales
import numpy as np
import pytest


@pytest.fixture(scope="module")
def splits():
    return data.make_splits(1, scenes_train=320, horizon_train=30, horizon_test=60)


@pytest.fixture(scope="module")
def errors(splits):
    metric = physics_metrics(train_scales(splits["train"]), 60)[0]
    table = {}
    for baseline in baselines.physics_baselines(splits["train"]):
        for name in ("test_in", "test_far"):
            outputs = baseline.predict(splits[name])
            found = metric.measure(splits[name], outputs)
            table[baseline.name, name] = metric.value(found)
    return table


def test_every_baseline_returns_the_shapes_of_the_targets(splits):
    test = splits["test_near"]
    kinds = {}
    for baseline in baselines.physics_baselines(splits["train"]):
        outputs = baseline.predict(test)
        kinds[baseline.name] = baseline.kind
        for name in ("position", "velocity"):
            assert outputs[name].shape == test.arrays[name].shape
            assert np.isfinite(outputs[name]).all()
            empty = test.arrays["present"][:, None, :, None] == 0
            assert not (outputs[name] * empty).any()
    assert list(kinds.values()).count("trivial") == 4
    assert kinds["simulator, true law"] == "ceiling"


def test_baselines_read_inputs_only(splits):
    test = splits["test_in"]
    blank = {
        name: np.zeros_like(values) if name in test.targets else values
        for name, values in test.arrays.items()
    }
    blind = data.wrap_split("test_in", "test", "in", blank, {})
    for baseline in baselines.physics_baselines(splits["train"]):
        seen, unseen = baseline.predict(test), baseline.predict(blind)
        assert np.array_equal(seen["position"], unseen["position"]), baseline.name


def test_the_true_law_is_the_ceiling_of_every_tier(errors):
    for tier in ("test_in", "test_far"):
        ceiling = errors["simulator, true law", tier]
        assert ceiling < 0.02
        others = [v for (n, t), v in errors.items() if t == tier and "true" not in n]
        assert ceiling < min(others)


def test_knowing_the_law_better_helps(errors):
    assert errors["copy last", "test_in"] < errors["zeros", "test_in"]
    mean_law = errors["simulator, train-mean law", "test_far"]
    assert errors["simulator, fitted law", "test_far"] < mean_law
    box = errors["constant acceleration in the box", "test_in"]
    assert box < errors["constant acceleration fitted", "test_in"]


def test_constant_velocity_continues_the_last_frame(splits):
    test = splits["test_in"]
    found = baselines.constant_velocity(test)["position"][:, 0]
    last = test.arrays["context_position"][:, -1]
    step = test.arrays["context_velocity"][:, -1] / 60.0
    assert np.allclose(found, last + step, atol=1e-5)
