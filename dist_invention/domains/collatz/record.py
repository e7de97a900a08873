"""The record's network and what it reads: heights, residues, drift, valuations."""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from collections.abc import Sequence
import math
from typing import Any

from dist_invention.domains.collatz.rules import LOG2_3
from dist_invention.domains.collatz.windows import Windows
import keras
from keras import ops
import numpy as np

FULL_WIDTHS = (2048, 1024, 1024, 512, 512, 512, 256, 128, 64)
SMALL_WIDTHS = (128, 128, 128)
ROWS = (0, 1, 4, 8)  # n, T(n), T^4(n), T^8(n): what the record's losses compare
MODULI = (3, 9, 27, 81)
OTHER_FEATURES = 6  # beside the valuations: size, four residues, drift
DIGITS = 40  # decimal digits that the size is counted in
DRIFT_SCALE = 10.0  # bits
MOST_VALUATION = 10
DRIFT_WEIGHT = 0.35  # of a bit of drift beside a unit of ln n, as in the record
FLOOR = 1e-6
SLOPE = 0.1  # of a leaky unit below 0

register = keras.saving.register_keras_serializable(package="dist_invention.collatz")


class WindowTooShort(ValueError):
    """Windows end before the last value that is asked for."""


def features(found: Windows, lookahead: int, rows: Sequence[int] = ROWS) -> np.ndarray:
    """Return what the record's network reads of some values of each window.

    In order: log10 of the value over 40; its residues modulo 3, 9, 27 and 81, each
    over the greatest one; the drift of the lookahead over 10 bits; each valuation of
    the lookahead, at most 10, over 10.

    Args:
        found: Windows of at least `max(rows) + lookahead` steps, n of them.
        lookahead: Steps of the map that are seen, at least 0.
        rows: Which values of a window are described: i stands for T^i(n).

    Returns:
        float32 of shape (n, len(rows), 6 + lookahead), without unit.

    Raises:
        WindowTooShort: If the windows have too few steps.

    Example:
        >>> from dist_invention.domains.collatz.windows import windows
        >>> read = features(windows([27, 5], steps=3), lookahead=2, rows=(0, 1))
        >>> read.shape, read[0, 0, -2:].round(1).tolist()
        ((2, 2, 8), [0.10000000149011612, 0.20000000298023224])
    """
    return np.stack([_row(found, lookahead, row) for row in rows], axis=1)


def drift(found: Windows, lookahead: int, row: int = 0) -> np.ndarray:
    """Return how far the lookahead of a value rises, in bits, float64 of shape (n,).

    It is `lookahead` times log2 3 less the valuations: the change of log2 without
    the ones that the map adds.

    Args:
        found: Windows of at least `row + lookahead` steps, n of them.
        lookahead: Steps of the map that are seen, at least 0.
        row: Which value of a window: i stands for T^i(n).

    Raises:
        WindowTooShort: If the windows have too few steps.
    """
    return lookahead * LOG2_3 - _valuations(found, lookahead, row).sum(axis=1)


def anchor(found: Windows, lookahead: int) -> np.ndarray:
    """Return what the record pulls V(n) towards: ln n + 0.35 times the drift in bits.

    Args:
        found: Windows of at least `lookahead` steps, n of them.
        lookahead: Steps of the map that are seen, at least 0.

    Returns:
        float32 of shape (n,), in the record's mixed unit.

    Example:
        >>> from dist_invention.domains.collatz.windows import windows
        >>> round(float(anchor(windows([27], steps=1), lookahead=0)[0]), 3)
        3.296
    """
    height = found.size * math.log(2) + DRIFT_WEIGHT * drift(found, lookahead)
    return height.astype(np.float32)


def _row(found: Windows, lookahead: int, row: int) -> np.ndarray:
    """Return the features of one value of each window, (n, 6 + lookahead)."""
    valuation = _valuations(found, lookahead, row)
    size = (found.size + found.height[:, row]) * math.log10(2)
    residues = [found.residue[:, row] % base / (base - 1) for base in MODULI]
    rise = drift(found, lookahead, row) / DRIFT_SCALE
    steps = np.minimum(valuation, MOST_VALUATION) / MOST_VALUATION
    rest = np.stack([size / DIGITS, *residues, rise], axis=1)
    return np.concatenate([rest, steps], axis=1).astype(np.float32)


def _valuations(found: Windows, lookahead: int, row: int) -> np.ndarray:
    if lookahead < 0 or row < 0 or row + lookahead > found.valuation.shape[1]:
        raise WindowTooShort(
            f"Expected windows of at least {row} + {lookahead} steps. "
            f"Received: {found.valuation.shape[1]}. Make them longer, with "
            "steps=max(rows) + lookahead."
        )
    return found.valuation[:, row : row + lookahead]


@register
class DriftWeight(keras.layers.Layer):
    """The record's scalar: how much a bit of drift counts beside ln n.

    Args:
        adaptive: Whether it learns; otherwise it stays at 0.35.

    Example:
        >>> layer = DriftWeight()
        >>> layer(ops.ones((2, 4))).shape == (2,), layer.count_params()
        (True, 1)
    """

    def __init__(self, adaptive: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.adaptive = adaptive

    def build(self, *_: Any):
        """Make the scalar."""
        self.scalar = self.add_weight(
            name="drift_weight",
            shape=(),
            initializer=keras.initializers.Constant(DRIFT_WEIGHT),
            trainable=self.adaptive,
        )

    def call(self, value):
        """Return the scalar for each example, shape (batch,).

        Args:
            value: Anything of shape (batch, rows).
        """
        return ops.zeros_like(value[:, 0]) + self.scalar

    def get_config(self):
        """Return what the constructor takes."""
        return {**super().get_config(), "adaptive": self.adaptive}


@register
class PositiveValue(keras.layers.Layer):
    """The record's last step: softplus and a floor, a value a row.

    Example:
        >>> PositiveValue()([ops.zeros((6, 1)), ops.zeros((3, 2, 8))]).shape == (3, 2)
        True
    """

    def call(self, inputs):
        """Return V of shape (batch, rows), over 0.

        Args:
            inputs: Numbers of any sign, shape (batch * rows, 1), and the features that
                they were made of, shape (batch, rows, 6 + lookahead).
        """
        number, described = inputs
        return ops.reshape(ops.softplus(number) + FLOOR, ops.shape(described)[:2])


def record_network(
    lookahead: int,
    widths: Sequence[int] = FULL_WIDTHS,
    adaptive: bool = False,
    seed: int | None = None,
) -> keras.Model:
    """Return the record's network: V of each row of features, one by one.

    Weights begin as in the record: uniform within one over the root of the fan-in,
    biases too.

    Args:
        lookahead: Steps of the map that its features see, at least 0.
        widths: Units of each hidden layer. The widths left out give 4,405,250
            parameters at a lookahead of 10, the scalar of the drift among them.
        adaptive: Whether the weight of the drift in the anchor learns.
        seed: Seed of the first weights; Keras' global one if left out.

    Returns:
        A model from `features` (batch, rows, 6 + lookahead) to `value` (batch, rows),
        which is over 0, and `drift_weight` (batch,), which only the anchor reads.

    Example:
        >>> network = record_network(lookahead=10, widths=(8,), seed=0)
        >>> outputs = network({"features": np.zeros((3, 2, 16), "float32")})
        >>> outputs["value"].shape == (3, 2), outputs["drift_weight"].shape == (3,)
        (True, True)
        >>> network.count_params()
        146
    """
    width = OTHER_FEATURES + lookahead
    described = keras.Input((None, width), name="features")
    hidden = ops.reshape(described, (-1, width))  # (batch * rows, 6 + lookahead)
    fan_in = width
    for place, units in enumerate(widths):
        hidden = _dense(units, fan_in, seed, place)(hidden)
        hidden = keras.layers.LeakyReLU(SLOPE)(hidden)
        fan_in = units
    number = _dense(1, fan_in, seed, len(widths))(hidden)
    value = PositiveValue(name="value")([number, described])
    weight = DriftWeight(adaptive, name="drift_weight")(value)
    return keras.Model(
        {"features": described}, {"value": value, "drift_weight": weight}
    )


def _dense(units: int, fan_in: int, seed: int | None, place: int):
    limit = 1 / math.sqrt(fan_in)
    kernel, bias = (  # of each its own: one initializer with a seed repeats itself
        keras.initializers.RandomUniform(
            -limit, limit, None if seed is None else 1000 * seed + 2 * place + part
        )
        for part in (0, 1)
    )
    initial: dict[str, Any] = {"kernel_initializer": kernel, "bias_initializer": bias}
    return keras.layers.Dense(units, **initial)
