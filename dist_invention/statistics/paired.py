"""Two things compared on the same seeds, or on the same examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dist_invention.statistics.bootstrap import (
    percentile_interval,
    reduced,
    resample_groups,
)
from dist_invention.statistics.intervals import Interval, level_checked, wilson
from dist_invention.statistics.seeds import SMALLEST, over_seeds, weakness
import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

MOST = 40
"""Most pairs whose signs are all flipped: 2^20 sums a half."""


@dataclass(frozen=True)
class PairedResult:
    """A paired difference, how sure it is, and on how many pairs it rests.

    Args:
        mean: Mean of a - b, in the unit of the data.
        interval: Ends of the interval of that mean; None under 3 pairs.
        p_value: Two-sided, of no difference at all; None under 3 pairs.
        n: Number of pairs.
        method: How the interval and the p-value were found, or why they were not.

    Example:
        >>> paired_over_seeds([0.8, 0.9], [0.5, 0.7]).as_json()["interval"] is None
        True
    """

    mean: float
    interval: tuple[float, float] | None
    p_value: float | None
    n: int
    method: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON values; null where there is no interval."""
        return {
            "mean": self.mean,
            "interval": None if self.interval is None else list(self.interval),
            "p_value": self.p_value,
            "n": self.n,
            "method": self.method,
        }


def _pairs_checked(a: ArrayLike, b: ArrayLike, what: str) -> np.ndarray:
    """Return a and b as columns, shape (n, 2), float64."""
    first, second = (np.asarray(side, dtype=np.float64) for side in (a, b))
    if first.ndim != 1 or first.shape != second.shape or not len(first):
        raise ValueError(
            f"Expected two columns of equal length, one result {what}. Received: "
            f"shapes {first.shape} and {second.shape}. Pair them first."
        )
    table = np.stack([first, second], axis=1)
    if not np.all(np.isfinite(table)):
        raise ValueError(
            f"Expected finite results, one {what}. Received: "
            f"{int((~np.isfinite(table)).sum())} that are NaN or infinite. "
            "Leave such pairs out, and say so."
        )
    return table


def paired_over_seeds(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> PairedResult:
    """Compare two arms that ran with the same seeds.

    The interval is Student's t of the differences. The p-value is exact: of all sign
    flips of the differences, the share whose mean is at least as far from 0. It cannot
    fall below 0.25 with 3 seeds, 0.0625 with 5, 0.03125 with 6. Over 40 seeds the sum
    over all flips is taken for normal.

    Args:
        a: One result a seed, shape (n,).
        b: Results of the other arm with the same seeds, in the same order.
        level: Coverage aimed for.

    Returns:
        The difference a - b; without interval and p-value under 3 seeds, with both
        called weak under 5.

    Raises:
        ValueError: If shapes differ, a value is not finite, or there is no pair.

    Example:
        >>> a, b = [5.1, 6.2, 4.9, 5.8, 6.0], [4.0, 5.5, 4.1, 5.0, 5.0]
        >>> found = paired_over_seeds(a, b)
        >>> round(found.mean, 2), found.p_value, found.n
        (0.88, 0.0625, 5)
    """
    level_checked(level)
    table = _pairs_checked(a, b, "a seed")
    change = table[:, 0] - table[:, 1]
    mean, n = float(change.mean()), len(change)
    if n < SMALLEST:
        why = f"refused: {n} seeds, {SMALLEST} needed"
        return PairedResult(mean, None, None, n, why)
    found = over_seeds(change, level)
    if n <= MOST:
        p_value, how = sign_flips(change), "exact sign flips"
    else:  # the same flips, whose sum is normal by now
        spread = float(np.sqrt((change**2).sum()))
        far = abs(float(change.sum())) / spread if spread else 0.0
        p_value, how = float(2 * stats.norm.sf(far)), "normal sign flips"
    method = f"Student t and {how} over {n} paired seeds{weakness(n)}"
    return PairedResult(mean, (found.low, found.high), p_value, n, method)


def sign_flips(change: ArrayLike) -> float:
    """Return the exact two-sided p-value of a mean of 0, by flipping all signs.

    Every one of the 2^n sums counts, also beyond what fits into memory: sums of one
    half of the flips are looked up among the sorted sums of the other.

    Args:
        change: Differences, shape (n,), n from 1 to 40; symmetric around 0 if there is
            nothing to find.

    Raises:
        ValueError: If there are none or more than 40.

    Example:
        >>> sign_flips([1.0, 2.0, 3.0])
        0.25
    """
    flips = np.abs(np.asarray(change, dtype=np.float64))
    if flips.ndim != 1 or not 1 <= len(flips) <= MOST:
        raise ValueError(
            f"Expected 1 to {MOST} differences, shape (n,). "
            f"Received: shape {flips.shape}. Use the interval alone."
        )
    halves = []
    for part in (flips[::2], flips[1::2]):
        sums = np.zeros(1)
        for size in part:
            sums = np.concatenate([sums - size, sums + size])
        halves.append(np.sort(sums))
    near = 1e-9 * flips.sum()  # sums that are equal but for rounding count as equal
    seen = abs(float(np.asarray(change, dtype=np.float64).sum())) - near
    if seen <= 0:
        return 1.0
    # sums are symmetric around 0, so both tails hold as many
    above = len(halves[1]) - np.searchsorted(halves[1], seen - halves[0], side="left")
    return float(2 * above.sum() / 2.0 ** len(flips))


def paired_difference(
    a: np.ndarray,
    b: np.ndarray,
    groups: np.ndarray,
    statistic: str = "mean",
    *,
    seed: int,
    resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return the interval of statistic(a) - statistic(b) on the same examples.

    Args:
        a: Values of one predictor, shape (n,).
        b: Values of the other on the same examples, shape (n,).
        groups: What belongs together, shape (n,).
        statistic: `"mean"`, `"root_mean"` or `"exp_mean"`.
        seed: Seed of the resamples.
        resamples: Number of resamples.
        level: Coverage aimed for.

    Raises:
        ValueError: If the shapes differ or there are fewer than 3 groups.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(
            "Expected two columns on the same examples. Received: shapes "
            f"{np.shape(a)} and {np.shape(b)}. Score both on one split."
        )
    pair = np.stack([a, b], axis=1)
    samples = resample_groups(pair, groups, statistic, seed, resamples)
    values = reduced(pair.mean(axis=0), statistic)
    count = len(np.unique(np.asarray(groups)))
    difference = samples[:, 0] - samples[:, 1]
    return percentile_interval(values[0] - values[1], difference, count, level)


def mcnemar(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> PairedResult:
    """Compare two shares of successes on the same examples.

    McNemar's exact test asks only where one succeeds and the other fails. The interval
    is Newcombe's (1998, method 10), made of two Wilson intervals and the correlation.
    Examples must be independent; where they form groups, use `paired_difference`.

    Args:
        a: Successes of one, as 0 and 1 or booleans, shape (n,).
        b: Successes of the other on the same examples.
        level: Coverage aimed for.

    Returns:
        The difference of the shares, a - b.

    Raises:
        ValueError: If shapes differ, there is no example, or a value is not 0 or 1.

    Example:
        >>> found = mcnemar([1, 1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 1, 0, 1])
        >>> found.mean, found.p_value, found.n
        (0.5, 0.21875, 8)
    """
    level_checked(level)
    table = _pairs_checked(a, b, "an example")
    if not np.all((table == 0) | (table == 1)):
        raise ValueError(
            "Expected successes as 0 or 1, one an example. Received: values from "
            f"{table.min()} to {table.max()}. For amounts use paired_difference."
        )
    first, second = table.astype(bool).T
    won, lost = int((first & ~second).sum()), int((second & ~first).sum())
    p_value = 1.0
    if won + lost:
        p_value = float(stats.binomtest(won, won + lost, 0.5).pvalue)
    n = len(first)
    interval = _newcombe((int((first & second).sum()), won, lost), n, level)
    method = f"exact McNemar and Newcombe interval, n={n}, {won + lost} differ"
    return PairedResult((won - lost) / n, interval, p_value, n, method)


def _newcombe(cells: Sequence[int], n: int, level: float) -> tuple[float, float]:
    """Return Newcombe's interval from (both, only a, only b) of n."""
    both, won, lost = cells
    neither = n - both - won - lost
    a, b = wilson(both + won, n, level), wilson(both + lost, n, level)
    margins = (both + won) * (lost + neither) * (both + lost) * (won + neither)
    excess = both * neither - won * lost
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    phi = excess / margins**0.5 if margins else 0.0
    down, up = a.value - a.low, b.high - b.value
    low = (down**2 - 2 * phi * down * up + up**2) ** 0.5
    rise, fall = a.high - a.value, b.value - b.low
    high = (rise**2 - 2 * phi * rise * fall + fall**2) ** 0.5
    difference = (won - lost) / n
    return difference - low, difference + high
