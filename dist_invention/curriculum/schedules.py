"""A number as a function of progress through a stage."""

from dataclasses import dataclass
import math
from typing import Protocol


class Schedule(Protocol):
    """Anything that gives a number for a progress between 0 and 1."""

    def at(self, progress: float) -> float:
        """Return the value at this share of the stage's planned steps."""
        ...


@dataclass(frozen=True)
class Constant:
    """The same number all along.

    Args:
        value: The number.

    Example:
        >>> Constant(0.1).at(0.7)
        0.1
    """

    value: float

    def at(self, progress: float) -> float:
        """Return the value."""
        return self.value


@dataclass(frozen=True)
class Linear:
    """A straight line from one number to another, then flat.

    Args:
        start: Value at the beginning.
        end: Value once the line is done.
        until: Share of the stage at which the line ends, in (0, 1].

    Example:
        >>> Linear(0.0, 1.0, until=0.5).at(0.25)
        0.5
    """

    start: float
    end: float
    until: float = 1.0

    def __post_init__(self):
        _check_share("until", self.until)

    def at(self, progress: float) -> float:
        """Return the value at this share of the stage."""
        share = min(1.0, progress / self.until)
        return self.start + (self.end - self.start) * share


@dataclass(frozen=True)
class Cosine:
    """Half a cosine from one number to another.

    Args:
        start: Value at the beginning.
        end: Value at the end.

    Example:
        >>> Cosine(1.0, 0.0).at(0.5)
        0.5
    """

    start: float
    end: float

    def at(self, progress: float) -> float:
        """Return the value at this share of the stage."""
        share = (1 + math.cos(math.pi * min(1.0, progress))) / 2
        return self.end + (self.start - self.end) * share


@dataclass(frozen=True)
class WarmUp:
    """Another schedule, reached from zero on a straight line.

    Args:
        schedule: What to follow.
        until: Share of the stage that the warm-up takes, in (0, 1].

    Example:
        >>> WarmUp(Constant(1.0), until=0.2).at(0.1)
        0.5
    """

    schedule: Schedule
    until: float

    def __post_init__(self):
        _check_share("until", self.until)

    def at(self, progress: float) -> float:
        """Return the value at this share of the stage."""
        return self.schedule.at(progress) * min(1.0, progress / self.until)


def _check_share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise ValueError(
            f"Expected `{name}` to be a share of the stage, over 0 and at most 1. "
            f"Received: {name}={value}. Use 1.0 for the whole stage."
        )
