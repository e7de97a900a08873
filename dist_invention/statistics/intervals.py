"""An interval, and the one of a share of successes that has a formula: Wilson's."""

from dataclasses import dataclass

from scipy import stats


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


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Return the Wilson interval of a share of successes.

    On average over shares from 0.1 to 0.9 it covers as often as it says, also at n=10;
    for a single share and n it may miss by some points, since counts are whole.

    Args:
        successes: How many succeeded.
        n: How many were tried, independently of each other.
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
