import importlib.util
import os
import subprocess
import sys

from dist_invention.domains.physics.data import random_worlds
from dist_invention.domains.physics.model import compact, extract_law, with_horizon
from dist_invention.domains.physics.rollout import FrameStep
from dist_invention.domains.physics.windows import INPUTS
import keras
from keras import ops
import numpy as np
import pytest

HORIZON = 8
STATES = ("position", "velocity")


@pytest.fixture(scope="module")
def batch():
    generator = np.random.Generator(np.random.Philox(key=[7, 0]))
    arrays = random_worlds(generator, 64, horizon=HORIZON)
    inputs = {name: arrays[name] for name in INPUTS}
    return inputs, {name: arrays[name] for name in STATES}


@pytest.fixture(scope="module", params=["inferred", "given"])
def model(request):
    return compact(HORIZON, request.param)


def predict(model, inputs):
    """Eager: most tests need one batch only, which is faster than compiling."""
    return {k: ops.convert_to_numpy(v) for k, v in model(inputs).items()}


def same(first, second, **tolerance):
    return all(np.allclose(first[name], second[name], **tolerance) for name in STATES)


def test_the_model_is_compact(model):
    assert model.count_params() < 100_000


def test_outputs_have_the_contract_shapes(model, batch):
    outputs = predict(model, batch[0])
    assert {name: outputs[name].shape for name in outputs} == dict.fromkeys(
        STATES, (64, HORIZON, 4, 2)
    )


def test_saved_and_loaded_it_predicts_the_same(model, batch, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    first = model.predict(batch[0], verbose=0, batch_size=64)
    second = loaded.predict(batch[0], verbose=0, batch_size=64)
    assert same(first, second, atol=0)
    longer = with_horizon(loaded, HORIZON + 3)
    assert predict(longer, batch[0])["position"].shape[1] == HORIZON + 3


def test_another_horizon_shares_the_weights(model, batch):
    longer = with_horizon(model, HORIZON + 8)
    cut = {k: v[:, :HORIZON] for k, v in predict(longer, batch[0]).items()}
    assert same(predict(model, batch[0]), cut, atol=1e-5)
    assert {id(w) for w in longer.weights} == {id(w) for w in model.weights}


def test_permuting_the_batch_permutes_the_output(model, batch):
    order = np.random.default_rng(0).permutation(64)
    plain = predict(model, batch[0])
    mixed = predict(model, {k: v[order] for k, v in batch[0].items()})
    assert same({k: v[order] for k, v in plain.items()}, mixed, atol=1e-4)


def test_permuting_the_balls_permutes_the_output(model, batch):
    order = [2, 0, 3, 1]
    axis = {"context_position": 2, "context_velocity": 2}
    mixed = {
        name: values if name == "law" else values.take(order, axis.get(name, 1))
        for name, values in batch[0].items()
    }
    plain = predict(model, batch[0])
    expected = {name: values[:, :, order] for name, values in plain.items()}
    assert same(expected, predict(model, mixed), atol=1e-3)


def test_absent_balls_stay_zero(model, batch):
    gone = batch[0]["present"] == 0
    assert gone.any()
    for values in predict(model, batch[0]).values():
        assert not values.transpose(0, 2, 1, 3)[gone].any()


def test_the_law_input_matters_exactly_when_it_is_given(batch):
    changed = {**batch[0], "law": batch[0]["law"] * np.float32([2, 1, 1, 1])}
    given, inferred = compact(HORIZON, "given"), compact(HORIZON, "inferred")
    assert not same(predict(given, batch[0]), predict(given, changed), atol=0.05)
    assert same(predict(inferred, batch[0]), predict(inferred, changed), atol=0)


def test_each_parameter_of_a_given_law_changes_the_prediction(batch):
    given = compact(HORIZON, "given")
    plain = predict(given, batch[0])
    for column in range(4):
        law = batch[0]["law"].copy()
        law[:, column] *= 0.5
        changed = predict(given, {**batch[0], "law": law})
        assert not same(plain, changed, atol=1e-2), f"column {column}"


def test_every_weight_learns_in_the_first_step_without_a_second_trace(
    model, batch, monkeypatch
):
    calls = []
    plain = FrameStep.call

    def counted(self, *args, **kwargs):
        calls.append(1)
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(FrameStep, "call", counted)
    before = [w.numpy().copy() for w in model.trainable_weights]
    model.compile(keras.optimizers.Adam(1e-4), loss="mse")
    model.train_on_batch(*batch)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert (weight.numpy() != old).any(), f"{weight.path} did not change"
        assert np.isfinite(weight.numpy()).all(), weight.path
    traced = len(calls)
    for _ in range(2):
        model.train_on_batch(*batch)
    assert len(calls) == traced >= 1


def test_gradients_stay_finite_for_balls_at_rest_and_for_empty_scenes(batch):
    inputs = {name: values[:8].copy() for name, values in batch[0].items()}
    inputs["context_velocity"][:] = 0.0
    inputs["context_position"][..., 1] = inputs["radius"][:, None]
    for values in inputs.values():
        values[4:] = 0.0  # padding
    model = compact(120)
    targets = dict.fromkeys(STATES, np.zeros((8, 120, 4, 2), "float32"))
    model.compile(keras.optimizers.Adam(1e-3), loss="mse")
    assert np.isfinite(model.train_on_batch(inputs, targets, return_dict=True)["loss"])
    assert all(np.isfinite(w.numpy()).all() for w in model.weights)


def test_extracted_laws_come_in_the_order_of_the_law_input(batch):
    laws = ops.convert_to_numpy(extract_law(compact(HORIZON))(batch[0]))
    assert laws.shape == (64, 4)
    assert (laws[:, 0] < 0).mean() > 0.5
    assert (laws[:, 1:] >= 0).all()
    assert (laws[:, 3] > 0.3).all()


def test_equal_seeds_build_equal_models(batch):
    first, second = compact(HORIZON, seed=5), compact(HORIZON, seed=5)
    assert same(predict(first, batch[0]), predict(second, batch[0]), atol=0)


def test_half_precision_leaves_the_physics_in_single(batch):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        outputs = predict(compact(HORIZON, seed=5), batch[0])
    finally:
        keras.config.set_dtype_policy(before)
    assert outputs["position"].dtype == np.float32
    assert same(outputs, predict(compact(HORIZON, seed=5), batch[0]), atol=1e-3)


def test_an_unknown_source_of_the_law_is_refused():
    with pytest.raises(ValueError, match="Expected `law` to be one of"):
        compact(HORIZON, law="guessed")


JAX_SMOKE = """
import keras, numpy as np
from dist_invention.domains.physics.data import random_worlds
from dist_invention.domains.physics.model import compact
assert keras.backend.backend() == "jax"
read = keras.ops.convert_to_numpy
arrays = random_worlds(np.random.default_rng(0), 64, horizon=6)
model = compact(6)
inputs = {tensor.name: arrays[tensor.name] for tensor in model.inputs}
targets = {name: arrays[name] for name in ("position", "velocity")}
before = [read(weight) for weight in model.trainable_weights]
model.compile(keras.optimizers.Adam(1e-3), loss="mse")
for _ in range(2):
    values = model.train_on_batch(inputs, targets, return_dict=True)
    assert np.isfinite(values["loss"]), values
for weight, old in zip(model.trainable_weights, before):
    assert (read(weight) != old).any(), weight.path
print("two steps", values)
"""


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)
def test_two_training_steps_run_on_jax():
    quick = "--xla_backend_optimization_level=0"  # compiles in half the time
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": quick}
    done = subprocess.run(
        [sys.executable, "-c", JAX_SMOKE],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "two steps" in done.stdout
