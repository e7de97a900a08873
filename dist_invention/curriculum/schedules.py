"""A number as a function of progress through a stage."""

from dataclasses import dataclass
import math
from typing import Protocol

NEAR = 1e-6  # steps: what rounding makes of a whole number


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


@dataclass(frozen=True)
class Part:
    """A stretch of another schedule, spread over a whole stage.

    Args:
        schedule: What to follow.
        start: Progress of that schedule at the beginning of this stage.
        end: Its progress at the end, not before `start`.

    Example:
        >>> Part(Linear(0.0, 1.0), 0.5, 1.0).at(0.5)
        0.75
    """

    schedule: Schedule
    start: float
    end: float

    def __post_init__(self):
        if not 0 <= self.start <= self.end <= 1:
            raise ValueError(
                "Expected a part of a schedule to lie between 0 and 1, in order. "
                f"Received: start={self.start}, end={self.end}. Give shares of it."
            )

    def at(self, progress: float) -> float:
        """Return the value at this share of the stage."""
        share = min(1.0, progress)
        return self.schedule.at(self.start + (self.end - self.start) * share)


@dataclass(frozen=True)
class Joined:
    """Schedules one after the other, each over its own number of steps.

    Each begins with its own progress 0 and ends with its own progress 1, as it would
    over a stage of that many steps.

    Args:
        pieces: Steps and schedule of each, in order; all steps are those of the stage.

    Example:
        >>> two = Joined(((2, Constant(0.1)), (3, Linear(0.0, 1.0))))
        >>> [two.at(step / 4) for step in range(5)]
        [0.1, 0.1, 0.0, 0.5, 1.0]
    """

    pieces: tuple[tuple[int, Schedule], ...]

    def __post_init__(self):
        if not self.pieces or any(steps < 1 for steps, _ in self.pieces):
            raise ValueError(
                "Expected at least one schedule, each over one step or more. "
                f"Received: steps {[steps for steps, _ in self.pieces]}. "
                "Leave out what takes no step."
            )

    @property
    def steps(self) -> int:
        """Steps of all pieces together."""
        return sum(steps for steps, _ in self.pieces)

    def at(self, progress: float) -> float:
        """Return the value at this share of the stage."""
        step = min(1.0, progress) * (self.steps - 1)
        step = round(step) if abs(step - round(step)) < NEAR else step
        begins = 0
        for steps, schedule in self.pieces[:-1]:
            if step < begins + steps:
                return schedule.at(_share(step - begins, steps))
            begins += steps
        steps, schedule = self.pieces[-1]
        return schedule.at(_share(step - begins, steps))


def _share(step: float, steps: int) -> float:
    """Return how much of a piece is over; between two pieces the first one is."""
    return min(1.0, step / max(1, steps - 1))


def _check_share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise ValueError(
            f"Expected `{name}` to be a share of the stage, over 0 and at most 1. "
            f"Received: {name}={value}. Use 1.0 for the whole stage."
        )
