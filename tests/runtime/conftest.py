"""Small models and batches for the compiled step."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def keras():
    """Keras on TensorFlow; other backends have tests of their own."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("these tests are for the TensorFlow backend")
    return keras


@pytest.fixture(scope="session")
def batches():
    """Three batches of 8 examples; the last has a tail of weight zero."""
    generator = np.random.default_rng(0)
    weights = np.ones((3, 8), np.float32)
    weights[2, 5:] = 0.0
    inputs = generator.normal(size=(3, 8, 3)).astype(np.float32)
    targets = generator.normal(size=(3, 8, 2)).astype(np.float32)
    return [(inputs[i], targets[i], weights[i]) for i in range(3)]


@pytest.fixture
def build_noisy(keras):
    """Return a builder: batch normalisation, dropout, moving averages, a schedule."""

    def build():
        keras.utils.set_random_seed(0)
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(8, activation="relu"),
                layers.BatchNormalization(),
                layers.Dropout(0.3),
                layers.Dense(2),
            ]
        )
        rate = keras.optimizers.schedules.ExponentialDecay(1e-2, 3, 0.9)
        optimizer = keras.optimizers.Adam(
            rate, use_ema=True, ema_momentum=0.9, clipnorm=1.0
        )
        model.compile(optimizer, "mse", metrics=["mae"])
        return model

    return build


@pytest.fixture
def build_learner(keras):
    """Return a builder of a model without noise whose loss has two named terms."""
    from dist_invention.curriculum.terms import Learner

    def squared(inputs, targets, outputs):
        return keras.ops.mean(keras.ops.square(outputs - targets["y"]), axis=-1)

    def large(inputs, targets, outputs):
        return keras.ops.sum(keras.ops.square(outputs), axis=-1)

    def build(**options):
        keras.utils.set_random_seed(0)
        inputs = {"x": keras.Input((3,), name="x")}
        hidden = keras.layers.Dense(8, activation="tanh")(inputs["x"])
        model = keras.Model(inputs, keras.layers.Dense(2)(hidden))
        learner = Learner(model, {"squared": squared, "large": large})
        learner.set_weights_of_terms({"squared": 1.0, "large": 0.1})
        learner.compile(keras.optimizers.Adam(1e-2, use_ema=True), **options)
        return learner

    return build
