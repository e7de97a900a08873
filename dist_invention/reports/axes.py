"""From numbers to places on a drawing: scales and round ticks."""

from collections.abc import Iterable
from dataclasses import dataclass
import math

from dist_invention.reports.words import is_number, number

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Scale:
    """One axis: a range of values laid on 0 .. 1.

    Args:
        low: Value at 0.
        high: Value at 1, above `low`.
        log: Whether equal ratios take equal lengths; needs `low` above 0.

    Raises:
        ValueError: If the range is empty, or a logarithmic one starts at 0 or below.

    Example:
        >>> Scale(1.0, 100.0, log=True).fraction(10.0)
        0.5
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self):
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(
                "Expected low < high, and low > 0 on a logarithmic scale. Received: "
                f"low={self.low}, high={self.high}, log={self.log}. "
                "Use `scale_over` to fit a scale to values."
            )

    def fraction(self, value: float) -> float:
        """Return the place of a value; outside 0 .. 1 where it is out of range."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -math.inf
        return math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self, count: int = 5) -> list[float]:
        """Return about `count` round values within the range."""
        found = self._log_ticks(count) if self.log else []
        return found if len(found) >= 2 else self._linear_ticks(count)

    def _linear_ticks(self, count: int) -> list[float]:
        rough = (self.high - self.low) / count
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.99)
        first, last = math.ceil(self.low / step - 1e-9), self.high / step + 1e-9
        return [index * step for index in range(first, math.floor(last) + 1)]

    def _log_ticks(self, count: int) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for multiples in ((1, 2, 5), (1, 3), (1,)):
            values = [m * 10.0**e for e in range(first, last + 1) for m in multiples]
            inside = [v for v in values if self.low <= v <= self.high * 1.0001]
            if len(inside) <= count + 1:
                return inside
        return inside[:: math.ceil(len(inside) / count)]


def scale_over(values: Iterable[object], log: bool | None = None) -> Scale:
    """Return a scale that holds all values, with a little air.

    Args:
        values: Numbers; anything else is left out.
        log: Logarithmic or not; by default where all are positive and the largest is
            more than 12 times the smallest.
    """
    found = [float(v) for v in values if is_number(v)]  # type: ignore[arg-type]
    if not found:
        return Scale(0.0, 1.0)
    low, high = min(found), max(found)
    log = low > 0 and (high > 12 * low if log is None else log)
    if log:
        return Scale(low / 1.15, high * 1.15, log=True)
    air = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return Scale(min(low - air, 0.0) if low < 0 else max(low - air, 0.0), high + air)


def thinned(points: Points, limit: int = 400) -> Points:
    """Return at most about `limit` points, keeping low and high of each bucket."""
    if len(points) <= limit:
        return points
    size = math.ceil(len(points) / (limit // 2))
    kept: Points = []
    for start in range(0, len(points), size):
        bucket = points[start : start + size]
        ends = {min(bucket, key=lambda p: p[1]), max(bucket, key=lambda p: p[1])}
        kept.extend(sorted(ends))
    return kept


def tick_text(value: float) -> str:
    """Return a tick without needless zeros.

    Example:
        >>> tick_text(0.5), tick_text(20000.0), tick_text(0.0)
        ('0.5', '20k', '0')
    """
    value = round(value, 12)
    if value == 0:
        return "0"
    if 1e4 <= abs(value) < 1e7:
        return f"{value / 1000:g}k"
    short = f"{value:g}"
    return short if len(short) <= 7 else number(value)
