"""An interval, and those with a formula: Student's t over seeds, Wilson for shares."""

from dataclasses import dataclass
import logging

import numpy as np
from scipy import stats

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Interval:
    """A value and the interval around it.

    Args:
        value: The value on the data itself, in the unit of the data.
        low: Lower end.
        high: Upper end.
        method: How the ends were found, in words.

    Example:
        >>> found = wilson(9, 10)
        >>> [round(end, 4) for end in found.as_list()], found.contains(0.9)
        ([0.5958, 0.9821], True)
    """

    value: float
    low: float
    high: float
    method: str

    def as_list(self) -> list[float]:
        """Return `[low, high]`."""
        return [self.low, self.high]

    def contains(self, number: float) -> bool:
        """Return whether the number lies inside, ends included."""
        return self.low <= number <= self.high


def level_checked(level: float) -> float:
    """Return the coverage if it is a share.

    Args:
        level: Coverage aimed for.

    Raises:
        ValueError: If it is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(
            f"Expected a coverage between 0 and 1. Received: level={level}. Use 0.95."
        )
    return level


def student_t(values: np.ndarray, level: float = 0.95) -> Interval:
    """Return the interval of a mean over seeds by Student's t.

    Args:
        values: One result a seed, shape (n,).
        level: Coverage aimed for.

    Raises:
        ValueError: If there are fewer than 3 values, or one is not finite.
    """
    level_checked(level)
    seeds = np.asarray(values, dtype=np.float64)
    if seeds.ndim != 1 or len(seeds) < 3 or not np.all(np.isfinite(seeds)):
        raise ValueError(
            "Expected finite results of at least 3 seeds, shape (n,). Received: "
            f"{seeds.tolist()}. Run more seeds, or report each result alone."
        )
    if len(seeds) < 5:
        logger.warning("An interval over %d seeds is weak: use 5.", len(seeds))
    half = stats.t.ppf((1 + level) / 2, len(seeds) - 1) * seeds.std(ddof=1)
    half /= np.sqrt(len(seeds))
    mean = float(seeds.mean())
    method = f"Student t over {len(seeds)} seeds"
    return Interval(mean, float(mean - half), float(mean + half), method)


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Return the Wilson interval of a share of successes.

    Args:
        successes: How many succeeded.
        n: How many were tried.
        level: Coverage aimed for.

    Raises:
        ValueError: If n is under 1, or successes are not between 0 and n.
    """
    level_checked(level)
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(
            "Expected n of at least 1 and successes between 0 and n. "
            f"Received: successes={successes}, n={n}. Count both on the same examples."
        )
    found = stats.binomtest(int(successes), int(n)).proportion_ci(level, "wilson")
    method = f"Wilson, n={n}"
    return Interval(successes / n, float(found.low), float(found.high), method)
