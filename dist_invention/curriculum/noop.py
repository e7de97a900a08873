"""Stages that claim a difference must show it: the no-op detector.

The record's third and fourth stage named options that nobody read, and changed
nothing for a hundred epochs. Here each option in which a stage differs from the one
before is tried on the same batch and weights before training starts.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, zip_longest

from dist_invention.curriculum.balancing import Balancer, Controller
from dist_invention.curriculum.schedules import Schedule
from dist_invention.curriculum.stage import Stage
from dist_invention.datasets.batches import Batch, Batches
import keras
import numpy as np

LOOKS = 20  # at losses, while two balancers are compared
POINTS = tuple(i / 100 for i in range(101))  # where two schedules are compared
Probe = Callable[[Mapping[str, float], Batch], tuple[float, float]]


class StageChangesNothing(ValueError):
    """An option of a stage has no effect."""


def refuse_noop_stages(
    stages: Sequence[Stage], batch_size: int, seed: int, probe: Probe
) -> None:
    """Raise if an option that changes from stage to stage has no effect.

    Args:
        stages: The stages in order.
        batch_size: Examples a batch.
        seed: Seed of the run.
        probe: Takes weights of the loss terms and a batch, returns loss and gradient
            norm at the same model weights.

    Raises:
        StageChangesNothing: Naming the stage and the option.
    """
    for before, after in pairwise(stages):
        batches = Batches(after.data, batch_size, seed, "no-op probe")
        batch = batches.batch(0, 0)
        options = [
            ("data", _data_differs(before, after, batches)),
            ("learning_rate", _rate_differs(before, after)),
            ("balance", _balance_differs(before, after)),
            *_term_effects(before, after, batch, probe),
        ]
        silent = [option for option, effect in options if effect is False]
        if silent:
            raise StageChangesNothing(
                f"Expected each option in which stage `{after.name}` differs from "
                f"`{before.name}` to change the loss, the gradient, the data or the "
                f"rate. Received: no effect of {silent} on the same batch and weights. "
                "Remove the option, or make something read it."
            )
        if all(effect is None for _, effect in options) and (
            before.epochs == after.epochs and before.leave == after.leave
        ):
            raise StageChangesNothing(
                f"Expected stage `{after.name}` to differ from `{before.name}`. "
                "Received: the same data, rate, loss weights and length. "
                "Drop one of them."
            )


def _data_differs(before: Stage, after: Stage, batches: Batches) -> bool | None:
    """`None`: the same source; `False`: another source with the same examples.

    Two sources may agree in their first batch, so a whole epoch is compared.
    """
    if before.data is after.data:
        return None
    other = Batches(before.data, batches.batch_size, batches.seed, batches.stage)
    return not all(
        ours is not None and theirs is not None and _same(ours, theirs)
        for ours, theirs in zip_longest(batches.epoch(0), other.epoch(0))
    )


def _same(batch: Batch, other: Batch) -> bool:
    ours, theirs = keras.tree.flatten(batch), keras.tree.flatten(other)
    return len(ours) == len(theirs) and all(
        np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True)
    )


def _rate_differs(before: Stage, after: Stage) -> bool | None:
    """`None`: the same schedule; `False`: written otherwise, the same numbers."""
    if before.learning_rate == after.learning_rate:
        return None
    return _values(before.learning_rate) != _values(after.learning_rate)


def _balance_differs(before: Stage, after: Stage) -> bool | None:
    """`None`: the same balancer; `False`: another one that sets the same weights."""
    if before.balance == after.balance:
        return None
    try:
        theirs = _balanced(after, before.balance)
    except ValueError:  # it names a term that has no weight in this stage
        return True
    return _balanced(after, after.balance) != theirs


def _balanced(stage: Stage, balance: Balancer | None) -> list[dict[str, float]]:
    """Return the weights of a stage while its terms fall at rates of their own."""
    if balance is None:
        return [stage.weights_at(look / LOOKS) for look in range(LOOKS)]
    ends = stage.weights_at(1.0)
    controller = Controller(balance, ends, stage.name)
    found = []
    for look in range(LOOKS):
        found.append(controller.weights())
        losses = {
            name: 1000.0**index * (index + 1.0) ** -look
            for index, name in enumerate(sorted(ends))
        }
        controller.see(losses, (look + 1) / LOOKS)
    return found


def _term_effects(before: Stage, after: Stage, batch: Batch, probe: Probe):
    """Yield each changed loss weight and whether loss and gradient notice it."""
    for name in sorted({*before.weights, *after.weights}):
        old, new = before.weights.get(name), after.weights.get(name)
        if old == new:
            continue
        ours, theirs = _values(new), _values(old)
        moved = [i for i in range(len(POINTS)) if ours[i] != theirs[i]]
        if not moved:
            yield f"weights[{name}]", False
            continue
        point = moved[-1]
        weights = after.weights_at(POINTS[point])
        loss_a, norm_a = probe(weights, batch)
        loss_b, norm_b = probe({**weights, name: theirs[point]}, batch)
        yield f"weights[{name}]", loss_a != loss_b and norm_a != norm_b


def _values(schedule: Schedule | None) -> list[float]:
    return [0.0 if schedule is None else schedule.at(point) for point in POINTS]
