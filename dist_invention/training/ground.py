"""What a run stands on: data, stages, backend, precision; and the plain optimizer."""

from collections.abc import Iterable, Mapping
import re
from typing import Any

from dist_invention.curriculum import Curriculum
from dist_invention.datasets import Split
from dist_invention.runtime import Machine
from dist_invention.storage import canonical_sha256, to_json
from dist_invention.training.selection import Selection
import keras


def ground(
    machine: Machine,
    splits: Mapping[str, Split],
    curriculum: Curriculum,
    selection: Selection,
) -> dict[str, str]:
    """What the state of a run depends on beside its configuration.

    The weights of the best epoch are part of it; a rule that keeps none is not.
    """
    plan = re.sub(r" at 0x[0-9a-f]+", "", to_json(curriculum.describe()))
    data = {f"split {split.name}": split.sha256[:16] for split in splits.values()}
    return {
        "backend": machine.backend,
        "precision": machine.policy,
        "stages": canonical_sha256(plan)[:16],
        **({} if selection.rule == "last" else {"selection": str(selection)}),
        **data,
    }


def refuse_schedule(optimizer: Any) -> None:
    """Refuse an optimizer that brings a schedule of its own.

    Raises:
        ValueError: Since the stages turn the rate.
    """
    rate = getattr(optimizer, "_learning_rate", None)
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        raise ValueError(
            "Expected build_optimizer to give a plain learning rate, which the stages "
            f"turn. Received: {type(rate).__name__}. Give the schedule to each Stage "
            "as its learning_rate."
        )


def named(splits: Iterable[Split]) -> dict[str, Split]:
    """Return splits by name.

    Raises:
        ValueError: If two have one name.
    """
    found = list(splits)
    names = [split.name for split in found]
    if len(set(names)) < len(names):
        raise ValueError(
            "Expected every split to have a name of its own. "
            f"Received: {names}. Rename those that share one."
        )
    return dict(zip(names, found, strict=True))
