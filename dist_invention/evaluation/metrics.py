"""What is measured: a name, a unit, a direction and one number an example."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from typing import Any

from dist_invention.datasets.split import Split
from dist_invention.evaluation.not_measured import MissingOutput
import numpy as np

DIRECTIONS = ("lower", "higher")
REDUCTIONS = ("mean", "root_mean", "exp_mean")
METRIC_KINDS = ("amount", "share")

PerExample = Callable[
    [Mapping[str, np.ndarray], Mapping[str, np.ndarray], Split], np.ndarray
]
Count = Callable[[Mapping[str, np.ndarray], Split], np.ndarray]

_SI = {"%": "1", "percent": "1", "px": "m", "pixel": "m", "pixels": "m"}
_SI |= {"cm": "m", "mm": "m", "km": "m", "ms": "s", "min": "s", "g": "kg"}
_SI |= {"deg": "rad", "degree": "rad", "degrees": "rad"}


def unit_checked(unit: str) -> str:
    """Return the unit if it is one that this project uses.

    Units are SI, `"1"` for a number without dimension; powers are written behind the
    symbol, as in `"m/s2"`. A scaled unit beside an SI one is how pixels become metres.

    Args:
        unit: The unit as text.

    Raises:
        ValueError: If it is empty, or not SI; the message names the SI unit.
    """
    if not isinstance(unit, str) or not unit.strip():
        raise ValueError(
            'Expected a unit, SI or "1" for a number without dimension. '
            f"Received: unit={unit!r}. Name the unit of the metric."
        )
    for symbol in re.split(r"[\s*/]+", unit.strip()):
        known = _SI.get(symbol.rstrip("0123456789^-"))
        if known:
            raise ValueError(
                f"Expected SI units. Received: unit={unit!r}, which holds "
                f"{symbol!r}. Convert the values and write {known!r}."
            )
    return unit


@dataclass(frozen=True)
class Metric:
    """One question to an answer, with its unit and its better direction.

    Args:
        name: Name in tables, as in `"position_rmse"`.
        unit: Unit of the reduced value: SI, or `"1"`.
        better: `"lower"` for an error, `"higher"` for a share of successes.
        per_example: Function of (targets, outputs, split) that returns one
            contribution an example, shape (n,), not negative. NaN means that the
            question does not apply to this example, which is then left out; this must
            follow from targets and split alone, never from the outputs.
        reduce: `"mean"` takes the mean of the contributions. `"root_mean"` takes the
            square root of their mean: `per_example` then returns *squared* errors.
            `"exp_mean"` takes the exponential: it returns negative log-likelihoods.
        kind: `"share"` of successes (or of failures) or `"amount"`. Contributions to a
            share lie between 0 and 1; it has unit `"1"` and the plain mean.
        denominator: What the mean divides by, in words: `"examples"`, `"tokens"`.
        count: Function of (targets, split) with how many of the denominator each
            example holds, shape (n,), positive; contributions are then means over
            them. Left out where the denominator is examples.

    Raises:
        ValueError: If the name is empty, or unit, direction, reduction, kind or
            denominator is none that makes sense.
        TypeError: If `per_example` or `count` cannot be called.

    Example:
        >>> def squared(targets, outputs, split):
        ...     return (targets["x"] - outputs["x"]) ** 2
        >>> rmse = Metric("rmse", "m", "lower", squared, reduce="root_mean")
        >>> rmse.value(np.array([9.0, 16.0, 11.0]))
        3.4641016151377544
    """

    name: str
    unit: str
    better: str
    per_example: PerExample
    reduce: str = "mean"
    kind: str = "amount"
    denominator: str = "examples"
    count: Count | None = None

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(
                "Expected a metric to have a name. "
                f"Received: name={self.name!r}. Name what it measures."
            )
        unit_checked(self.unit)
        if self.better not in DIRECTIONS:
            raise ValueError(
                f"Expected the better direction of `{self.name}` to be one of "
                f"{DIRECTIONS}. Received: better={self.better!r}. "
                "Say which way is good."
            )
        if self.reduce not in REDUCTIONS:
            raise ValueError(
                f"Expected the reduction of `{self.name}` to be one of {REDUCTIONS}. "
                f"Received: reduce={self.reduce!r}. Choose one of them."
            )
        if not callable(self.per_example):
            raise TypeError(
                f"Expected `per_example` of `{self.name}` to be a function. Received: "
                f"{type(self.per_example).__name__}. Give a function of "
                "(targets, outputs, split)."
            )
        self._check_share()

    def _check_share(self):
        plain = self.unit == "1" and self.reduce == "mean"
        if self.kind not in METRIC_KINDS or (self.kind == "share" and not plain):
            raise ValueError(
                f"Expected `{self.name}` to be one of {METRIC_KINDS}, a share with "
                f"unit '1' and the plain mean. Received: kind={self.kind!r}, "
                f"unit={self.unit!r}, reduce={self.reduce!r}. Say what it counts."
            )
        if (self.denominator == "examples") is not (self.count is None):
            raise ValueError(
                f"Expected `{self.name}` to say what its mean divides by, and how many "
                "of them an example holds. Received: "
                f"denominator={self.denominator!r}, count={self.count}. "
                "Give both, or neither where examples count once."
            )

    def _numbers(self, found: Any, split: Split) -> np.ndarray:
        try:
            return np.asarray(found, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"Expected metric `{self.name}` to return one number an example of "
                f"split `{split.name}`. Received: {error}. "
                "Return an array of numbers of shape (n,)."
            ) from error

    def measure(self, split: Split, outputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return one checked contribution an example.

        Args:
            split: The examples.
            outputs: What was predicted for them, one array a name.

        Returns:
            Contributions of shape (n,), float64; NaN where the metric does not apply.

        Raises:
            ValueError: If the contributions have another shape, are negative or
                infinite, or an output is missing.
        """
        try:
            found = self.per_example(split.target_arrays(), outputs, split)
        except KeyError as missing:
            raise MissingOutput(
                f"Expected the arrays that metric `{self.name}` reads on split "
                f"`{split.name}`. Received: targets {sorted(split.targets)} and "
                f"outputs {sorted(outputs)}, without {missing}. "
                "Add the array, or leave the metric out."
            ) from missing
        found = self._numbers(found, split)
        if found.shape != (len(split),):
            raise ValueError(
                f"Expected metric `{self.name}` to return one number an example of "
                f"split `{split.name}`, shape ({len(split)},). "
                f"Received: shape {found.shape}. Reduce every other axis."
            )
        if np.any(np.isinf(found)) or np.any(found < 0):
            raise ValueError(
                f"Expected metric `{self.name}` to return finite numbers of at least "
                f"0 on split `{split.name}`. Received: {np.nanmin(found)} to "
                f"{np.nanmax(found)}. Correct the metric; NaN marks an example to "
                "which it does not apply."
            )
        if self.kind == "share" and np.any(found > 1):
            raise ValueError(
                f"Expected contributions to the share `{self.name}` to be at most 1 on "
                f"split `{split.name}`. Received: up to {np.nanmax(found)}. "
                "Divide by what was counted, or call it an amount."
            )
        return found

    def counts(self, split: Split) -> np.ndarray | None:
        """Return how many of the denominator each example holds, shape (n,).

        Args:
            split: The examples.

        Returns:
            Counts, float64; None where each example counts once. What is 0 must not
            apply: its contribution is NaN.

        Raises:
            ValueError: If the counts have another shape, or one is negative or not
                finite.
        """
        if self.count is None:
            return None
        found = self._numbers(self.count(split.target_arrays(), split), split)
        if found.shape != (len(split),) or not np.all(found >= 0):
            raise ValueError(
                f"Expected metric `{self.name}` to count {self.denominator} of each "
                f"example of split `{split.name}`, shape ({len(split)},), none "
                f"negative. Received: shape {found.shape}. Correct its `count`."
            )
        return found

    def value(self, per_example: np.ndarray, counts: np.ndarray | None = None) -> float:
        """Return the reduced value of contributions, leaving out NaN.

        Args:
            per_example: Contributions of shape (n,).
            counts: How often each counts, shape (n,); each once if left out.

        Raises:
            ValueError: If the metric applies to no example.
        """
        contributions = np.asarray(per_example, dtype=np.float64)
        known = ~np.isnan(contributions)
        used = contributions[known]
        if used.size == 0:
            raise ValueError(
                f"Expected at least one example to which `{self.name}` applies. "
                f"Received: {contributions.size} examples, none of them. "
                "Report it as NotMeasured."
            )
        if counts is None:
            mean = float(used.mean())
        else:
            mean = float(np.average(used, weights=np.asarray(counts)[known]))
        if self.reduce == "exp_mean":
            return float(np.exp(mean))
        return mean**0.5 if self.reduce == "root_mean" else mean
