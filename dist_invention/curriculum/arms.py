"""The arms of a comparison: one budget, the same lessons, otherwise arranged.

A curriculum is a hypothesis; its control is the same data, steps and rates without the
order. What such controls showed: Wu, Dyer and Neyshabur, "When Do Curricula Work?",
ICLR 2021 (random order mostly does as well).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
import difflib

from dist_invention.curriculum.lengths import fixed, spread
from dist_invention.curriculum.schedules import Constant, Cosine
from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.taken import Pieces, Taken, between, rates, taken
from dist_invention.datasets.batches import Source
from dist_invention.runtime.seeds import stream

CURRICULUM, REPLAY = "curriculum", "replay"
DROP, DROP_ONE = "drop-", "drop-one"
ARMS = {
    CURRICULUM: "the stages as they are",
    "joint": "all data and losses from the first step, one smooth rate",
    "restart-lr": "joint, with the rates of the curriculum's stages, restarts included",
    "random": "the lessons in a random other order, the rates at their places",
    "anti": "the lessons in reverse order, the rates at their places",
    "final-only": "the last stage for the whole budget, the rates at their places",
    REPLAY: "the curriculum again at fixed lengths; it must give the same numbers",
}
POINTS = 200  # at which the first stage's rate is looked at


class UnknownArm(ValueError):
    """An arm that nobody knows how to arrange."""


def expand(
    arms: Iterable[str], stages: Sequence[str], others: Iterable[str] = ()
) -> list[str]:
    """Return the arms that are asked for, each once, the curriculum first.

    Args:
        arms: Names; `drop-one` stands for `drop-<stage>` of every stage.
        stages: Names of the curriculum's stages; may be empty if no arm drops one.
        others: Names of the arms that an experiment adds.

    Raises:
        UnknownArm: Naming the nearest arm that there is.

    Example:
        >>> expand(["joint", "drop-one"], ["easy", "hard"])
        ['curriculum', 'joint', 'drop-easy', 'drop-hard']
    """
    drops = [DROP + name for name in stages]
    known = [*ARMS, *drops, *others]
    found = [CURRICULUM]
    for arm in arms:
        if arm != DROP_ONE and arm not in known:
            raise _unknown(arm, [*known, DROP_ONE])
        found += drops if arm == DROP_ONE else [arm]
    return list(dict.fromkeys(found))


def arrange(
    stages: Sequence[Stage],
    arm: str,
    epochs_taken: Sequence[int],
    batch_size: int,
    seed: int,
) -> list[Stage]:
    """Return the stages of an arm, at the budget that the curriculum really took.

    Each is fixed in length, and all together take exactly the steps of the curriculum;
    where these are no whole number of epochs, a short stage takes the rest. Learning
    rates stay at their places in the budget, whatever is learned there, but for
    `joint`. A lesson keeps its name and data, and so its batches, and its loss
    weights, spread over its length.

    Args:
        stages: The curriculum's stages, as planned.
        arm: One of `ARMS`, or `drop-<stage>`.
        epochs_taken: How many epochs each stage took, in order.
        batch_size: Examples a batch.
        seed: Seed of the run; it chooses the order of `random`.

    Raises:
        UnknownArm: If there is no such arm, or too few stages for it.
        BudgetUnknown: If `epochs_taken` does not fit the stages.

    Example:
        >>> arrange(stages, "joint", [3, 5], 32, seed=0)  # doctest: +SKIP
    """
    if arm == CURRICULUM:
        return list(stages)
    names = [stage.name for stage in stages]
    known = [*ARMS, *(DROP + name for name in names)]
    if arm not in known:
        raise _unknown(arm, known)
    lessons = taken(stages, epochs_taken, batch_size)
    if len(lessons) < 2 and arm in ("random", "anti", *known[len(ARMS) :]):
        raise UnknownArm(
            f"Expected a curriculum of at least two stages for arm `{arm}`. "
            f"Received: {names}. Compare with joint or final-only instead."
        )
    pieces, total = rates(lessons), sum(item.steps for item in lessons)
    if arm in ("joint", "restart-lr"):
        rows = _joint(lessons, batch_size)
        pieces = _smooth(pieces) if arm == "joint" else pieces
    elif arm == "final-only":
        rows = fixed(lessons[-1].stage, total, batch_size)
    elif arm.startswith(DROP):
        rows = _without(lessons, arm.removeprefix(DROP), batch_size)
    else:
        rows = [(item.stage, item.steps) for item in _ordered(lessons, arm, seed)]
    return _at_places(rows, pieces)


def last_weights(stages: Iterable[Stage]) -> dict[str, float]:
    """Return the weight with which each loss term ends: that of the last stage with it.

    Args:
        stages: Stages in order; terms of any of them are included.
    """
    weights: dict[str, float] = {}
    for stage in stages:
        weights.update(stage.weights_at(1.0))
    return weights


def _ordered(lessons: list[Taken], arm: str, seed: int) -> list[Taken]:
    if arm == REPLAY:
        return lessons
    if arm == "anti":
        return lessons[::-1]
    generator = stream(seed, "arm", arm)
    order = list(range(len(lessons)))
    while order == sorted(order):
        order = generator.permutation(len(lessons)).tolist()
    return [lessons[index] for index in order]


def _at_places(rows: list[tuple[Stage, int]], pieces: Pieces) -> list[Stage]:
    """Give each lesson the rates that the budget has at its place."""
    found, begin = [], 0
    for stage, steps in rows:
        rate = between(pieces, begin, begin + steps)
        found.append(replace(stage, learning_rate=rate))
        begin += steps
    return found


def _without(
    lessons: list[Taken], name: str, batch_size: int
) -> list[tuple[Stage, int]]:
    """Leave a lesson out and give its steps to the others, in proportion."""
    total = sum(item.steps for item in lessons)
    kept = [item for item in lessons if item.stage.name != name]
    share = total / sum(item.steps for item in kept)
    rows: list[tuple[Stage, int]] = []
    used, wanted = 0, 0.0
    for place, item in enumerate(kept[:-1]):
        wanted += item.steps * share
        epochs = max(1, round((wanted - used) / item.steps_per_epoch))
        later = sum(other.steps_per_epoch for other in kept[place + 1 : -1]) + 1
        epochs = min(epochs, (total - used - later) // item.steps_per_epoch)
        rows.append((replace(item.stage, epochs=epochs), epochs * item.steps_per_epoch))
        used += epochs * item.steps_per_epoch
    return rows + fixed(kept[-1].stage, max(1, total - used), batch_size)


def _joint(lessons: list[Taken], batch_size: int) -> list[tuple[Stage, int]]:
    """All data in the shares that the curriculum showed, all losses, from the start."""
    sources: dict[int, tuple[list[str], Source, int]] = {}
    for item in lessons:
        data = item.stage.data
        names, _, seen = sources.get(id(data), ([], data, 0))
        sources[id(data)] = ([*names, item.stage.name], data, seen + item.examples)
    parts = {"+".join(names): (data, seen) for names, data, seen in sources.values()}
    weights = last_weights(item.stage for item in lessons)
    stage = replace(
        lessons[-1].stage,
        name="joint",
        weights={name: Constant(value) for name, value in weights.items()},
    )
    steps = sum(item.steps for item in lessons)
    epochs = sum(item.stage.epochs for item in lessons)
    return spread(stage, "joint", parts, steps, epochs, batch_size)


def _smooth(pieces: Pieces) -> Pieces:
    """Half a cosine from the first rate to the last; a warm-up at the start stays."""
    steps, first = pieces[0]
    total = sum(count for count, _ in pieces)
    end = pieces[-1][1].at(1.0)
    values = [first.at(point / POINTS) for point in range(POINTS + 1)]
    peak = values.index(max(values))
    rising = round(peak / POINTS * steps)
    if rising == 0:
        return ((total, Cosine(values[0], end)),)
    if rising >= total:
        return ((total, first),)
    return (rising, between(pieces, 0, rising)), (
        total - rising,
        Cosine(values[peak], end),
    )


def _unknown(arm: str, known: list[str]) -> UnknownArm:
    near = difflib.get_close_matches(arm, known, n=1, cutoff=0.4)
    cure = f"Did you mean {near[0]}?" if near else "Choose one of them."
    return UnknownArm(
        f"Expected an arm among {', '.join(known)}. Received: {arm!r}. {cure}"
    )
