"""Is it a leak? A steady growth told apart from levels, stairs, settling and noise."""

from collections.abc import Sequence
from itertools import combinations, pairwise
import math
from statistics import median

Point = tuple[float, float]

BLOCKS = 12  # medians that a window is reduced to
SHORTEST = 3 * BLOCKS  # readings below which nothing is said
REACH = 10  # a forecast goes at most so many times as far as what was seen
Z = 3.29  # two-sided 99.9 per cent
STAIR = 0.3  # share of the rise that one block may bring; three stairs bring more
SETTLING = 0.5  # the later half grows at least at this share of the whole slope


def steps_until(
    steps: Sequence[float], values: Sequence[float], room: float
) -> tuple[float, float] | None:
    """Return when a growing value has used up its room, if it does grow.

    The whole window is looked at, then its later half, quarter and so on, so that a
    growth that has just begun is not hidden by what came before. The soonest end
    counts, but a window promises nothing for longer than `REACH` times its length.

    Args:
        steps: When each value was read, in rising order.
        values: The values, as in MiB.
        room: How much more there is, in the same unit.

    Returns:
        Steps from the last value until the end, and the slope by step; `None` where
        the values do not grow steadily, or the end is out of reach.

    Example:
        >>> steps_until(range(48), [3.0 * step for step in range(48)], room=300.0)
        (100.0, 3.0)
        >>> steps_until(range(48), [5.0] * 24 + [90.0] * 24, room=300.0) is None
        True
    """
    found = []
    count = len(steps)
    while count >= SHORTEST:
        slope = growth(steps[-count:], values[-count:])
        if slope is not None:
            left = room / slope
            if left <= REACH * (steps[-1] - steps[-count]):
                found.append((left, slope))
        count //= 2
    return min(found) if found else None


def growth(steps: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the slope of a steady growth by step, `None` where there is none.

    The slope is the median of all slopes between two points (Theil and Sen); the
    points are medians of twelve blocks, so single spikes do not count. It must differ
    from zero (Sen's interval by Kendall's tau), must not come in up to three stairs,
    and must not die down, as memory does that settles. Where the later half is slower,
    its slope counts.

    Sources: P. K. Sen, Estimates of the regression coefficient based on Kendall's
    tau, Journal of the American Statistical Association 63 (1968).

    Args:
        steps: When each value was read, in rising order.
        values: As many values.

    Returns:
        `None` also for fewer readings than `SHORTEST`.
    """
    if len(steps) < SHORTEST or steps[-1] <= steps[0]:
        return None
    points = _medians(steps, values)
    slopes = _slopes(points)
    if not slopes:
        return None
    n = len(points)
    spread = Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    lowest = slopes[max(0, math.floor((len(slopes) - spread) / 2))]
    if lowest <= 0:
        return None
    slope = median(slopes)
    rise = points[-1][1] - points[0][1]
    if max(b[1] - a[1] for a, b in pairwise(points)) > STAIR * rise:
        return None
    late = median(_slopes(points[n // 2 :]) or [0.0])
    return min(slope, late) if late >= SETTLING * slope else None


def _medians(steps: Sequence[float], values: Sequence[float]) -> list[Point]:
    """One point a block; blocks differ by at most one reading in size."""
    edges = [round(index * len(steps) / BLOCKS) for index in range(BLOCKS + 1)]
    return [
        (median(steps[begin:end]), median(values[begin:end]))
        for begin, end in pairwise(edges)
    ]


def _slopes(points: Sequence[Point]) -> list[float]:
    """The slopes between every two points, in order of size."""
    return sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(points, 2)
        if later[0] > earlier[0]
    )
