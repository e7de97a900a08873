"""Why a step fails, in numbers: records of a window, directions, growth of a path.

A V that looks ahead by a maximum fails where the value that comes into sight is a
record of its window. Read backwards, that is a random walk which never falls below its
beginning, so that the law of its frequency follows exactly from the mean growth.
"""

from dataclasses import dataclass

from dist_invention.domains.collatz.closed_forms import valuations
from dist_invention.domains.collatz.metrics import violations
from dist_invention.domains.collatz.rules import LOG2_3
import numpy as np

MOST = 4  # valuations from here on are counted as one


@dataclass(frozen=True)
class Rates:
    """Shares of steps that fail; NaN where there is no such step.

    Args:
        every: Of all steps.
        growth: Of those with T(n) > n, which have valuation 1.
        decay: Of the others.

    Example:
        >>> Rates(every=0.1, growth=0.12, decay=0.08).growth
        0.12
    """

    every: float
    growth: float
    decay: float


def rates(value: np.ndarray, growth: np.ndarray) -> Rates:
    """Return how often V fails on growth and on decay steps.

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2).
        growth: 1 where T(n) > n, shape (n,).

    Example:
        >>> rates(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([1, 0]))
        Rates(every=0.5, growth=1.0, decay=0.0)
    """
    failed, grows = violations(value), np.asarray(growth) > 0.5
    return Rates(_mean(failed), _mean(failed[grows]), _mean(failed[~grows]))


def rates_by_valuation(value: np.ndarray, height: np.ndarray) -> list[float]:
    """Return how often V fails at steps of valuation 1, 2, 3, and 4 or more.

    Args:
        value: V(n) and V(T(n)) in bits, shape (n, 2).
        height: Heights in bits, shape (n, W).
    """
    failed = violations(value)
    first = np.minimum(valuations(height[:, :2])[:, 0], MOST)
    return [_mean(failed[first == k]) for k in range(1, MOST + 1)]


def record_rates(growth_bits: float, lookahead: int) -> Rates:
    """Return how often PEAK fails on a random path of a mean growth, exactly.

    Valuations are independent and geometric. The newly visible value is a record of
    its window if every sum of the last j steps of L + 1 goes up. A growth step at the
    window's beginning goes up itself, so that the L steps after it decide alone: its
    rate is that of all steps at lookahead L - 1. A decay step must be made good by
    them too.

    Args:
        growth_bits: Mean growth a step in bits, below log2(3) - 1 = 0.585; -0.415 for
            random integers, and about -0.1 on the paths that are longest for their
            size.
        lookahead: L, at least 0.

    Raises:
        ValueError: If no valuations of at least 1 have such a mean.

    Example:
        >>> rates = record_rates(-0.415, lookahead=10)
        >>> round(rates.every, 3), round(rates.growth, 3), round(rates.decay, 3)
        (0.057, 0.065, 0.05)
    """
    mean = LOG2_3 - growth_bits
    if not mean > 1:
        raise ValueError(
            f"Expected a mean growth below {LOG2_3 - 1:.3f} bits a step, since each "
            f"step halves at least once. Received: growth_bits={growth_bits}. "
            "Give the growth a step of a path down to 1, which is negative."
        )
    rate = 1.0 / mean
    before = _rising(rate, lookahead)
    every, growth = _rising(rate, lookahead + 1).sum(), before.sum()
    return Rates(
        float(every), float(growth), float((every - rate * growth) / (1 - rate))
    )


def _rising(rate: float, steps: int) -> np.ndarray:
    """Return the law of the sum of valuations of walks of which each part goes up.

    Entry K is the probability that the valuations of `steps` steps sum to K and those
    of the first j of them are below j log2 3 for each j.
    """
    law = np.ones(1)
    for step in range(1, steps + 1):
        room = int(np.floor(step * LOG2_3)) + 1
        valuation = np.arange(1, room + 1)
        steps_law = np.concatenate([[0.0], rate * (1 - rate) ** (valuation - 1)])
        law = np.convolve(law, steps_law)[:room]
    return law


@dataclass(frozen=True)
class Climb:
    """The course of one path down to 1.

    Args:
        steps: Applications of T until 1.
        size: log2 of the first value, in bits.
        climb: Bits from there to the highest value.
        steps_up: Steps until the highest value.

    Example:
        >>> climb_of([3, 5, 1])
        Climb(steps=2, size=1.585, climb=0.737, steps_up=1)
    """

    steps: int
    size: float
    climb: float
    steps_up: int

    @property
    def growth(self) -> float:
        """Mean growth a step over the whole path, in bits: -size / steps."""
        return -self.size / self.steps


def climb_of(path: list[int]) -> Climb:
    """Return the course of a path.

    Args:
        path: Odd values from the first to 1, at least one step.
    """
    bits = np.log2(np.array([float(n) for n in path]))
    top = int(bits.argmax())
    size, climb = float(bits[0]), float(bits[top] - bits[0])
    return Climb(len(path) - 1, round(size, 3), round(climb, 3), top)


def _mean(flags: np.ndarray) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
