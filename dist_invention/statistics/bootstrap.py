"""Intervals over groups of examples, by resampling whole groups."""

from dist_invention.statistics.intervals import Interval, level_checked
import numpy as np
from scipy import special

STATISTICS = ("mean", "root_mean")
_CELLS = 4_000_000  # weights held at once by the bootstrap: 32 MB


def _columns(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Check values and groups; return the values as (n, columns), float64."""
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


def _reduce(mean: np.ndarray, statistic: str) -> np.ndarray:
    """Turn means into the statistic."""
    if statistic not in STATISTICS:
        raise ValueError(
            f"Expected the statistic to be one of {STATISTICS}. "
            f"Received: statistic={statistic!r}. Choose one of them."
        )
    return np.sqrt(mean) if statistic == "root_mean" else mean


def resample_groups(
    values: np.ndarray,
    groups: np.ndarray,
    statistic: str,
    seed: int,
    resamples: int = 1000,
) -> np.ndarray:
    """Return a statistic on bootstrap resamples of whole groups.

    All columns see the same resamples, so that differences of columns are paired.
    The cost is one product of (resamples, groups) weights with sums over groups.

    Args:
        values: Shape (n,) or (n, columns), finite.
        groups: What belongs together, shape (n,).
        statistic: `"mean"`, or `"root_mean"` (of squared errors).
        seed: Seed of the resamples; equal seeds give equal resamples.
        resamples: Number of resamples.

    Returns:
        Shape (resamples, columns).

    Raises:
        ValueError: If shapes differ, a value is not finite, the statistic is unknown,
            or there are fewer than two resamples.
    """
    table = _columns(values, groups)
    if resamples < 2:
        raise ValueError(
            "Expected at least 2 resamples. "
            f"Received: resamples={resamples}. Use 1000 unless time forbids."
        )
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    count = np.bincount(group).astype(np.float64)  # (groups,)
    sums = np.zeros((len(count), table.shape[1]))
    np.add.at(sums, group, table)  # (groups, columns)
    rng = np.random.Generator(np.random.Philox(key=[seed, len(count)]))
    found = np.empty((resamples, table.shape[1]))
    step = max(1, _CELLS // len(count))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(0, len(count), size=(rows, len(count)))
        drawn += np.arange(rows)[:, None] * len(count)
        weight = np.bincount(drawn.ravel(), minlength=rows * len(count))
        weight = weight.reshape(rows, len(count)).astype(np.float64)
        mean = (weight @ sums) / (weight @ count)[:, None]
        found[start : start + rows] = _reduce(mean, statistic)
    return found


def percentile_interval(
    value: float, samples: np.ndarray, num_groups: int, level: float = 0.95
) -> Interval:
    """Return the expanded percentile interval of bootstrap samples.

    Plain percentiles are too narrow with few groups (73 % instead of 95 % at three).
    The tails are taken further out, as far as Student's t lies beyond the normal:
    Hesterberg, "What Teachers Should Know About the Bootstrap", 2015.

    Args:
        value: The statistic on the data itself.
        samples: The statistic on resamples, shape (resamples,).
        num_groups: How many groups were resampled.
        level: Coverage aimed for, between 0 and 1.

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
    tail = float(special.ndtr(-spread * t))
    low, high = np.quantile(samples, [tail, 1 - tail])
    method = (
        f"expanded percentile bootstrap, {num_groups} groups, {len(samples)} resamples"
    )
    return Interval(float(value), float(low), float(high), method)


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
        statistic: `"mean"`, or `"root_mean"` (of squared errors).
        seed: Seed of the resamples.
        resamples: Number of resamples.
        level: Coverage aimed for.

    Raises:
        ValueError: If values are not finite or there are fewer than 3 groups.
    """
    samples = resample_groups(values, groups, statistic, seed, resamples)[:, 0]
    value = _reduce(np.asarray(values, dtype=np.float64).mean(), statistic)
    return percentile_interval(
        float(value), samples, len(np.unique(np.asarray(groups))), level
    )


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
        statistic: `"mean"`, or `"root_mean"` (of squared errors).
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
    values = _reduce(pair.mean(axis=0), statistic)
    count = len(np.unique(np.asarray(groups)))
    difference = samples[:, 0] - samples[:, 1]
    return percentile_interval(values[0] - values[1], difference, count, level)
