"""Lyapunov candidates V(n) = log2 n + f(class of n), and the most of V ahead.

The slope of log2 n is pinned to 1, so that the loss has one scale. With a lookahead
of L steps V(n) is the greatest of V(T^i n) + i * BONUS for i = 0..L, which can only
fail where the value that comes into sight is a record of the window.
"""

# Keras does not type what its operations return, nor all that its layers take.
# pyright: reportArgumentType=false
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from collections.abc import Sequence
from typing import Any

from dist_invention.domains.collatz.windows import LOW_BITS, TRITS
import keras
from keras import ops

BONUS = 1e-3  # bits a step ahead: breaks ties between equal maxima
SPREAD = 0.01  # bits, standard deviation of the first table
HIGH = 8.0  # bits, of the classes that no step leads to: falling from there is free
register = keras.saving.register_keras_serializable(package="dist_invention.collatz")


class TooManyClasses(ValueError):
    """A table would need digits that the windows do not hold."""


def _checked(trits: int, bits: int) -> None:
    if not (0 <= trits <= TRITS and 0 <= bits <= LOW_BITS and trits + bits > 0):
        raise TooManyClasses(
            f"Expected classes modulo 3**j and 2**m with j up to {TRITS} and m up to "
            f"{LOW_BITS}, not both 0. Received: trits={trits}, bits={bits}. "
            "Ask for fewer digits."
        )


@register
class ResidueTable(keras.layers.Layer):
    """One free number, in bits, for each class of odd n modulo 3**trits * 2**bits.

    Args:
        trits: Digits to base three that are read.
        bits: Binary digits that are read. They fix the next valuations, about two of
            them one, so that they are lookahead in disguise; 0 by default.
        seed: Seed of the first values.

    Example:
        >>> table = ResidueTable(trits=2)
        >>> tuple(table(ops.zeros((4, 6), "int32")).shape), table.count_params()
        ((4, 6), 9)
    """

    def __init__(self, trits: int, bits: int = 0, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        _checked(trits, bits)
        self.trits, self.bits, self.seed = trits, bits, seed

    def build(self, *_: Any):
        """Make the table."""
        self.table = self.add_weight(
            name="table",
            shape=(3**self.trits * 2 ** max(0, self.bits - 1),),
            initializer=self._first,
        )

    def _first(self, shape, dtype=None):
        """Return nearly nothing; a high value for multiples of three, if told apart."""
        normal = keras.initializers.RandomNormal(stddev=SPREAD, seed=self.seed)
        values = normal(shape, dtype)
        if not self.trits:
            return values
        residue = ops.arange(shape[0]) // 2 ** max(0, self.bits - 1)
        return ops.where(ops.mod(residue, 3) == 0, values + HIGH, values)

    def call(self, residue, low=None):
        """Return f, shape as `residue`.

        Args:
            residue: n modulo 3**TRITS, integers of any shape.
            low: n modulo 2**LOW_BITS, odd, of the same shape; read if `bits` is not 0.
        """
        index = ops.mod(residue, 3**self.trits)
        if self.bits:
            odd = ops.floor_divide(ops.mod(low, 2**self.bits), 2)
            index = index * 2 ** (self.bits - 1) + odd
        # Times one, so that the gradient comes as one dense table: a sparse one has
        # a row for each use, and the optimizer would see the same row many times.
        return ops.take(self.table * 1.0, index, axis=0)

    def get_config(self):
        """Return the arguments."""
        own = {"trits": self.trits, "bits": self.bits, "seed": self.seed}
        return {**super().get_config(), **own}


@register
class Digits(keras.layers.Layer):
    """The digits of a residue to base three, the lowest first, one-hot.

    Args:
        trits: How many digits.

    Example:
        >>> hot = Digits(2)(ops.convert_to_tensor([[5]]))  # 5 is 12 to base three
        >>> ops.convert_to_numpy(hot)[0, 0].tolist()
        [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    """

    def __init__(self, trits: int, **kwargs):
        super().__init__(**kwargs)
        _checked(trits, 0)
        self.trits = trits

    def call(self, residue):
        """Return shape (..., 3 * trits).

        Args:
            residue: n modulo 3**TRITS, integers of any shape.
        """
        powers = [
            ops.mod(ops.floor_divide(residue, 3**place), 3)
            for place in range(self.trits)
        ]
        hot = ops.one_hot(ops.stack(powers, axis=-1), 3, dtype=self.compute_dtype)
        return ops.concatenate([hot[..., i, :] for i in range(self.trits)], axis=-1)

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "trits": self.trits}


@register
class MostAhead(keras.layers.Layer):
    """The greatest value within sight, with a small bonus for each step ahead.

    Args:
        lookahead: Steps of the map that are seen, 0 or more.
        bonus: Bits a step.

    Example:
        >>> most = MostAhead(1)(ops.convert_to_tensor([[1.0, 3.0, 2.0]]))
        >>> ops.convert_to_numpy(most).round(2).tolist()[0]
        [3.0, 3.0]
    """

    def __init__(self, lookahead: int, bonus: float = BONUS, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})  # ties must stay ties
        if lookahead < 0:
            raise ValueError(
                "Expected a lookahead of 0 steps or more. Received: "
                f"lookahead={lookahead}. Give the steps of the map that V may see."
            )
        self.lookahead, self.bonus = lookahead, bonus

    def call(self, values):
        """Return the greatest of each window, shape (batch, W - lookahead).

        Args:
            values: log2 n + f along a path, shape (batch, W), in bits.
        """
        # A bonus by place makes all windows one running maximum; it is taken off again.
        place = self.bonus * ops.arange(ops.shape(values)[1], dtype="float32")
        most, seen = values + place, 1
        while seen <= self.lookahead:
            shift = min(seen, self.lookahead + 1 - seen)
            most = ops.maximum(most[:, :-shift], most[:, shift:])
            seen += shift
        return most - place[: ops.shape(most)[1]]

    def get_config(self):
        """Return the arguments."""
        own = {"lookahead": self.lookahead, "bonus": self.bonus}
        return {**super().get_config(), **own}


def residue_model(
    trits: int, bits: int = 0, lookahead: int = 0, seed: int = 0
) -> keras.Model:
    """Return V as a table over residue classes.

    Args:
        trits: Digits to base three of a class; they look behind.
        bits: Binary digits of a class; they look ahead in disguise.
        lookahead: Steps of the map that V sees.
        seed: Seed of the first values.

    Returns:
        A model from `height` (batch, W) in bits and `residue` (batch, W), with bits
        also `low` (batch, W), to `value` (batch, W - lookahead) in bits; with a
        lookahead also to `behind` (batch, W), V without it.

    Example:
        >>> residue_model(trits=4, lookahead=10).count_params()
        81
    """
    inputs = _inputs(with_low=bits > 0)
    parts = [inputs[name] for name in ("residue", "low") if name in inputs]
    return _over(inputs, ResidueTable(trits, bits, seed)(*parts), lookahead)


def digit_model(
    trits: int, widths: Sequence[int] = (128, 128), lookahead: int = 0, seed: int = 0
) -> keras.Model:
    """Return V as a small network over digits to base three.

    Args:
        trits: Digits that it reads.
        widths: Units of its hidden layers.
        lookahead: Steps of the map that V sees.
        seed: Seed of the first weights.

    Returns:
        A model with the inputs and the output of `residue_model`.

    Example:
        >>> digit_model(trits=8).count_params()
        19841
    """
    inputs = _inputs(with_low=False)
    hidden = Digits(trits)(inputs["residue"])
    for layer, width in enumerate(widths):
        first = keras.initializers.GlorotUniform(seed=seed + layer)
        hidden = keras.layers.Dense(width, "relu", kernel_initializer=first)(hidden)
    first = keras.initializers.GlorotUniform(seed=seed + len(widths))
    out = keras.layers.Dense(1, kernel_initializer=first, dtype="float32")(hidden)
    return _over(inputs, ops.squeeze(out, -1), lookahead)


def _inputs(with_low: bool) -> dict[str, Any]:
    names = ("residue", "low") if with_low else ("residue",)
    height = keras.Input((None,), name="height", dtype="float32")
    return {"height": height} | {
        name: keras.Input((None,), name=name, dtype="int32") for name in names
    }


def _over(inputs: dict[str, Any], lifted: Any, lookahead: int) -> keras.Model:
    behind = keras.layers.Add(dtype="float32", name="behind")(
        [inputs["height"], lifted]
    )
    outputs = {"value": MostAhead(lookahead, name="value")(behind)}
    return keras.Model(inputs, outputs | ({"behind": behind} if lookahead else {}))
