"""A saved model is proved to load and to predict what it predicted."""

from dist_invention.training.export import ExportDiffers, export_model
import keras
import numpy as np
import pytest

INPUTS = {"x": np.linspace(-1, 1, 8, dtype="float32").reshape(4, 2)}


class Unregistered(keras.layers.Layer):
    """A custom layer that Keras cannot find by its name."""

    def call(self, inputs):
        return inputs * 2.0


@keras.saving.register_keras_serializable(package="tests.export")
class Forgetful(keras.layers.Layer):
    """A registered layer whose configuration lacks what it predicts by."""

    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


def model_with(layer):
    x = keras.Input((2,), name="x")
    return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(layer(x))})


def test_both_files_load_and_predict_the_same(tmp_path):
    model = model_with(keras.layers.BatchNormalization())
    before = model(INPUTS)["y"]
    whole, weights = export_model(model, tmp_path, INPUTS)
    assert (whole.name, weights.name) == ("model.keras", "model.weights.h5")
    loaded = keras.models.load_model(whole)
    assert np.allclose(loaded(INPUTS)["y"], before)
    assert np.array_equal(model(INPUTS)["y"], before)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "model.keras",
        "model.weights.h5",
    ]


def test_an_unregistered_layer_is_named_with_the_cure(tmp_path):
    with pytest.raises(
        ExportDiffers, match=r"Unregistered[\s\S]*Register every custom"
    ):
        export_model(model_with(Unregistered()), tmp_path, INPUTS)


def test_a_model_that_loads_as_another_one_is_refused(tmp_path):
    layer = Forgetful()
    layer.factor = 3.0  # after the fact, so that no configuration knows it
    with pytest.raises(ExportDiffers, match="Received: other predictions"):
        export_model(model_with(layer), tmp_path, INPUTS)
