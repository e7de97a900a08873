"""All that a `fit` remembers: taken as arrays and plain values, and given back."""

from collections.abc import Mapping
import random
from typing import Any

from dist_invention.runtime.state import Snapshot, write_state
from dist_invention.training import resume
from dist_invention.training.data_order import DataOrder
from dist_invention.training.fit_state import (
    describe,
    refuse_hidden_state,
    refuse_other,
)
from dist_invention.training.saved import Saved
import keras
from keras.src.random.seed_generator import global_seed_generator  # no public name
import numpy as np

STATE = "state/"  # prefix of arrays: the model's variables
EPOCH = "epoch_begin/"  # prefix of arrays: random state when the epoch began

Arrays = dict[str, np.ndarray]


class FitMemory:
    """The model, the callbacks and the random state of one `fit`, as one value.

    Args:
        others: The callbacks whose state counts, in order.

    Example:
        >>> memory = FitMemory(keras.callbacks.CallbackList())
        >>> memory.begin_epoch()
        >>> arrays, about = memory.take(model)  # doctest: +SKIP
    """

    def __init__(self, others: keras.callbacks.CallbackList):
        _make_global_generator()
        self.others = others
        self._made_with: Mapping[str, Any] = {}
        self._data: Mapping[str, Any] = {}
        self._snapshot = Snapshot()
        self._epoch: tuple[dict[str, Any], Arrays] = ({}, {})
        self._before_validation: tuple[Arrays, dict[str, Any], Arrays] | None = None

    def begin(self, model: Any, order: DataOrder, saved: Saved | None) -> None:
        """Learn what the state belongs to; refuse a checkpoint of something else.

        Args:
            model: A built and compiled model.
            order: What is known about its data.
            saved: The checkpoint to go on from.

        Raises:
            ForeignCheckpoint: Naming both sides of what differs.
            ValueError: If the model has state that no checkpoint would hold.
        """
        refuse_hidden_state(model)
        self._made_with = describe(model)
        self._data = order.as_json()
        if saved is None:
            return
        then, now = saved.about["made_with"], self._made_with
        if saved.place.step > 0:
            then = {**then, "data": saved.about["data"]}
            now = {**now, "data": self._data}
        refuse_other(then, now, saved.path.name)
        self._made_with = saved.about["made_with"]  # the optimizer may be in use since

    def begin_epoch(self) -> None:
        """Keep the random state that the order of this epoch's data follows from."""
        self._epoch = resume.collect(None)

    def begin_validation(self, model: Any) -> None:
        """Keep what a validation changes, which is done again if it is left."""
        metrics = {
            f"{STATE}metrics/{index:04d}": np.array(
                keras.ops.convert_to_numpy(variable.value)
            )
            for index, variable in enumerate(model.metrics_variables)
        }
        self._before_validation = (metrics, *resume.collect(self.others))

    def end_validation(self) -> None:
        """Drop what was kept."""
        self._before_validation = None

    def take(self, model: Any) -> tuple[Arrays, dict[str, Any]]:
        """Return everything; the arrays change with the next call.

        Args:
            model: The model, on JAX with its variables up to date.

        Returns:
            Arrays by name, and plain JSON values.
        """
        arrays = {f"{STATE}{k}": v for k, v in self._snapshot.take(model).items()}
        metrics, memory, extra = self._before_validation or (
            {},
            *resume.collect(self.others),
        )
        arrays.update(metrics)
        epoch, extra_epoch = self._epoch
        arrays.update(extra)
        arrays.update({f"{EPOCH}{name}": value for name, value in extra_epoch.items()})
        about = {
            "stop_training": bool(model.stop_training),
            "memory": memory,
            "epoch_begin": epoch,
            "made_with": self._made_with,
            "data": self._data,
        }
        return arrays, about

    def give_back_variables(self, model: Any, saved: Saved) -> None:
        """Put the variables of a checkpoint into the model.

        Raises:
            StateMismatch: If number, shape or dtype differ; nothing is written then.
        """
        write_state(model, _part(saved.arrays, STATE))

    def give_back_rest(self, model: Any, saved: Saved) -> None:
        """Give callbacks and random generators what they remembered.

        Raises:
            ValueError: If the callbacks are others than those of the checkpoint.
        """
        resume.restore(self.others, saved.about["memory"], saved.arrays)
        model.stop_training = saved.about["stop_training"]

    def give_back_epoch(self, saved: Saved) -> None:
        """Put the random state back that the checkpoint's epoch began with."""
        arrays = _part(saved.arrays, EPOCH)
        resume.restore(self.others, saved.about["epoch_begin"], arrays)


def _make_global_generator() -> None:
    """Make Keras' global seed generator, which is saved too, without a trace.

    Its seed is drawn from Python's generator, which the `fit` itself may use.
    """
    before = random.getstate()
    global_seed_generator()
    random.setstate(before)


def _part(arrays: Mapping[str, np.ndarray], prefix: str) -> Arrays:
    return {
        name.removeprefix(prefix): value
        for name, value in arrays.items()
        if name.startswith(prefix)
    }
