"""Intervals over groups of examples, by resampling whole groups."""

from dist_invention.statistics.intervals import Interval, level_checked
import numpy as np
from scipy import special

SURE = 6  # groups that all agree: 2 / 2 ** 6 is under 0.05
STATISTICS = {"mean": lambda mean: mean, "root_mean": np.sqrt, "exp_mean": np.exp}
_CELLS = 4_000_000  # weights held at once by the bootstrap: 32 MB
_FEW = 8  # groups under which resamples do not reach as far out as the tails


def columns_checked(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the values as (n, columns), float64.

    Args:
        values: Shape (n,) or (n, columns), finite.
        groups: What belongs together, shape (n,).

    Raises:
        ValueError: If shapes differ, or a value is not finite.
    """
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or len(table) != len(groups) or not len(table):
        raise ValueError(
            "Expected values of shape (n,) or (n, columns) and one group a row, with "
            f"n at least 1. Received: values of shape {np.shape(values)} and "
            f"{len(groups)} groups. Build both from the same examples."
        )
    if not np.all(np.isfinite(table)):
        raise ValueError(
            "Expected finite values. Received: "
            f"{int(np.sum(~np.isfinite(table)))} that are NaN or infinite. "
            "Leave out examples to which the value does not apply."
        )
    return table


def reduced(mean: np.ndarray, statistic: str) -> np.ndarray:
    """Return the statistic of means.

    Args:
        mean: Any shape.
        statistic: `"mean"`, `"root_mean"` or `"exp_mean"`.

    Raises:
        ValueError: If the statistic is unknown.
    """
    if statistic not in STATISTICS:
        raise ValueError(
            f"Expected the statistic to be one of {tuple(STATISTICS)}. "
            f"Received: statistic={statistic!r}. Choose one of them."
        )
    return STATISTICS[statistic](mean)


def drawn_weights(rng: np.random.Generator, rows: int, size: int) -> np.ndarray:
    """Return how often each of `size` things is drawn in each of `rows` resamples.

    Args:
        rng: The generator; it moves on.
        rows: Number of resamples.
        size: How many things there are, and how many are drawn.

    Returns:
        Shape (rows, size), float64; each row sums to `size`.
    """
    drawn = rng.integers(0, size, size=(rows, size))
    drawn += np.arange(rows)[:, None] * size
    weight = np.bincount(drawn.ravel(), minlength=rows * size)
    return weight.reshape(rows, size).astype(np.float64)


def resample_groups(
    values: np.ndarray,
    groups: np.ndarray,
    statistic: str,
    seed: int,
    resamples: int = 1000,
    counts: np.ndarray | None = None,
) -> np.ndarray:
    """Return a statistic on bootstrap resamples of whole groups.

    All columns see the same resamples, so that differences of columns are paired.
    The cost is one product of (resamples, groups) weights with sums over groups.

    Args:
        values: Shape (n,) or (n, columns), finite.
        groups: What belongs together, shape (n,).
        statistic: `"mean"`, `"root_mean"` of squared errors, `"exp_mean"` of nats.
        seed: Seed of the resamples.
        resamples: Number of resamples.
        counts: How often each value counts, shape (n,), positive; each once if None.

    Returns:
        Shape (resamples, columns).

    Raises:
        ValueError: If shapes differ, a value is not finite, the statistic is unknown,
            or there are fewer than 2 resamples.
    """
    table = columns_checked(values, groups)
    if resamples < 2:
        raise ValueError(
            "Expected at least 2 resamples. "
            f"Received: resamples={resamples}. Use 1000 unless time forbids."
        )
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    if counts is not None:
        table = table * np.asarray(counts, dtype=np.float64)[:, None]
    count = np.bincount(group, counts).astype(np.float64)  # (groups,)
    sums = np.zeros((len(count), table.shape[1]))
    np.add.at(sums, group, table)  # (groups, columns)
    rng = np.random.Generator(np.random.Philox(key=[seed, len(count)]))
    found = np.empty((resamples, table.shape[1]))
    step = max(1, _CELLS // len(count))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        weight = drawn_weights(rng, rows, len(count))
        mean = (weight @ sums) / (weight @ count)[:, None]
        found[start : start + rows] = reduced(mean, statistic)
    return found


def stretched(
    value: float, samples: np.ndarray, factor: float, level: float = 0.95
) -> tuple[float, float]:
    """Return plain percentiles of samples, moved away from the value by a factor.

    Args:
        value: The statistic on the data itself.
        samples: The statistic on resamples, shape (resamples,).
        factor: How much wider than the plain percentiles, on each side.
        level: Coverage aimed for.

    Returns:
        Both ends; they may lie outside of what the statistic can be.

    Example:
        >>> stretched(0.0, np.linspace(-1.0, 1.0, 2001), 2.0, level=0.5)
        (-1.0, 1.0)
    """
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(value - factor * (value - low)), float(value + factor * (high - value))


def percentile_interval(
    value: float,
    samples: np.ndarray,
    num_groups: int,
    level: float = 0.95,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Interval:
    """Return the expanded percentile interval of bootstrap samples.

    Plain percentiles are too narrow with few groups (73 % instead of 95 % at three).
    The tails are taken further out, as far as Student's t lies beyond the normal:
    Hesterberg, "What Teachers Should Know About the Bootstrap", 2015. Under 8
    groups resamples do not reach that far, so plain percentiles are stretched instead;
    only `bounds` then keeps the ends to what the statistic can be. On normal groups it
    covers within two points of the level from 3 groups on; on skewed ones less (90 % at
    10 groups).

    Args:
        value: The statistic on the data itself.
        samples: The statistic on resamples, shape (resamples,).
        num_groups: How many groups were resampled.
        level: Coverage aimed for, between 0 and 1.
        bounds: What the statistic can be; ends beyond them are put there.

    Raises:
        ValueError: If there are fewer than 3 groups, or the level is no share.
    """
    level_checked(level)
    if num_groups < 3:
        raise ValueError(
            "Expected at least 3 groups for an interval. "
            f"Received: {num_groups}. Add groups, or report the value alone."
        )
    spread = np.sqrt(num_groups / (num_groups - 1))
    t = special.stdtrit(num_groups - 1, (1 + level) / 2)
    if num_groups < _FEW:
        factor = float(spread * t / special.ndtri((1 + level) / 2))
        low, high = stretched(value, samples, factor, level)
    else:
        tail = float(special.ndtr(-spread * t))
        low, high = np.quantile(samples, [tail, 1 - tail])
    method = (
        f"expanded percentile bootstrap, {num_groups} groups, {len(samples)} resamples"
    )
    low, high = max(float(low), bounds[0]), min(float(high), bounds[1])
    return Interval(float(value), low, high, method)


def bootstrap_groups(
    values: np.ndarray,
    groups: np.ndarray,
    statistic: str,
    seed: int,
    resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return the interval of a statistic by resampling whole groups.

    Args:
        values: Shape (n,), finite.
        groups: What belongs together, shape (n,).
        statistic: `"mean"`, `"root_mean"` or `"exp_mean"`.
        seed: Seed of the resamples.
        resamples: Number of resamples.
        level: Coverage aimed for.

    Raises:
        ValueError: If values are not finite or there are fewer than 3 groups.
    """
    samples = resample_groups(values, groups, statistic, seed, resamples)[:, 0]
    value = reduced(np.asarray(values, dtype=np.float64).mean(), statistic)
    least = -np.inf if statistic == "mean" else 0.0
    return percentile_interval(
        float(value),
        samples,
        len(np.unique(np.asarray(groups))),
        level,
        (least, np.inf),
    )
