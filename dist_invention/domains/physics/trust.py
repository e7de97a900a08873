"""Learn how much each of many measurements counts."""

from typing import Any

import keras
from keras import ops

_register = keras.saving.register_keras_serializable(package="dist_invention.physics")


@_register
class Trust(keras.layers.Layer):
    """Say how much each measurement counts, between 0 and 1, from its features.

    Args:
        outputs: Judgements per measurement.
        hidden: Width of the hidden layer.
        seed: Seed of the initial weights.

    Example:
        >>> Trust(outputs=2)(ops.zeros((3, 5))).shape == (3, 2)
        True
    """

    def __init__(self, outputs=1, hidden=16, seed=0, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.outputs, self.hidden, self.seed = outputs, hidden, seed
        first: Any = keras.initializers.GlorotUniform(seed)
        last: Any = keras.initializers.GlorotUniform(seed + 1)
        self.think = keras.layers.Dense(
            hidden, activation="tanh", kernel_initializer=first, dtype="float32"
        )
        self.answer = keras.layers.Dense(
            outputs, kernel_initializer=last, dtype="float32"
        )

    def build(self, input_shape):
        """Create the weights for features of shape (..., features)."""
        self.think.build(input_shape)
        self.answer.build((*input_shape[:-1], self.hidden))
        self.built = True

    def call(self, features):
        """Return trust of shape (..., outputs)."""
        return ops.sigmoid(3.0 * self.answer(self.think(features)))

    def get_config(self):
        """Return the settings, as plain values."""
        return {
            **super().get_config(),
            "outputs": self.outputs,
            "hidden": self.hidden,
            "seed": self.seed,
        }
