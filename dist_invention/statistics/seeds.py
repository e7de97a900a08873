"""Intervals of a mean over seeds, and what they are worth with few of them."""

import logging

from dist_invention.statistics.bootstrap import bootstrap_groups
from dist_invention.statistics.intervals import Interval, level_checked
import numpy as np
from numpy.typing import ArrayLike
from scipy import special

SMALLEST, ENOUGH = 3, 5
"""Seeds under which an interval is refused, and under which it is called weak."""

logger = logging.getLogger(__name__)


class TooFewSeeds(ValueError):
    """An interval over so few seeds would be made up.

    Example:
        >>> over_seeds([0.61, 0.64])
        Traceback (most recent call last):
        ...
        dist_invention.statistics.seeds.TooFewSeeds: Expected finite results of at \
least 3 seeds, shape (n,). Received: [0.61, 0.64]. Run more seeds, or report each \
result alone.
    """


def seeds_checked(values: ArrayLike) -> np.ndarray:
    """Return one finite result a seed, float64, shape (n,).

    Args:
        values: One result a seed.

    Raises:
        TooFewSeeds: If there are fewer than 3.
        ValueError: If the shape is not (n,), or a value is not finite.
    """
    seeds = np.asarray(values, dtype=np.float64)
    if seeds.ndim == 1 and len(seeds) >= SMALLEST and np.all(np.isfinite(seeds)):
        return seeds
    kind = TooFewSeeds if len(np.ravel(seeds)) < SMALLEST else ValueError
    raise kind(
        f"Expected finite results of at least {SMALLEST} seeds, shape (n,). Received: "
        f"{seeds.tolist()}. Run more seeds, or report each result alone."
    )


def over_seeds(
    values: ArrayLike,
    level: float = 0.95,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Interval:
    """Return the interval of a mean over seeds: Student's t.

    Where results of seeds are normal, it covers as often as it says, at 3 seeds too.
    Where they fall into two heaps, as when some seeds collapse, no interval over few
    seeds does: with 30 % collapsed, one of 95 % covers about 64 % of the time at 3
    seeds, 83 % at 5, 93 % at 8. Look at every seed beside it.

    Args:
        values: One result a seed, shape (n,), in any unit.
        level: Coverage aimed for.
        bounds: What a result can be, as (0, 1) for a share; ends beyond are put there.

    Returns:
        The interval. Under 5 seeds its method says that it is weak; nothing is logged,
        so that a table may hold hundreds.

    Raises:
        TooFewSeeds: If there are fewer than 3.
        ValueError: If a value is not finite.

    Example:
        >>> found = over_seeds([0.61, 0.64, 0.58, 0.66, 0.60])
        >>> round(found.low, 3), round(found.value, 3), round(found.high, 3)
        (0.578, 0.618, 0.658)
    """
    level_checked(level)
    seeds = seeds_checked(values)
    half = special.stdtrit(len(seeds) - 1, (1 + level) / 2) * seeds.std(ddof=1)
    half /= np.sqrt(len(seeds))
    mean = float(seeds.mean())
    method = f"Student t over {len(seeds)} seeds{weakness(len(seeds))}"
    low, high = max(float(mean - half), bounds[0]), min(float(mean + half), bounds[1])
    return Interval(mean, low, high, method)


def weakness(num_seeds: int) -> str:
    """Return the words that stand behind the method of an interval over few seeds.

    Args:
        num_seeds: How many seeds it was made from.

    Example:
        >>> weakness(4), weakness(5)
        (' (weak: use 5)', '')
    """
    return f" (weak: use {ENOUGH})" if num_seeds < ENOUGH else ""


def student_t(values: ArrayLike, level: float = 0.95) -> Interval:
    """Return `over_seeds`, and log a warning under 5 seeds.

    Args:
        values: One result a seed, shape (n,).
        level: Coverage aimed for.

    Raises:
        TooFewSeeds: If there are fewer than 3.
        ValueError: If a value is not finite.
    """
    found, count = over_seeds(values, level), len(np.asarray(values))
    if count < ENOUGH:
        logger.warning("An interval over %d seeds is weak: use %d.", count, ENOUGH)
    return found


def bootstrap_seeds(
    values: ArrayLike, *, seed: int, resamples: int = 2000, level: float = 0.95
) -> Interval:
    """Return the expanded percentile interval of a mean over seeds.

    It leans to the side to which the results lean, which Student's t cannot; it covers
    as often on normal results, and fails in the same way on two heaps.

    Args:
        values: One result a seed, shape (n,).
        seed: Seed of the resamples.
        resamples: Number of resamples.
        level: Coverage aimed for.

    Raises:
        TooFewSeeds: If there are fewer than 3.
        ValueError: If a value is not finite.
    """
    seeds = seeds_checked(values)
    each = np.arange(len(seeds))
    found = bootstrap_groups(seeds, each, "mean", seed, resamples, level)
    method = (
        f"expanded percentile bootstrap over {len(seeds)} seeds, "
        f"{resamples} resamples{weakness(len(seeds))}"
    )
    return Interval(found.value, found.low, found.high, method)
