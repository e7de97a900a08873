"""What is to be learned: V falls at each step, and a few large failures beat many.

On a cycle of p steps the margins of any V sum to minus its growth, whatever V is. A
hinge adds them up, so it is as content with p small failures as with a single large
one; a bounded penalty counts failures and prefers the single one.
"""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keras import ops

MARGIN = 0.005  # bits that V must fall


@dataclass(frozen=True)
class BoundedPenalty:
    """1 - exp(-h / tau), where h is by how much V does not fall by the margin.

    As tau falls to 0 it becomes the share of steps that fail.

    Args:
        margin: Bits that V must fall.
        of: Output that is V: `value`, or `behind`, which sees nothing ahead.

    Example:
        >>> penalty = BoundedPenalty()
        >>> rising = {"value": ops.convert_to_tensor([[1.0, 4.0]])}
        >>> round(float(penalty({}, {"tau": ops.ones((1,))}, rising)[0]), 2)
        0.95
    """

    margin: float = MARGIN
    of: str = "value"

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return the mean over the steps of a window.

        Args:
            inputs: Not read.
            targets: `tau` (batch,) in bits.
            outputs: V along a window, shape (batch, steps + 1), in bits.

        Returns:
            One number a window, shape (batch,).
        """
        short = shortfall(outputs[self.of], self.margin)  # (batch, steps)
        return ops.mean(1.0 - ops.exp(-short / targets["tau"][:, None]), axis=-1)


@dataclass(frozen=True)
class Hinge:
    """By how much V does not fall by the margin, in bits; the record's kind of loss.

    Args:
        margin: Bits that V must fall.
        of: Output that is V.

    Example:
        >>> rising = {"value": ops.convert_to_tensor([[1.0, 4.0]])}
        >>> round(float(Hinge()({}, {}, rising)[0]), 3)
        3.005
    """

    margin: float = MARGIN
    of: str = "value"

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return the mean over the steps of a window, shape (batch,)."""
        return ops.mean(shortfall(outputs[self.of], self.margin), axis=-1)


def shortfall(value: Any, margin: float) -> Any:
    """Return by how much each step misses the margin, in bits, (batch, steps).

    Args:
        value: V along a window, shape (batch, steps + 1), in bits.
        margin: Bits that V must fall.
    """
    return ops.relu(margin - (value[:, :-1] - value[:, 1:]))
