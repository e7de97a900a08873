"""Keep the weights of the best epoch, as validation saw them, in each checkpoint."""

from collections.abc import Mapping
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.datasets import Split
from dist_invention.runtime.state import Snapshot, as_float
from dist_invention.runtime.step import StepResult
from dist_invention.training.checkpoint import Checkpointer
from dist_invention.training.selection import Selection, selection_of
import keras
import numpy as np

RECORD = "selected"  # name in a checkpoint's record, and of its arrays


def keepers(
    experiment: Any,
    inner: keras.Model,
    splits: Mapping[str, Split],
    checkpointer: Checkpointer,
) -> list["BestWeights"]:
    """Return what keeps the weights that a rule may pick; none for the last ones.

    Args:
        experiment: Says the rule.
        inner: The model whose variables are kept.
        splits: All splits by name; those that select are validated in this order.
        checkpointer: Takes what is kept.
    """
    rule = selection_of(experiment)
    if rule.rule == "last":
        return []
    names = [name for name, split in splits.items() if split.role == "select"]
    return [BestWeights(rule, inner, names.index(rule.split or ""), checkpointer)]


def carried(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return those arrays of a checkpoint that are the weights of the best epoch."""
    prefix = f"{RECORD}/"
    return {name: array for name, array in arrays.items() if name.startswith(prefix)}


class BestWeights(keras.callbacks.Callback):
    """Keep a copy of the weights of the best epoch, as validation saw them.

    It is a Keras callback, so that it copies before another callback such as
    `SwapEMAWeights` takes the weights of the validation out of the model again; it
    must be the first of its list. It is a watcher too: what validation found counts
    once the epoch is over. What is kept belongs to the checkpointer, so that each
    checkpoint holds the choice with its weights, and a resumed or rolled back run
    makes the same one.

    Args:
        selection: A rule that is not `last`.
        inner: The model whose variables are kept.
        position: Which of an epoch's validations is that of the split; 0 the first.
        checkpointer: Takes the choice and its arrays.

    Example:
        >>> BestWeights(Selection.best("near"), model, 0, saver)  # doctest: +SKIP
    """

    def __init__(
        self,
        selection: Selection,
        inner: keras.Model,
        position: int,
        checkpointer: Checkpointer,
    ):
        super().__init__()
        self.selection = selection
        self.inner = inner
        self.position = position
        self.checkpointer = checkpointer
        self._validations = 0
        self._found: tuple[float, dict[str, Any]] | None = None

    def on_epoch_begin(self, epoch, logs=None):
        """Count the validations of this epoch."""
        self._validations, self._found = 0, None

    def on_test_end(self, logs=None):
        """Copy the weights if they are the best that this split saw."""
        position, self._validations = self._validations, self._validations + 1
        if position != self.position:
            return
        value = as_float((logs or {})[self.selection.measure])
        best = self.checkpointer.record.get(RECORD, {}).get("value")
        if self.selection.is_better(value, best):
            self._found = value, Snapshot().take(self.inner)

    def after_step(self, place: Place, result: StepResult) -> None:
        """Nothing: weights are judged once an epoch."""

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Keep what validation found."""
        if self._found is None:
            return
        value, weights = self._found
        self._found = None
        self.checkpointer.record[RECORD] = {
            "step": place.global_step,
            "value": value,
            "stage": place.stage,
            "epoch": place.epoch,
        }
        self.checkpointer.carried = {
            f"{RECORD}/{name}": array for name, array in weights.items()
        }

    def get_state(self) -> dict[str, Any]:
        """Return nothing: the checkpointer holds it."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take nothing up."""
