"""What the three jobs share: splits, terms, the carry layer."""

from dist_invention.datasets import Field, Split
from dist_invention.runtime import stream
import keras
import numpy as np

ROLES = {
    "easy": "train",
    "hard": "train",
    "select": "select",
    "test_in": "test",
    "test_far": "test",
}


def split(name, arrays, units, inputs, targets):
    """Return a split of plain arrays; the key of an example is its number."""
    fields = tuple(Field(k, v.shape[1:], units[k]) for k, v in arrays.items())
    count = len(next(iter(arrays.values())))
    ids = np.array([f"{name}-{i}" for i in range(count)])
    tier = name.partition("_")[2]
    return Split(
        name, ROLES[name], arrays, fields, inputs, targets, ids, ids, tier=tier
    )


def random(seed, name):
    """Return the random stream of a split."""
    return stream(seed, "chaos", name)


@keras.saving.register_keras_serializable(package="chaos")
class Carry(keras.layers.Layer):
    """A recurrent cell whose state goes on from one training step to the next.

    One slot a batch row. Evaluation begins with a fresh state and leaves no trace.

    Args:
        rows: Rows of a training batch.
        units: Width of the state.
    """

    def __init__(self, rows, units, **options):
        super().__init__(**options)
        self.rows = rows
        self.units = units
        self.mix = keras.layers.Dense(units, activation="tanh")

    def build(self, shape):
        """Make the state and the weights."""
        self.mix.build((None, shape[-1] + self.units))
        self.carry = self.add_weight(
            name="carry",
            shape=(self.rows, self.units),
            initializer="zeros",
            trainable=False,
        )

    def call(self, inputs, training=False):
        """Return the new state, shape (batch, units)."""
        if not training:
            fresh = keras.ops.zeros((keras.ops.shape(inputs)[0], self.units))
            return self.mix(keras.ops.concatenate([inputs, fresh], axis=-1))
        state = self.mix(keras.ops.concatenate([inputs, self.carry], axis=-1))
        self.carry.assign(keras.ops.stop_gradient(state))
        return state

    def compute_output_shape(self, shape):
        """One state a row."""
        return (*shape[:-1], self.units)

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "rows": self.rows, "units": self.units}
