"""Layers that pass no gradient on are found by their activations."""

from dist_invention.training.gates import gates
import keras
import numpy as np
import pytest


def make(scale):
    keras.utils.set_random_seed(0)
    x = keras.Input((2,), name="x")
    wide = keras.initializers.RandomNormal(stddev=scale)
    hidden = keras.layers.Dense(16, "tanh", name="hidden", kernel_initializer=wide)(x)
    hidden = keras.layers.Dense(4, "relu", name="open")(hidden)
    y = keras.layers.Dense(1, "sigmoid", name="gate")(hidden)
    return keras.Model({"x": x}, {"y": y})


@pytest.fixture
def inputs():
    """Forty examples."""
    x = np.random.Generator(np.random.Philox(key=[2, 0])).normal(size=(40, 2))
    return {"x": x.astype("float32")}


def test_a_layer_at_its_bounds_is_named_and_only_bounded_layers_are_seen(inputs):
    found = {item.name: item.verdict for item in gates(make(1e4), inputs)}
    assert found == {
        "saturation: tanh of layer 1": "saturated",
        "saturation: sigmoid of layer 3": "ok",
    }
    found = gates(make(0.5), inputs)
    assert [item.verdict for item in found] == ["ok", "ok"]


def test_a_model_that_shows_no_bounded_layer_gives_no_finding(inputs):
    x = keras.Input((2,), name="x")
    assert gates(keras.Model({"x": x}, keras.layers.Dense(1)(x)), inputs) == []

    class Own(keras.Model):
        def call(self, inputs):
            return inputs["x"]

    assert gates(Own(), inputs) == []


def test_a_layer_that_is_used_twice_has_two_outputs_and_is_left_out(inputs):
    x = keras.Input((2,), name="x")
    layer = keras.layers.Dense(2, "tanh")
    assert gates(keras.Model({"x": x}, layer(layer(x))), inputs) == []
