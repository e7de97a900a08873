"""The range of each number in training, with padding left out."""

from dataclasses import dataclass

import numpy as np

SLACK = 1e-6  # of the larger border: rounding to float32 is no exceedance
GAP = 0.05  # of the range: zeros farther from it than this are padding
MANY = 20  # different values of a number that is not on a grid


@dataclass(frozen=True)
class Box:
    """The range of each number in training, and how much a group adds to it.

    Padding and empty slots must not widen the range. So zeros that stand apart from
    all other values are left out of it and count as inside. Values that are not finite
    are left out too; where training has none they count as outside.

    Args:
        low, high: Borders, shape (d,).
        zero: Whether zeros are padding, shape (d,).
        finite: Whether training is finite throughout, shape (d,).
        alone: Which training rows lie outside the box of all other groups, shape (n,).

    Example:
        >>> box = fit_box(np.array([[3.0], [2.0], [4.0]]), np.arange(3))
        >>> float(box.low[0]), float(box.high[0]), box.alone.tolist()
        (2.0, 4.0, [False, True, True])
    """

    low: np.ndarray
    high: np.ndarray
    zero: np.ndarray
    finite: np.ndarray
    alone: np.ndarray

    def exceedance(self, rows: np.ndarray) -> np.ndarray:
        """Return how far rows lie outside, in widths of the range, shape (n, d).

        Values that are not finite have none, nor has a number that is constant in
        training, for it has no width.
        """
        beyond = np.maximum(np.maximum(self.low - rows, rows - self.high), 0.0)
        width = self.high - self.low
        inside = ~np.isfinite(rows) | (self.zero & (rows == 0)) | (width <= 0)
        return np.where(inside, 0.0, beyond / np.where(width > 0, width, 1.0))

    def sides(self, rows: np.ndarray) -> np.ndarray:
        """Return which rows are below, above or not finite, shape (3, n, d)."""
        slack = SLACK * np.maximum(np.abs(self.low), np.abs(self.high))
        other = np.isfinite(rows) & ~(self.zero & (rows == 0))
        below = other & (rows < self.low - slack)
        above = other & (rows > self.high + slack)
        return np.stack([below, above, self.finite & ~np.isfinite(rows)])


def fit_box(rows: np.ndarray, groups: np.ndarray, padded: bool = True) -> Box:
    """Return the box of training rows.

    Args:
        rows: Numbers, shape (n, d).
        groups: Number of the group of each row, shape (n,).
        padded: Whether zeros may be padding.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    finite = np.isfinite(rows)
    zero = _padding(rows, finite) if padded else np.zeros(rows.shape[1], bool)
    counted = finite & ~(zero & (rows == 0))
    low, next_low = _extremes(np.where(counted, rows, np.inf)[order], starts)
    high, next_high = _extremes(np.where(counted, -rows, np.inf)[order], starts)
    high, next_high = -high, -next_high
    alone = counted & ((rows < next_low) | (rows > next_high))
    empty = ~counted.any(axis=0)
    return Box(
        np.where(empty, 0.0, low),
        np.where(empty, 0.0, high),
        zero,
        np.asarray(finite.all(axis=0)),
        alone.any(axis=1),
    )


def _padding(rows: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """Return in which columns zeros stand apart from many other values, shape (d,)."""
    other = finite & (rows != 0)
    low = np.where(other, rows, np.inf).min(axis=0)
    high = np.where(other, rows, -np.inf).max(axis=0)
    gap = np.maximum(low, -high)
    apart = (rows == 0).any(axis=0) & other.any(axis=0) & (gap > 0)
    apart[apart] = gap[apart] > GAP * (high - low)[apart]
    for k in np.flatnonzero(apart):
        apart[k] = len(np.unique(rows[other[:, k], k])) >= MANY
    return apart


def _extremes(rows: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest value of any group, and that of the next group, (d,)."""
    smallest = np.minimum.reduceat(rows, starts, axis=0)  # (groups, d)
    if len(smallest) == 1:
        return smallest[0], np.full(rows.shape[1], np.inf)
    two = np.partition(smallest, 1, axis=0)
    return two[0], two[1]
