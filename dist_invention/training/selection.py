"""Which weights are judged, said before the run: the last, or the best on a split."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import math
from typing import Any, Literal, Self

from dist_invention.datasets import Split


class NoSelection(ValueError):
    """An experiment does not say which weights are judged, or cannot be obeyed."""


@dataclass(frozen=True)
class Selection:
    """The rule that picks the weights which are judged; make it by `last` or `best`.

    Args:
        rule: The weights at the end of the last stage, or those of the best epoch.
        split: Name of the select split on which the best epoch is found.
        measure: What is compared there: `loss`, or the name of a loss term. Where
            stages weigh the terms differently only a term means the same in all.
        better: Whether a lower or a higher value is better.

    Raises:
        NoSelection: If a rule lacks what it needs, or has what it does not need.

    Example:
        >>> Selection.best("select_near", "velocity").key
        'velocity on `select_near`'
        >>> Selection.last().as_json()
        {'rule': 'last', 'split': None, 'measure': None}
    """

    rule: Literal["last", "best"]
    split: str | None = None
    measure: str | None = None
    better: Literal["lower", "higher"] = "lower"

    def __post_init__(self):
        is_best = self.rule == "best"
        whole = bool(self.split) == bool(self.measure) == is_best
        if self.rule not in ("last", "best") or not whole:
            raise NoSelection(
                "Expected the last weights, or the best by one measure on one select "
                f"split. Received: rule {self.rule!r}, split {self.split!r}, measure "
                f"{self.measure!r}. Use Selection.last() or Selection.best(split, "
                "measure)."
            )
        if self.better not in ("lower", "higher"):
            raise NoSelection(
                "Expected `better` to be lower or higher. "
                f"Received: {self.better!r}. Choose one of them."
            )

    @classmethod
    def last(cls) -> Self:
        """Judge the weights at the end of the last stage."""
        return cls("last")

    @classmethod
    def best(
        cls,
        split: str,
        measure: str = "loss",
        better: Literal["lower", "higher"] = "lower",
    ) -> Self:
        """Judge the weights of the epoch that is best on a select split.

        Args:
            split: Name of a split whose role is select; near the training data or
                far from it, as the split is.
            measure: `loss`, or the name of a loss term, as validation logs it.
            better: Which values of it are better.
        """
        return cls("best", split, measure, better)

    @property
    def key(self) -> str:
        """What is compared, in words."""
        return f"{self.measure} on `{self.split}`"

    def is_better(self, value: float, than: float | None) -> bool:
        """Return whether a value beats the best one so far; a NaN never does."""
        if not math.isfinite(value):
            return False
        if than is None:
            return True
        return value < than if self.better == "lower" else value > than

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain: dict[str, Any] = {
            "rule": self.rule,
            "split": self.split,
            "measure": self.measure,
        }
        return plain if self.rule == "last" else {**plain, "better": self.better}

    def refuse_moving_loss(self, stages: Iterable[Any]) -> None:
        """Refuse to compare a loss whose terms are weighed otherwise from time to time.

        Raises:
            NoSelection: If the measure is `loss` and a weight ever changes.
        """
        lessons = list(stages)
        weights = {
            tuple(sorted((name, w) for name, w in stage.weights_at(at).items() if w))
            for stage in lessons
            for at in (0.0, 0.25, 0.5, 0.75, 1.0)
        }
        moves = len(weights) > 1 or any(stage.balance for stage in lessons)
        if self.measure == "loss" and moves:
            raise NoSelection(
                "Expected a measure that means the same in every epoch. Received: "
                "`loss`, whose terms are weighed otherwise from epoch to epoch. Name a "
                "loss term in Selection.best."
            )

    def refuse_unknown(self, splits: Mapping[str, Split], terms: Iterable[str]) -> None:
        """Refuse a split that may not choose, and a measure that nobody logs.

        Raises:
            NoSelection: Naming what there is.
        """
        if self.rule == "last":
            return
        known = [name for name, split in splits.items() if split.role == "select"]
        if self.split not in known:
            found = splits.get(self.split or "")
            what = (
                "no such split" if found is None else f"one whose role is {found.role}"
            )
            raise NoSelection(
                f"Expected a select split to choose weights on, among {known}. "
                f"Received: `{self.split}`, {what}. Name one of them in "
                "Selection.best; a test split chooses nothing."
            )
        measures = ["loss", *terms]
        if self.measure not in measures:
            raise NoSelection(
                f"Expected a measure that validation logs, among {measures}. "
                f"Received: {self.measure!r}. Name one of them in Selection.best."
            )


def selection_of(experiment: Any) -> Selection:
    """Return the rule of an experiment.

    Args:
        experiment: An instance of a `SafeTrainingPipeline`.

    Raises:
        NoSelection: If it names none.
    """
    found = getattr(experiment, "selection", None)
    if not isinstance(found, Selection):
        raise NoSelection(
            f"Expected `{type(experiment).__name__}` to say which weights are judged. "
            f"Received: selection = {found!r}. Write `selection = Selection.last()` "
            "in its class, or Selection.best(split, measure)."
        )
    return found
