"""What is measured: at how many steps a candidate V fails to fall, and by how much.

Every metric reads `outputs["value"]`, shape (n, 2): V(n) and V(T(n)) in bits, up to one
constant a row. A tie is a violation, as in the record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dist_invention.datasets.split import Split
from dist_invention.evaluation.metrics import Metric
import numpy as np

Arrays = Mapping[str, np.ndarray]
ALL = "all"


class ValueOfOtherShape(ValueError):
    """What a predictor returned is not V before and after one step a row."""


def margins(value: np.ndarray) -> np.ndarray:
    """Return V(n) - V(T(n)) in bits, float64 of shape (n,).

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2).

    Raises:
        ValueOfOtherShape: If `value` has another shape.
    """
    value = np.asarray(value, np.float64)
    if value.ndim != 2 or value.shape[1] != 2:
        raise ValueOfOtherShape(
            "Expected V(n) and V(T(n)) of each row, shape (n, 2). "
            f"Received: shape {value.shape}. Judge windows of lookahead + 2 values."
        )
    return value[:, 0] - value[:, 1]


def violations(value: np.ndarray) -> np.ndarray:
    """Return whether V fails to fall, bool of shape (n,); a tie counts.

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2).

    Example:
        >>> violations(np.array([[3.0, 2.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
        [False, True, True]
    """
    return ~(margins(value) > 0)


def worst_margin(value: np.ndarray) -> float:
    """Return the least V(n) - V(T(n)) in bits: not above 0 if anything fails.

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2), at least one row.

    Example:
        >>> worst_margin(np.array([[3.0, 2.0], [1.0, 2.5]]))
        -1.5
    """
    return float(margins(value).min())


def depths(value: np.ndarray) -> np.ndarray:
    """Return by how many bits V rises, 0 where it does not, shape (n,).

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2).
    """
    return np.maximum(0.0, -margins(value))


@dataclass(frozen=True)
class Share:
    """The share of steps that fail, or pass, among those of one direction.

    Args:
        passing: Whether steps that pass are counted; otherwise those that fail.
        growth: True for steps with T(n) > n alone, False for the others alone, None
            for all. Steps of the other direction do not apply (NaN).

    Example:
        >>> share = Share(passing=True, growth=True)
        >>> targets = {"growth": np.array([1.0, 0.0])}
        >>> share(targets, {"value": np.array([[2.0, 1.0], [2.0, 1.0]])}, None)
        array([ 1., nan])
    """

    passing: bool
    growth: bool | None = None

    def __call__(
        self, targets: Arrays, outputs: Arrays, split: Split | None
    ) -> np.ndarray:
        """Return contributions of shape (n,): 0, 1, or NaN.

        Args:
            targets: `growth` (n,), 1 where T(n) > n; read where a direction is asked.
            outputs: `value` (n, 2) in bits.
            split: Not read.
        """
        counted = violations(outputs["value"]) != self.passing
        if self.growth is None:
            return counted.astype(np.float64)
        applies = (np.asarray(targets["growth"]) > 0.5) == self.growth
        return np.where(applies, counted, np.nan)


def _depth(targets: Arrays, outputs: Arrays, split: Split) -> np.ndarray:
    return depths(outputs["value"])


def _weight(targets: Arrays, split: Split) -> np.ndarray:
    return targets["weight"]


def collatz_metrics() -> list[Metric]:
    """Return every metric of the world.

    Violations come first: population shares of passing are soft, since a table of 81
    numbers reaches 97.6 %. `weight` is the record's, log10 of the expansion plus 1.

    Example:
        >>> [metric.name for metric in collatz_metrics()][:3]
        ['violations', 'pass', 'weighted_pass']
    """
    weighted = {"denominator": "weight", "count": _weight}
    return [
        _share("violations", Share(passing=False)),
        _share("pass", Share(passing=True)),
        _share("weighted_pass", Share(passing=True), **weighted),
        _share("growth_pass", Share(passing=True, growth=True)),
        _share("growth_weighted_pass", Share(passing=True, growth=True), **weighted),
        _share("growth_violations", Share(passing=False, growth=True)),
        _share("decay_violations", Share(passing=False, growth=False)),
        Metric("violation_depth", "bit", "lower", _depth),
    ]


def _share(name: str, per_example: Callable, **counted) -> Metric:
    better = "higher" if per_example.passing else "lower"
    return Metric(name, "1", better, per_example, kind="share", **counted)


@dataclass(frozen=True)
class PathRow:
    """How one path, or all of them, came out.

    Args:
        name: Name of the path, or `"all"`.
        steps: Transitions that were judged.
        violations: How many of them fail.
        unique: Different transitions among them.
        unique_violations: How many of these fail.
        worst_margin: Least V(n) - V(T(n)) in bits.

    Example:
        >>> PathRow("27", 41, 9, 41, 9, -1.5).violations
        9
    """

    name: str
    steps: int
    violations: int
    unique: int
    unique_violations: int
    worst_margin: float


def path_table(
    value: np.ndarray,
    paths: Sequence[str] | np.ndarray,
    keys: Sequence[str] | np.ndarray,
) -> list[PathRow]:
    """Return one row a path, in order of appearance, and the sum of all as the last.

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2).
        paths: Name of the path of each row, shape (n,).
        keys: Identity of each transition, shape (n,); equal ones are one.

    Example:
        >>> value = np.array([[2.0, 1.0], [1.0, 2.0], [1.0, 2.0]])
        >>> rows = path_table(value, ["a", "a", "b"], ["5>1", "3>5", "3>5"])
        >>> [(row.name, row.violations, row.unique_violations) for row in rows]
        [('a', 1, 1), ('b', 1, 1), ('all', 2, 1)]
    """
    names, identities = np.asarray(paths).astype(str), np.asarray(keys).astype(str)
    value = np.asarray(value)
    rows = [
        _path_row(name, value[names == name], identities[names == name])
        for name in dict.fromkeys(names.tolist())
    ]
    return [*rows, _path_row(ALL, value, identities)]


def _path_row(name: str, value: np.ndarray, keys: np.ndarray) -> PathRow:
    failed = violations(value)
    return PathRow(
        name,
        len(failed),
        int(failed.sum()),
        len(set(keys.tolist())),
        len(set(keys[failed].tolist())),
        worst_margin(value),
    )
