"""The only training loop: Keras' compiled step and CallbackList, one step at a time.

`model.fit` cannot resume inside an epoch. This loop can, and is bit-equal to it
otherwise: same order of callbacks, metrics, validation and final averages.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dist_invention.curriculum import Place
from dist_invention.datasets import Batches
from dist_invention.runtime.state import as_float, averages_weights, read_weights
from dist_invention.runtime.step import Step, StepResult
from dist_invention.training.ahead import ahead
import keras
import numpy as np

LOOK_EVERY = 10  # steps between two looks at the norm of the gradient
Arrays = Any  # an array or a structure of them
Restore = Callable[[keras.callbacks.CallbackList], None]


class BatchFailed(RuntimeError):
    """A step raised; no batch is ever skipped because it failed."""


class Watcher(Protocol):
    """Something of this library that looks on: recorder, guard, checkpointer."""

    def after_step(self, place: Place, result: StepResult) -> None:
        """Called after each optimizer step with the place reached."""
        ...

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Called after validation and callbacks with the place reached."""
        ...


@dataclass
class Lesson:
    """What one stage hands to the loop.

    Args:
        batches: Its batches.
        epochs: Longest duration in epochs.
        callbacks: Keras callbacks; fresh ones, in order.
        validation: Arrays (inputs, targets) by prefix, as in `{"val_": (x, y)}`.
        watchers: Called after the callbacks, in order.
        skips: Batches to pass over, as (stage, epoch, step).
        validation_rows: Examples a batch of validation; those of training if left out.
        live: The callbacks while the stage trains; set by the loop.
        raw_weights: The trainable weights as they were before the optimizer's average
            took their place at the end; set by the loop, `None` without an average.

    Example:
        >>> Lesson(batches, epochs=2)  # doctest: +SKIP
    """

    batches: Batches
    epochs: int
    callbacks: list[keras.callbacks.Callback] = field(default_factory=list)
    validation: Mapping[str, tuple[Arrays, Arrays]] = field(default_factory=dict)
    watchers: Sequence[Watcher] = ()
    skips: Collection[tuple[int, int, int]] = ()
    validation_rows: int | None = None
    live: keras.callbacks.CallbackList | None = None
    raw_weights: dict[str, np.ndarray] | None = None


def run_lesson(
    model: Any, step: Step, lesson: Lesson, place: Place, restore: Restore | None = None
) -> Place:
    """Train one stage from a place to its end.

    Args:
        model: A compiled model.
        step: Its compiled step.
        lesson: Batches, callbacks and the rest of the stage.
        place: Where to begin.
        restore: Puts back all state, once callbacks have begun; called at the one
            moment at which nothing resets it again.

    Returns:
        The place after the last epoch, still in this stage.
    """
    steps = lesson.batches.steps_per_epoch
    callbacks = keras.callbacks.CallbackList(
        lesson.callbacks,
        add_history=True,
        model=model,
        epochs=lesson.epochs,
        steps=steps,
        verbose=0,
    )
    lesson.live = callbacks
    model.stop_training = False
    callbacks.on_train_begin()
    if restore is not None and place.step == 0:
        restore(callbacks)
        restore = None
    logs: dict[str, float] = {}
    while place.epoch < lesson.epochs and not model.stop_training:
        if restore is None:
            model.reset_metrics()
        callbacks.on_epoch_begin(place.epoch)
        if restore is not None:
            restore(callbacks)
            restore = None
        place = _run_epoch(model, step, lesson, place)
        logs = _numbers(model.get_metrics_result())
        logs.update(_validate(model, lesson, callbacks))
        callbacks.on_epoch_end(place.epoch, logs)
        place = replace(place, epoch=place.epoch + 1, step=0)
        for watcher in lesson.watchers:
            watcher.after_epoch(place, logs)
    if averages_weights(model.optimizer):
        lesson.raw_weights = read_weights(model)
    model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs)
    return place


def _run_epoch(model: Any, step: Step, lesson: Lesson, place: Place) -> Place:
    callbacks = lesson.live
    assert callbacks is not None
    _refuse_empty_epoch(lesson, place)
    batches = lesson.batches.epoch(place.epoch, start=place.step)
    with closing(ahead(batches, step.ready)) as pairs:
        for batch, ready in pairs:
            index = place.step
            if model.stop_training:
                break
            if (place.stage, place.epoch, index) in lesson.skips:
                place = replace(place, step=index + 1)
                continue
            callbacks.on_train_batch_begin(index)
            result = _step(step, ready, batch, place)
            callbacks.on_train_batch_end(index, result.logs)
            place = replace(place, step=index + 1, global_step=place.global_step + 1)
            for watcher in lesson.watchers:
                watcher.after_step(place, result)
    return place


def _refuse_empty_epoch(lesson: Lesson, place: Place) -> None:
    """No batch, no number: the mean over none would be a loss of zero."""
    steps = range(lesson.batches.steps_per_epoch)
    if all((place.stage, place.epoch, index) in lesson.skips for index in steps):
        raise BatchFailed(
            "Expected at least one batch of each epoch to be finite. Received: epoch "
            f"{place.epoch} of stage {place.stage}, whose {len(steps)} batches are all "
            "passed over. Mend the data, or lower the learning rate."
        )


def _step(step: Step, ready: Any, batch: Any, place: Place) -> StepResult:
    try:
        return step(ready, look=(place.global_step + 1) % LOOK_EVERY == 0)
    except Exception as error:
        shapes = [tuple(np.shape(part)) for part in keras.tree.flatten(batch)]
        raise BatchFailed(
            "Expected every batch to train. Received: "
            f"{type(error).__name__}: {error} in batch {place.step} of epoch "
            f"{place.epoch} of stage {place.stage}, shapes {shapes}. "
            "Mend the batch or the model; the same command resumes before it."
        ) from error


def _validate(model: Any, lesson: Lesson, callbacks) -> dict[str, float]:
    logs = {}
    for prefix, (inputs, targets) in lesson.validation.items():
        scores = model.evaluate(
            inputs,
            targets,
            batch_size=lesson.validation_rows or lesson.batches.batch_size,
            callbacks=callbacks,
            return_dict=True,
            verbose=0,
        )
        logs.update({f"{prefix}{name}": value for name, value in scores.items()})
    return _numbers(logs)


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {name: as_float(value) for name, value in logs.items()}
