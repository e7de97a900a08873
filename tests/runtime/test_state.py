from dist_invention.runtime.state import (
    Snapshot,
    StateMismatch,
    as_float,
    averages_weights,
    read_state,
    read_weights,
    variables_of,
    weights_sha256,
    write_state,
)
from dist_invention.runtime.step import build_step
import numpy as np
import pytest


@pytest.fixture(scope="module")
def trained(keras, batches):
    """A model with noise that has taken two steps, and its compiled step."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(2)]
    )
    model.compile("adam", "mse")
    step = build_step(model)
    for batch in batches[:2]:
        step(batch)
    return model, step


def test_copies_do_not_change_when_training_goes_on(trained, batches):
    model, step = trained
    state = read_state(model)
    kept = {name: value.copy() for name, value in state.items()}
    step(batches[0])
    now = read_state(model)
    assert all(np.array_equal(state[name], kept[name]) for name in state)
    assert not np.array_equal(now["model/0000"], state["model/0000"])


def test_written_state_trains_on_to_the_same_bits(trained, batches):
    model, step = trained
    state = read_state(model)
    step(batches[0])
    first = read_state(model)
    write_state(model, state)
    step(batches[0])
    second = read_state(model)
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_seed_generators_are_part_of_the_state(trained, batches):
    model, step = trained
    dropout = model.layers[1]
    seeds = [
        index
        for index, variable in enumerate(variables_of(model)["model"])
        if variable is dropout.seed_generator.state
    ]
    assert len(seeds) == 1
    name = f"model/{seeds[0]:04d}"
    before, digest = read_state(model), weights_sha256(model)
    step(batches[0])
    assert not np.array_equal(read_state(model)[name], before[name])
    write_state(model, {**before, name: before[name] + 1}, groups=("model",))
    write_state(model, before, groups=("optimizer", "metrics"))
    assert weights_sha256(model) != digest


def broken(state, change):
    """Return a state that does not fit, in one of four ways."""
    last = max(name for name in state if name.startswith("model/"))
    if change == "one too few":
        return {name: value for name, value in state.items() if name != last}
    if change == "one too many":
        return {**state, "optimizer/0099": np.zeros(1, np.float32)}
    value = state[last]
    other = value[None] if change == "shape" else value.astype(np.float64)
    return {**state, last: other}


@pytest.mark.parametrize("change", ["one too few", "one too many", "shape", "dtype"])
def test_a_state_that_does_not_fit_is_refused_whole(change, trained):
    model, _ = trained
    before = read_state(model)
    wrong = broken({name: value + 1 for name, value in before.items()}, change)
    with pytest.raises(StateMismatch, match=r"Expected.*Received.*Restore with the"):
        write_state(model, wrong)
    after = read_state(model)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_only_the_groups_asked_for_are_written(trained):
    model, _ = trained
    before = read_state(model)
    write_state(
        model,
        {name: np.zeros_like(value) for name, value in before.items()},
        groups=("metrics",),
    )
    after = read_state(model)
    same = {name: np.array_equal(before[name], after[name]) for name in before}
    assert all(value for name, value in same.items() if "metrics" not in name)
    assert not same["metrics/0000"]


def test_the_hash_ignores_names_and_metrics(keras):
    def build(name):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(2, name=f"{name}_layer")], name=name
        )
        model.compile("sgd", "mse")
        return model

    first, second = build("first"), build("second")
    digest = weights_sha256(first)
    assert weights_sha256(second) == digest
    first.evaluate(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
    assert any(np.any(variable.numpy()) for variable in first.metrics_variables)
    assert weights_sha256(first) == digest


def test_the_hash_sees_values_shapes_and_dtypes(keras):
    class Holder(keras.Model):
        def __init__(self, value, shape, dtype):
            super().__init__()
            self.add_weight(
                shape=shape,
                initializer=keras.initializers.Constant(value),
                dtype=dtype,
                autocast=False,
            )

    variants = [
        (0.0, (2, 2), "float32"),
        (1.0, (2, 2), "float32"),
        (0.0, (4, 1), "float32"),  # the same bytes
        (0.0, (2, 2), "int32"),  # the same bytes
    ]
    assert len({weights_sha256(Holder(*variant)) for variant in variants}) == 4


def test_a_model_without_optimizer_has_a_state(keras):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert sorted(read_state(model)) == ["model/0000", "model/0001"]


def test_a_scalar_of_any_kind_becomes_a_number(keras):
    scalars = [keras.ops.convert_to_tensor(0.5), keras.Variable(0.5), np.float32(0.5)]
    assert [as_float(scalar) for scalar in (*scalars, 0.5)] == [0.5] * 4


def test_a_snapshot_uses_its_memory_again_and_holds_the_new_values(trained):
    model, _ = trained
    snapshot = Snapshot()
    first = snapshot.take(model)
    kept = {name: value.copy() for name, value in first.items()}
    variable = model.variables[0]
    variable.assign(variable + 1)
    second = snapshot.take(model)
    assert all(second[name] is first[name] for name in first)
    assert np.array_equal(second["model/0000"], kept["model/0000"] + 1)
    assert np.array_equal(second["model/0001"], kept["model/0001"])


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16", "int32", "bool"])
@pytest.mark.parametrize("shape", [(2, 3), (), (0, 3)])
def test_a_snapshot_holds_every_kind_of_variable(keras, kind, shape):
    layer = keras.layers.Dense(1)
    layer.spare = keras.Variable(np.ones(shape), dtype=kind, trainable=False)
    model = keras.Sequential([keras.Input((2,)), layer])
    values = Snapshot().take(model)
    [found] = [v for v in values.values() if v.dtype.name == kind and v.shape == shape]
    assert np.array_equal(found, np.ones(shape))
    assert found.flags.owndata


def test_an_optimizer_under_a_loss_scale_still_says_whether_it_averages(keras):
    adam = keras.optimizers.Adam
    assert not averages_weights(adam())
    assert averages_weights(adam(use_ema=True))
    scaled = keras.optimizers.LossScaleOptimizer
    assert averages_weights(scaled(adam(use_ema=True)))
    assert not averages_weights(scaled(adam()))


def test_weights_are_named_by_position_and_path(trained):
    model, _ = trained
    weights = read_weights(model)
    assert len(weights) == len(model.trainable_variables)
    for name, variable in zip(weights, model.trainable_variables, strict=True):
        assert name.endswith(variable.path)
        assert np.array_equal(weights[name], variable.numpy())
