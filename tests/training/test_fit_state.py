"""What a checkpoint belongs to, and the errors that name both sides."""

from types import SimpleNamespace

from dist_invention.storage import NotFiniteState, to_json
from dist_invention.training.fit_state import (
    build,
    describe,
    refuse_hidden_state,
    refuse_nonfinite_logs,
    refuse_other,
)
from dist_invention.training.saved import ForeignCheckpoint
import keras
import numpy as np
import pytest
import tensorflow as tf


def make(units=2, optimizer="adam", is_built=True):
    inputs = [keras.Input((3,))] if is_built else []
    layers = [keras.layers.Dense(units), keras.layers.Dropout(0.5)]
    model = keras.Sequential([*inputs, *layers, keras.layers.Dense(1)])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def test_equal_models_are_described_alike_whatever_keras_numbers():
    keras.utils.set_random_seed(4)
    first, second = describe(make()), describe(make())
    refuse_other(first, second, "g.npz")
    assert to_json(first) == to_json(second)
    assert first["seed"] == 4
    assert first["number of variables"] == 5  # two layers and a seed


def test_what_differs_is_named_on_both_sides():
    there = describe(make())
    with pytest.raises(ForeignCheckpoint) as error:
        refuse_other(there, describe(make(units=3)), "g000000012.npz")
    said = str(error.value)
    assert (
        "seed and data that g000000012.npz was saved with. Received: variables.0000"
        in said
    )
    assert 'kernel: "(3, 2) float32" there, "(3, 3) float32" here' in said
    assert said.endswith(
        "Build and compile as before, or start anew in another folder."
    )
    optimizer = keras.optimizers.Adam(0.5)
    with pytest.raises(
        ForeignCheckpoint, match=r"learning_rate: 0.001.* there, 0.5 here"
    ):
        refuse_other(there, describe(make(optimizer=optimizer)), "g.npz")
    with pytest.raises(ForeignCheckpoint, match='class: "Adam" there, "SGD" here'):
        refuse_other(there, describe(make(optimizer="sgd")), "g.npz")


def test_a_used_optimizer_is_compared_by_its_class():
    there, model = describe(make()), make()
    model.optimizer.iterations.assign(5)
    model.optimizer.learning_rate = 0.1  # a callback turned it
    refuse_other(there, describe(model), "g.npz")


def test_many_differences_are_counted():
    there = describe(make())
    here = {**there, "variables": {f"{i:04d} other": "" for i in range(9)}}
    with pytest.raises(ForeignCheckpoint, match=r"; and \d+ more\. Build"):
        refuse_other(there, here, "g.npz")


def test_a_model_is_built_from_the_shapes_of_its_data():
    model = make(is_built=False)
    x = np.zeros((8, 3), "float32")
    data = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(4)
    build(model, SimpleNamespace(_distributed_dataset=data))
    assert len(model.variables) == 5
    assert model.optimizer.built
    assert len(model.metrics_variables) == 4
    build(model, None)  # nothing to do


def test_numbers_that_are_not_finite_are_refused():
    refuse_nonfinite_logs({"loss": 0.5}, 3)
    with pytest.raises(NotFiniteState, match=r"of epoch 3. Received: .* in \['mae'\]"):
        refuse_nonfinite_logs({"loss": 0.5, "mae": float("inf")}, 3)


def test_a_second_optimizer_is_refused_since_nobody_would_save_it():
    model = make()
    refuse_hidden_state(model)
    model.other = keras.optimizers.SGD()
    with pytest.raises(
        ValueError, match=r"others in \['other'\], whose state no check"
    ):
        refuse_hidden_state(model)
