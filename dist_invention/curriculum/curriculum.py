"""The ordered stages of a run, and the place it has reached."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import NothingToLearn


@dataclass(frozen=True)
class Place:
    """How far a run has come: everything that data and schedules depend on.

    Args:
        stage: Index of the stage, from 0; the number of stages once all are done.
        epoch: Epoch of the stage, from 0.
        step: Batch of the epoch, from 0.
        global_step: Optimizer steps since the start of the run.

    Example:
        >>> Place(0, 1, 5, 25).as_json()["step"]
        5
    """

    stage: int = 0
    epoch: int = 0
    step: int = 0
    global_step: int = 0

    def as_json(self) -> dict[str, int]:
        """Return plain JSON values."""
        return asdict(self)


class Curriculum:
    """Stages in order.

    Args:
        stages: At least one stage; names are unique.
        terms: Names of the loss terms that exist.

    Raises:
        ValueError: If there is no stage, or two have one name.
        NothingToLearn: If a stage weighs a term that does not exist, or a term has
            no weight in any stage.

    Example:
        >>> len(Curriculum([stage], terms=["position"]))  # doctest: +SKIP
        1
    """

    def __init__(self, stages: Iterable[Stage], terms: Iterable[str]):
        self.stages = tuple(stages)
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                "Expected at least one stage, each with a name of its own. "
                f"Received: {names}. Name every stage once."
            )
        known = set(terms)
        used = {term for stage in self.stages for term in stage.weights}
        if used - known:
            raise NothingToLearn(
                f"Expected the stages to weigh the loss terms {sorted(known)}. "
                f"Received: {sorted(used - known)}. Add the term to build_terms, or "
                "correct its name in the stage."
            )
        if known - used:
            raise NothingToLearn(
                "Expected every loss term to have a weight in some stage. "
                f"Received: no weight for {sorted(known - used)}. "
                "Give it one, or drop the term."
            )

    def __len__(self) -> int:
        return len(self.stages)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def folder(self, index: int) -> str:
        """Return the folder name of a stage, as in `"01-pattern"`."""
        return f"{index + 1:02d}-{self.stages[index].name}"

    def part(self, names: Iterable[str]) -> "Curriculum":
        """Return the curriculum of these stages only, in its own order.

        Raises:
            ValueError: If a name is unknown.
        """
        wanted = list(names)
        known = [stage.name for stage in self.stages]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise ValueError(
                f"Expected stages among {known}. Received: {unknown}. Correct --stages."
            )
        kept = [stage for stage in self.stages if stage.name in wanted]
        return Curriculum(kept, {term for stage in kept for term in stage.weights})

    def describe(self) -> list[dict[str, Any]]:
        """Return the stages as plain JSON values."""
        return [
            {
                "name": stage.name,
                "data": stage.data.name,
                "examples_per_epoch": len(stage.data),
                "epochs": stage.epochs,
                "learning_rate": repr(stage.learning_rate),
                "weights": {name: repr(rule) for name, rule in stage.weights.items()},
                "leave": repr(stage.transition),
                **({"balance": repr(stage.balance)} if stage.balance else {}),
            }
            for stage in self.stages
        ]
