"""What a curriculum really took: each lesson's steps, and the rates at their places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dist_invention.curriculum.schedules import Constant, Joined, Part, Schedule
from dist_invention.curriculum.stage import Stage
from dist_invention.datasets.batches import Source

Pieces = tuple[tuple[int, Schedule], ...]  # steps and rate, one after the other


class BudgetUnknown(ValueError):
    """Nobody says how many epochs the stages of the curriculum took."""


@dataclass(frozen=True)
class Taken:
    """One lesson as it was taken, with its schedules cut where it was left.

    Args:
        stage: The lesson, fixed in length: as many epochs as it took, and no early
            leaving.
        steps_per_epoch: Batches an epoch.

    Example:
        >>> taken([stage], [3], batch_size=32)[0].steps  # doctest: +SKIP
        12
    """

    stage: Stage
    steps_per_epoch: int

    @property
    def steps(self) -> int:
        """Optimizer steps that it took."""
        return self.stage.epochs * self.steps_per_epoch

    @property
    def examples(self) -> int:
        """Examples that it saw."""
        return self.stage.epochs * len(self.stage.data)


def taken(
    stages: Sequence[Stage], epochs: Sequence[int], batch_size: int
) -> list[Taken]:
    """Return the lessons of a curriculum as they were taken.

    Args:
        stages: The curriculum's stages, as planned.
        epochs: How many epochs each took, in order.
        batch_size: Examples a batch.

    Raises:
        BudgetUnknown: If there is not one number for each stage, from 1 to its
            longest duration.
    """
    longest = [stage.epochs for stage in stages]
    fits = len(epochs) == len(longest) and all(
        1 <= took <= most for took, most in zip(epochs, longest, strict=True)
    )
    if not fits:
        raise BudgetUnknown(
            f"Expected the epochs that each of the {len(longest)} stages of the "
            f"curriculum took, from 1 to at most {longest}. "
            f"Received: --stage-epochs {' '.join(map(str, epochs)) or 'nothing'}. "
            "Start controls with --arms, which copies them from the curriculum's run."
        )
    return [
        _cut(stage, took, steps_of(stage.data, batch_size))
        for stage, took in zip(stages, epochs, strict=True)
    ]


def steps_of(data: Source, batch_size: int) -> int:
    """Return the batches an epoch."""
    return -(-len(data) // batch_size)


def rates(lessons: Iterable[Taken]) -> Pieces:
    """Return the learning rates over the whole budget, one piece a lesson."""
    return tuple((item.steps, item.stage.learning_rate) for item in lessons)


def between(pieces: Pieces, begin: int, end: int) -> Schedule:
    """Return the schedule of the steps from `begin` up to, not including, `end`.

    Args:
        pieces: Schedules over the whole budget.
        begin: First step, from 0.
        end: The step after the last one; the end of the budget counts if it is later.
    """
    found: list[tuple[int, Schedule]] = []
    offset = 0
    for steps, schedule in pieces:
        low, high = max(begin - offset, 0), min(end - offset, steps)
        if low < high:
            last = max(1, steps - 1)
            found.append((high - low, part(schedule, low / last, (high - 1) / last)))
        offset += steps
    return joined(found)


def joined(pieces: Sequence[tuple[int, Schedule]]) -> Schedule:
    """Return pieces as one schedule, as plain as possible."""
    first = pieces[0][1]
    is_plain = isinstance(first, Constant) or len(pieces) == 1
    if is_plain and all(schedule == first for _, schedule in pieces):
        return first
    return Joined(tuple(pieces))


def part(schedule: Schedule, start: float, end: float) -> Schedule:
    """Return a stretch of a schedule, as plain as possible."""
    is_whole = start <= 0 and end >= 1
    if is_whole or isinstance(schedule, Constant):
        return schedule
    return Part(schedule, start, end)


def _cut(stage: Stage, epochs: int, steps_per_epoch: int) -> Taken:
    """Fix a stage at the epochs that it took; it then ends at the same rate."""
    planned = max(1, stage.epochs * steps_per_epoch - 1)
    share = (epochs * steps_per_epoch - 1) / planned if epochs < stage.epochs else 1.0
    lesson = replace(
        stage,
        epochs=epochs,
        learning_rate=part(stage.learning_rate, 0.0, share),
        weights={name: part(rule, 0.0, share) for name, rule in stage.weights.items()},
        leave=None,
    )
    return Taken(lesson, steps_per_epoch)
