"""Predictors to stand beside every score, and the skill against them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dist_invention.datasets.split import Split
from dist_invention.evaluation.metrics import DIRECTIONS
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np

KINDS = ("trivial", "classical", "ceiling")


@dataclass(frozen=True)
class Baseline:
    """One predictor that a model must be compared with.

    Args:
        name: Name in tables, as in `"copy last"`.
        predict: Function of a split that returns the outputs a model would return.
        kind: `"trivial"` learns nothing (zeros, train mean, copy last);
            `"classical"` is fitted without a network; `"ceiling"` knows what no model
            knows and is shown, but never a reference for skill.

    Raises:
        ValueError: If the name is empty or the kind is unknown.
        TypeError: If `predict` cannot be called.

    Example:
        >>> Baseline("zeros", lambda split: {"x": np.zeros(len(split))}, "trivial").name
        'zeros'
    """

    name: str
    predict: Callable[[Split], Mapping[str, np.ndarray]]
    kind: str

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(
                "Expected a baseline to have a name. "
                f"Received: name={self.name!r}. Name what it predicts."
            )
        if self.kind not in KINDS:
            raise ValueError(
                f"Expected the kind of baseline `{self.name}` to be one of {KINDS}. "
                f"Received: kind={self.kind!r}. Say what it is allowed to know."
            )
        if not callable(self.predict):
            raise TypeError(
                f"Expected `predict` of baseline `{self.name}` to be a function. "
                f"Received: {type(self.predict).__name__}. "
                "Give a function of a split."
            )


def value_checked(value: float, better: str) -> float:
    """Return the value of a metric if a skill can be made from it.

    Args:
        value: Reduced value of a metric.
        better: Its direction.

    Raises:
        ValueError: If the value is not finite, is negative, or is over 1 where higher
            is better, or the direction is unknown.
    """
    if better not in DIRECTIONS:
        raise ValueError(
            f"Expected the better direction to be one of {DIRECTIONS}. "
            f"Received: better={better!r}. Say which way is good."
        )
    top = 1.0 if better == "higher" else np.inf
    if not (np.isfinite(value) and 0 <= value <= top):
        raise ValueError(
            "Expected a finite value of at least 0, and at most 1 where higher is "
            f"better. Received: {value} with better={better!r}. "
            "Correct the metric or its direction."
        )
    return float(value)


def skill(error: float, reference: float, better: str = "lower") -> float | NotMeasured:
    """Return how much of the reference's error is gone.

    `1 - error / reference`: 1 is perfect, 0 is as good as the reference, below 0 is
    worse. For a share of successes (`better="higher"`), the error is one minus the
    share, so such a metric must lie between 0 and 1.

    Args:
        error: Value of the model.
        reference: Value of the baseline on the same examples.
        better: Direction of the metric, `"lower"` or `"higher"`.

    Returns:
        The skill, or `NotMeasured` if the reference makes no error.

    Raises:
        ValueError: If a value is no value of such a metric.
    """
    own, other = value_checked(error, better), value_checked(reference, better)
    if better == "higher":
        own, other = 1.0 - own, 1.0 - other
    if other == 0.0:
        return NotMeasured("the reference makes no error on these examples")
    return 1.0 - own / other
