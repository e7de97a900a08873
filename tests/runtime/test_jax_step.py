"""JAX cannot share a process with TensorFlow as backend, so one other process runs."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json
import keras
import numpy as np
from dist_invention.curriculum.terms import Learner
from dist_invention.runtime import prepare
from dist_invention.runtime.memory import device_mebibytes
from dist_invention.runtime.state import read_state, variables_of, write_state
from dist_invention.runtime.step import build_step


def squared(inputs, targets, outputs):
    return keras.ops.mean(keras.ops.square(outputs - targets["y"]), axis=-1)


def build(dropout=0.0):
    keras.utils.set_random_seed(0)
    inputs = {"x": keras.Input((3,), name="x")}
    hidden = keras.layers.Dense(8, activation="tanh")(inputs["x"])
    hidden = keras.layers.Dropout(dropout)(hidden)
    learner = Learner(
        keras.Model(inputs, keras.layers.Dense(2)(hidden)), {"squared": squared}
    )
    learner.set_weights_of_terms({"squared": 1.0})
    learner.compile(keras.optimizers.Adam(0.05, use_ema=True, clipnorm=100.0))
    return learner


def train(learner, step, count):
    losses = []
    for index in range(count):
        learner.reset_metrics()
        learner.optimizer.learning_rate.assign(0.05 / (1 + index))
        losses.append(float(step(BATCHES[index % 2]).logs["loss"]))
    return losses


generator = np.random.default_rng(0)
weights = np.array([[1] * 8, [1] * 5 + [0] * 3], np.float32)
BATCHES = [
    (
        {"x": generator.normal(size=(8, 3)).astype(np.float32)},
        {"y": generator.normal(size=(8, 2)).astype(np.float32)},
        weights[i],
    )
    for i in range(2)
]
machine = prepare(0, "float32").as_json()
report = {"backend": machine["backend"], "memory": machine["memory"], "runs": []}
report["device_mebibytes_type"] = type(device_mebibytes("jax")).__name__
states = []
for parts in (1, 4):
    learner = build()
    step = build_step(learner, parts)
    losses = train(learner, step, 8)
    states.append(read_state(learner))
    report["runs"].append(
        {
            "losses": losses,
            "traces": step.traces,
            "iterations": int(learner.optimizer.iterations),
            "optimizer_variables": len(variables_of(learner)["optimizer"]),
            "difference": max(
                float(np.abs(states[0][name] - states[-1][name]).max())
                for name in states[0]
                if name.startswith("model/")
            ),
        }
    )
good = float(step(BATCHES[0]).gradient_norm)
BATCHES[0][0]["x"][1, 2] = np.nan
report["norms_are_finite"] = [
    bool(np.isfinite(good)),
    bool(np.isfinite(float(step(BATCHES[0]).gradient_norm))),
]
BATCHES[0][0]["x"][1, 2] = 0.0
noisy = build(dropout=0.5)
step = build_step(noisy)
train(noisy, step, 1)
state = read_state(noisy)
endings = []
for _ in range(2):
    write_state(noisy, state)
    train(noisy, step, 2)
    endings.append(read_state(noisy))
report["restored_equals_first"] = all(
    np.array_equal(endings[0][name], endings[1][name]) for name in state
)
report["state_moved"] = sum(
    not np.array_equal(endings[0][name], state[name]) for name in state
)
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def report():
    """What a process on JAX found."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed; pip install 'dist_invention[jax]'")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_few_steps_lower_the_loss(report):
    losses = report["runs"][0]["losses"]
    assert losses[6] < 0.8 * losses[0]
    assert losses[7] < 0.8 * losses[1]


def test_micro_batches_change_neither_weights_nor_optimizer(report):
    whole, *cut = report["runs"]
    for run in cut:
        assert run["difference"] < 1e-6
        assert run["losses"] == pytest.approx(whole["losses"], rel=1e-5)
        assert run["iterations"] == whole["iterations"] == 8
        assert run["optimizer_variables"] == whole["optimizer_variables"]


def test_the_step_is_compiled_once(report):
    assert [run["traces"] for run in report["runs"]] == [1, 1]


def test_the_gradient_norm_tells_of_a_bad_input(report):
    assert report["norms_are_finite"] == [True, False]


def test_written_state_trains_on_to_the_same_bits(report):
    assert report["restored_equals_first"]
    assert report["state_moved"] > 8


def test_the_machine_is_set_up_for_jax(report):
    assert report["backend"] == "jax"
    assert report["memory"] == "JAX takes device memory as needed (no preallocation)"
    assert report["device_mebibytes_type"] in ("NoneType", "dict")
