"""The control: an encoder transformer on raw columns, as in the earlier work.

A 3-ball scene becomes rows of 25 columns: time in s, then for each ball
x, y, vx, vy, mass, radius, kinetic and potential energy, all SI and not scaled.
Ten rows in, the next ten rows out. Rows get sinusoidal positions, which have no
parameters. A longer horizon feeds the last ten predicted rows back; time, mass and
radius in them are the known ones, the rest is as predicted.
"""

# Keras does not type what its operations return.
# pyright: reportOptionalSubscript=false

import math
from typing import Any

from dist_invention.domains.physics.raw_rows import (
    BALLS,
    COLUMNS,
    PARAMETER_COLUMNS,
    ROWS,
    STATE_COLUMNS,
    clock,
    pack,
    unpack,
)
import keras
from keras import ops
import numpy as np

_register = keras.saving.register_keras_serializable(package="dist_invention.physics")


@_register
class EncoderBlock(keras.layers.Layer):
    """Self-attention and a feed-forward part, each followed by its norm.

    Args:
        width: Size of a row's vector.
        heads: Number of attention heads; each gets width / heads.
        hidden: Width of the feed-forward part.
        dropout: Rate of dropout in attention and after both parts.
        seed: Seed of the dropout generators.

    Example:
        >>> block = EncoderBlock(width=8, heads=2, hidden=16, dropout=0.1, seed=0)
        >>> block(np.zeros((1, 10, 8), "float32")).shape == (1, 10, 8)
        True
    """

    def __init__(self, width, heads, hidden, dropout, seed, **kwargs):
        super().__init__(**kwargs)
        self.settings = {
            "width": width,
            "heads": heads,
            "hidden": hidden,
            "dropout": dropout,
            "seed": seed,
        }
        layers = keras.layers
        own: dict[str, Any] = {"dtype": self.dtype_policy}
        self.attention = layers.MultiHeadAttention(
            heads, width // heads, dropout=dropout, seed=seed, **own
        )
        self.norm_attention = layers.LayerNormalization(epsilon=1e-6, **own)
        self.hidden = layers.Dense(hidden, activation="relu", **own)
        self.narrow = layers.Dense(width, **own)
        self.norm_hidden = layers.LayerNormalization(epsilon=1e-6, **own)
        self.drop_attention = layers.Dropout(dropout, seed=seed + 1, **own)
        self.drop_hidden = layers.Dropout(dropout, seed=seed + 2, **own)

    def build(self, input_shape):
        """Create the weights for rows of shape (batch, rows, width)."""
        self.attention.build(input_shape, input_shape)
        self.norm_attention.build(input_shape)
        self.hidden.build(input_shape)
        self.narrow.build((*input_shape[:-1], self.settings["hidden"]))
        self.norm_hidden.build(input_shape)
        self.built = True

    def call(self, rows, training=None):
        """Return rows of the same shape (batch, rows, width)."""
        seen = self.attention(rows, rows, training=training)
        rows = self.norm_attention(rows + self.drop_attention(seen, training=training))
        thought = self.narrow(self.hidden(rows))
        thought = self.drop_hidden(thought, training=training)
        return self.norm_hidden(rows + thought)

    def get_config(self):
        """Return the settings, as plain values."""
        return {**super().get_config(), **self.settings}


@_register
class RowEncoder(keras.layers.Layer):
    """Map ten rows of raw columns to the next ten.

    Args:
        blocks: Number of encoder blocks.
        width: Size of a row's vector.
        heads: Number of attention heads.
        hidden: Width of the feed-forward parts.
        dropout: Dropout rate.
        seed: Seed of the dropout generators. Initial weights follow
            `keras.utils.set_random_seed`.

    Example:
        >>> encoder = RowEncoder(blocks=1, width=8, heads=2, hidden=8)
        >>> encoder(np.zeros((2, 10, 25), "float32")).shape == (2, 10, 25)
        True
    """

    def __init__(
        self, blocks=6, width=256, heads=8, hidden=1024, dropout=0.1, seed=0, **kwargs
    ):
        super().__init__(**kwargs)
        self.settings = {
            "blocks": blocks,
            "width": width,
            "heads": heads,
            "hidden": hidden,
            "dropout": dropout,
            "seed": seed,
        }
        self.widen = keras.layers.Dense(width, dtype=self.dtype_policy)
        self.blocks = [
            EncoderBlock(
                width, heads, hidden, dropout, seed + 10 * (i + 1),
                dtype=self.dtype_policy,
            )
            for i in range(blocks)
        ]  # fmt: skip
        self.narrow = keras.layers.Dense(COLUMNS, dtype="float32")

    def build(self, input_shape):
        """Create the weights for rows of shape (batch, 10, 25)."""
        width = self.settings["width"]
        self.widen.build((None, ROWS, COLUMNS))
        for block in self.blocks:
            block.build((None, ROWS, width))
        self.narrow.build((None, ROWS, width))
        self.positions = sinusoids(ROWS, width)
        self.built = True

    def call(self, rows, training=None):
        """Return rows of the same shape (batch, 10, 25)."""
        vectors = self.widen(rows)
        vectors = vectors + ops.cast(self.positions, vectors.dtype)
        for block in self.blocks:
            vectors = block(vectors, training=training)
        return self.narrow(vectors)

    def get_config(self):
        """Return the settings, as plain values."""
        return {**super().get_config(), **self.settings}


@_register
class SceneTransformer(keras.layers.Layer):
    """Pack a 3-ball scene into raw columns, predict rows, unpack the states.

    Args:
        horizon: Frames to predict.
        encoder: Maps ten rows to the next ten; the record's one if left out.

    Raises:
        ValueError: If scenes have fewer than three ball slots or the context has
            not ten frames.

    Example:
        >>> short = SceneTransformer(horizon=10)
        >>> short.with_horizon(120).encoder is short.encoder
        True
    """

    def __init__(self, horizon, encoder=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.horizon = horizon
        self.encoder = RowEncoder() if encoder is None else encoder

    def build(self, input_shape):
        """Create the weights; checks the scene's slots and context length."""
        _, rows, slots, _ = input_shape["context_position"]
        if slots < BALLS or rows != ROWS:
            raise ValueError(
                f"Expected scenes of at least {BALLS} ball slots and {ROWS} context "
                f"frames. Received: {slots} slots and {rows} frames. The transformer "
                "is a control for 3-ball scenes; use `compact` for others."
            )
        if not self.encoder.built:
            self.encoder.build((None, ROWS, COLUMNS))
        self.built = True

    def call(self, inputs, training=None):
        """Return position and velocity (batch, horizon, slots, 2)."""
        rows = pack(inputs)  # (batch, 10, 25)
        known = rows * PARAMETER_COLUMNS
        predicted = []
        for start in range(ROWS, ROWS + self.horizon, ROWS):
            rows = self.encoder(rows, training=training)
            rows = rows * STATE_COLUMNS + known + clock(start)
            predicted.append(rows)
        rows = ops.concatenate(predicted, axis=1)[:, : self.horizon]
        return unpack(rows, slots=inputs["context_position"].shape[2])

    def with_horizon(self, horizon):
        """Return the same layer over another horizon; both share the encoder."""
        return SceneTransformer(horizon, encoder=self.encoder, name=self.name)

    def get_config(self):
        """Return the settings, as plain values."""
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {**super().get_config(), "horizon": self.horizon, "encoder": encoder}

    @classmethod
    def from_config(cls, config):
        """Return the layer that `get_config` described."""
        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})


def sinusoids(rows, width):
    """Return the positions of Vaswani et al. (2017), section 3.5: (rows, width)."""
    rates = np.exp(-math.log(10_000.0) * np.arange(0, width, 2) / width)
    angles = np.arange(rows)[:, None] * rates
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return waves.reshape(rows, -1)[:, :width].astype("float32")
