"""Errors of several answers to the same questions: values, intervals, differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.statistics.bootstrap import (
    SURE,
    percentile_interval,
    resample_groups,
)
from dist_invention.statistics.intervals import Interval, wilson
import numpy as np

FEWEST_GROUPS = 3


@dataclass(frozen=True)
class Amount:
    """One number with what it rests on.

    Args:
        value: The number, in the unit that its place names.
        n: Examples behind it.
        interval: Ends of its 95 % interval, or None.
        method: How the interval was found, or why there is none.

    Example:
        >>> Amount(0.5, 20, None, "none: 2 groups, 3 needed").as_json()["value"]
        0.5
    """

    value: float
    n: int
    interval: tuple[float, float] | None
    method: str

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        ends = None if self.interval is None else [float(end) for end in self.interval]
        return {
            "value": float(self.value),
            "n": self.n,
            "interval": ends,
            "interval_method": self.method,
        }


class PairedColumns:
    """Contributions of several answers to the same examples, with paired resamples.

    Args:
        columns: One array a answer, each of shape (n,); NaN where an example does
            not apply, the same examples in every column.
        groups: What belongs together, shape (n,).
        statistic: `"mean"`, or `"root_mean"` (of squared errors).
        seed: Seed of the resamples.
        is_share: Whether contributions are 0 or 1, so that Wilson's interval holds
            where each example is its own group.

    Example:
        >>> errors = np.array([1.0, 4.0, 9.0, 16.0])
        >>> pair = PairedColumns([errors, 4 * errors], np.arange(4), "root_mean", 0)
        >>> pair.n, round(pair.amount(0).value, 3), pair.relative(0, 1).value
        (4, 2.739, 0.5)
    """

    def __init__(
        self,
        columns: Sequence[np.ndarray],
        groups: np.ndarray,
        statistic: str,
        seed: int,
        is_share: bool = False,
    ):
        table = np.stack([np.asarray(c, np.float64) for c in columns], axis=1)
        used = ~np.isnan(table).any(axis=1)
        self.table, self.groups = table[used], np.asarray(groups)[used]
        self.n, self.n_groups = len(self.table), len(np.unique(self.groups))
        self.is_share = is_share and self.n_groups == self.n
        self.top = 1.0 if is_share else np.inf
        self.values = np.zeros(0)
        self.samples: np.ndarray | None = None
        if self.n:
            mean = self.table.mean(axis=0)
            self.values = np.sqrt(mean) if statistic == "root_mean" else mean
        if self.n_groups >= FEWEST_GROUPS:
            self.samples = resample_groups(self.table, self.groups, statistic, seed)

    def amount(self, k: int) -> Amount:
        """Return the value of one answer with its interval."""
        value = float(self.values[k])
        if self.is_share:
            return self._with(value, wilson(round(value * self.n), self.n))
        if self.samples is None:
            return self._with(value, None)
        bounds = (0.0, self.top)
        return self._with(value, self._interval(value, self.samples[:, k], bounds))

    def difference(self, a: int, b: int) -> Interval | None:
        """Return the paired interval of answer a minus answer b; None if refused."""
        if self.samples is None:
            return None
        value = float(self.values[a] - self.values[b])
        change = self.samples[:, a] - self.samples[:, b]
        if self.n_groups < SURE and change.min() == change.max() != 0.0:
            return None  # all resamples agree, of too few groups to prove anything
        return self._interval(value, change)

    def relative(self, a: int, b: int) -> Amount | NotMeasured:
        """Return answer a as a multiple of answer b, if b is not 0."""
        if self.values[b] == 0.0:
            return NotMeasured("what it would be compared with is 0")
        value = float(self.values[a] / self.values[b])
        if self.samples is None or np.any(self.samples[:, b] == 0.0):
            return self._with(value, None)
        ratio = self.samples[:, a] / self.samples[:, b]
        return self._with(value, self._interval(value, ratio))

    def _interval(
        self,
        value: float,
        samples: np.ndarray,
        bounds: tuple[float, float] = (-np.inf, np.inf),
    ) -> Interval:
        return percentile_interval(value, samples, self.n_groups, bounds=bounds)

    def _with(self, value: float, found: Interval | None) -> Amount:
        if found is not None:
            return Amount(value, self.n, (found.low, found.high), found.method)
        reason = f"none: {self.n_groups} groups, {FEWEST_GROUPS} needed"
        if self.n_groups >= FEWEST_GROUPS:
            reason = "none: some resamples compare with 0"
        return Amount(value, self.n, None, reason)
