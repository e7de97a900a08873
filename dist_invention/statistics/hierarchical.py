"""One interval from both kinds of doubt: other seeds, and other groups of examples."""

from dist_invention.statistics.bootstrap import (
    columns_checked,
    drawn_weights,
    reduced,
    stretched,
)
from dist_invention.statistics.intervals import Interval, level_checked
from dist_invention.statistics.seeds import SMALLEST, TooFewSeeds, weakness
import numpy as np
from scipy import special

_CELLS = 4_000_000  # weights held at once: 32 MB


def bootstrap_seeds_and_groups(
    values: np.ndarray,
    groups: np.ndarray,
    statistic: str = "mean",
    *,
    seed: int,
    resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return the interval of a statistic over seeds judged on the same examples.

    Each resample draws seeds, then whole groups; all drawn seeds see the same drawn
    groups, since they were judged on the same ones (Owen, "The pigeonhole bootstrap",
    2007). Such resamples count the noise that belongs to single pairs of seed and group
    too often, and with few seeds they are too narrow. So their percentiles are scaled
    to the error and degrees of freedom of the two-way analysis of variance
    (Satterthwaite 1946). On normal results an interval of 95 % covers 93 to 98 % of the
    time from 5 seeds on; at 3 seeds 91 % where seeds and groups are as noisy as each
    other. Where seeds fall into two heaps it fails as Student's t does.

    Args:
        values: One contribution a seed and example, shape (seeds, n), finite: squared
            errors for `"root_mean"`.
        groups: What belongs together, shape (n,).
        statistic: `"mean"`, `"root_mean"` or `"exp_mean"`.
        seed: Seed of the resamples.
        resamples: Number of resamples.
        level: Coverage aimed for.

    Raises:
        TooFewSeeds: If there are fewer than 3 seeds.
        ValueError: If there are fewer than 3 groups, shapes differ, a value is not
            finite, or the statistic is unknown.

    Example:
        >>> rng = np.random.Generator(np.random.Philox(key=[0, 0]))
        >>> values = rng.normal(5.0, 1.0, (4, 60)) + rng.normal(0.0, 1.0, (4, 1))
        >>> found = bootstrap_seeds_and_groups(values, np.arange(60) // 3, seed=0)
        >>> found.contains(5.0), found.method
        (True, 'hierarchical bootstrap over 4 seeds (weak: use 5) and 20 groups, \
1000 resamples')
    """
    level_checked(level)
    sums, count = _sums(values, groups)
    value = float(sums.sum() / (len(sums) * count.sum()))
    reduced(np.array(value), statistic)
    samples = _samples(sums, count, seed, resamples)
    low = high = value
    if samples.std() > 0:
        error, freedom = _noise(sums, count, value)
        factor = error * special.stdtrit(freedom, (1 + level) / 2)
        factor /= samples.std() * special.ndtri((1 + level) / 2)
        low, high = stretched(value, samples, factor, level)
    if statistic == "root_mean":
        low = max(low, 0.0)
    value, low, high = (
        float(reduced(np.array(end), statistic)) for end in (value, low, high)
    )
    method = (
        f"hierarchical bootstrap over {len(sums)} seeds{weakness(len(sums))} and "
        f"{len(count)} groups, {resamples} resamples"
    )
    return Interval(value, low, high, method)


def _sums(values: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of shape (seeds, groups) and examples a group, both checked."""
    if np.ndim(values) != 2 or len(values) < SMALLEST:
        raise TooFewSeeds(
            f"Expected values of shape (seeds, n) with at least {SMALLEST} seeds. "
            f"Received: shape {np.shape(values)}. Run more seeds, or report the "
            "interval over groups of each."
        )
    table = columns_checked(np.asarray(values).T, groups)  # (n, seeds)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    count = np.bincount(group).astype(np.float64)
    if len(count) < 3:
        raise ValueError(
            "Expected at least 3 groups for an interval. "
            f"Received: {len(count)}. Add groups, or use over_seeds."
        )
    sums = np.zeros((len(count), table.shape[1]))
    np.add.at(sums, group, table)
    return sums.T, count


def _samples(
    sums: np.ndarray, count: np.ndarray, seed: int, resamples: int
) -> np.ndarray:
    """Return the mean on resamples of seeds and groups, shape (resamples,)."""
    if resamples < 2:
        raise ValueError(
            "Expected at least 2 resamples. "
            f"Received: resamples={resamples}. Use 1000 unless time forbids."
        )
    num_seeds, num_groups = sums.shape
    key = [seed, (num_seeds << 32) + num_groups]
    rng = np.random.Generator(np.random.Philox(key=key))
    found = np.empty(resamples)
    step = max(1, _CELLS // num_groups)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        each_seed = drawn_weights(rng, rows, num_seeds)  # (rows, seeds)
        each_group = drawn_weights(rng, rows, num_groups)  # (rows, groups)
        total = ((each_seed @ sums) * each_group).sum(axis=1)
        found[start : start + rows] = total / (num_seeds * (each_group @ count))
    return found


def _noise(sums: np.ndarray, count: np.ndarray, value: float) -> tuple[float, float]:
    """Return the standard error of the mean and its degrees of freedom.

    Variance components of a two-way layout, seeds by groups, both random: seeds plus
    groups minus what both hold, which is the noise of single pairs.
    """
    num_seeds, num_groups = sums.shape
    n = count.sum()
    seed_means = sums.sum(axis=1) / n  # (seeds,)
    group_excess = sums.mean(axis=0) - value * count  # (groups,)
    pairs = sums - seed_means[:, None] * count - group_excess
    among_groups = num_groups / (num_groups - 1) / n**2
    of_seeds = seed_means.var(ddof=1) / num_seeds
    of_groups = (group_excess**2).sum() * among_groups
    of_pairs = (pairs**2).sum() * among_groups / (num_seeds * (num_seeds - 1))
    variance = max(of_seeds + of_groups - of_pairs, of_seeds, of_groups)
    freedom = variance**2 / (
        of_seeds**2 / (num_seeds - 1)
        + of_groups**2 / (num_groups - 1)
        + of_pairs**2 / ((num_seeds - 1) * (num_groups - 1))
    )
    return float(np.sqrt(variance)), float(max(freedom, 1.0))
