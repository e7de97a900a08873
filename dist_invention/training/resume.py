"""Collect and restore the state of everything that remembers."""

from collections.abc import Iterable, Mapping
import logging
import random
from typing import Any

import keras
from keras.src.random.seed_generator import global_seed_generator  # no public name
import numpy as np

log = logging.getLogger(__name__)

Arrays = dict[str, np.ndarray]
# What Keras' own callbacks remember; `None` in the first column: nothing.
STOCK: dict[type, tuple[str, ...]] = {
    keras.callbacks.EarlyStopping: (
        "wait",
        "stopped_epoch",
        "best",
        "best_epoch",
        "best_weights",
    ),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: (
        "best",
        "_batches_seen_since_last_saving",
        "_last_batch_seen",
        "_current_epoch",
    ),
    keras.callbacks.History: ("history", "epoch"),
    keras.callbacks.SwapEMAWeights: ("_ema_weights_in_model",),
}
MEMORYLESS = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.TerminateOnNaN,
    keras.callbacks.LambdaCallback,
    keras.callbacks.ProgbarLogger,
    keras.callbacks.TensorBoard,
    keras.callbacks.CSVLogger,
)


def refuse_rivals(callbacks: Iterable[keras.callbacks.Callback]) -> None:
    """Refuse callbacks that would resume a run by other rules.

    Raises:
        ValueError: If one is `BackupAndRestore`.
    """
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.BackupAndRestore):
            raise ValueError(
                "Expected one owner of the resume. Received: a BackupAndRestore "
                "callback, which loses its place inside an epoch and saves no random "
                "state. Remove it; the pipeline resumes by itself."
            )


def warn_of_forgetful(callbacks: Iterable[keras.callbacks.Callback]) -> None:
    """Name the callbacks of which a checkpoint holds nothing."""
    for callback in callbacks:
        known = isinstance(callback, (*STOCK, *MEMORYLESS))
        if not known and not hasattr(callback, "get_state"):
            log.warning(
                "The callback %s has no get_state; what it remembers is lost on "
                "resume.",
                type(callback).__name__,
            )


def collect(
    callbacks: keras.callbacks.CallbackList | None,
) -> tuple[dict[str, Any], Arrays]:
    """Return what callbacks and random generators remember.

    Args:
        callbacks: The live callbacks of a stage; `None` between two stages.

    Returns:
        Plain JSON values, and the arrays they refer to by name.
    """
    arrays: Arrays = {}
    states = callbacks and [
        {"class": type(callback).__name__, "state": _state_of(callback)}
        for callback in callbacks.callbacks
    ]
    value = {"callbacks": states, "random": _random_state()}
    return _without_arrays(value, "memory", arrays), arrays


def restore(
    callbacks: keras.callbacks.CallbackList,
    memory: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Give callbacks and random generators back what they remembered.

    Args:
        callbacks: Callbacks built like those that were collected, after
            `on_train_begin`.
        memory: The JSON values of `collect`.
        arrays: The arrays of `collect`.

    Raises:
        ValueError: If the callbacks are others than those of the checkpoint.
    """
    memory = _with_arrays(memory, arrays)
    _set_random_state(memory["random"])
    if memory["callbacks"] is None:
        return
    found = [type(callback).__name__ for callback in callbacks.callbacks]
    saved = [item["class"] for item in memory["callbacks"]]
    if found != saved:
        raise ValueError(
            f"Expected the callbacks of the checkpoint, {saved}. Received: {found}. "
            "Resume with the code that started the run, or start anew in another "
            "--runs-dir."
        )
    for callback, item in zip(callbacks.callbacks, memory["callbacks"], strict=True):
        _give_back(callback, item["state"])


def _state_of(callback: Any) -> Any:
    if hasattr(callback, "get_state"):
        return callback.get_state()
    for kind, names in STOCK.items():
        if isinstance(callback, kind):
            state = {name: getattr(callback, name, None) for name in names}
            best = state.get("best_weights")
            if best is not None:  # scalars among them, too
                state["best_weights"] = [np.asarray(weight) for weight in best]
            if hasattr(callback, "monitor_op"):
                state["is_set_up"] = callback.monitor_op is not None
            return state
    return None


def _give_back(callback: Any, state: Any) -> None:
    if state is None:
        return
    if hasattr(callback, "set_state"):
        callback.set_state(state)
        return
    state = dict(state)
    if state.pop("is_set_up", False) and callback.monitor_op is None:
        callback._set_monitor_op()  # it flips the sign of min_delta, once
    for name, value in state.items():
        setattr(callback, name, value)


def _random_state() -> dict[str, Any]:
    seeds = global_seed_generator().state  # first: making it draws from Python's
    version, internal, gauss = random.getstate()
    kind, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    return {
        "python": [version, np.array(internal, np.uint32), gauss],
        "numpy": [kind, np.asarray(keys), position, has_gauss, cached],
        "keras": np.array(keras.ops.convert_to_numpy(seeds.value)),
    }


def _set_random_state(state: Mapping[str, Any]) -> None:
    global_seed_generator().state.assign(state["keras"])  # first, as above
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(map(int, internal)), gauss))
    np.random.set_state(tuple(state["numpy"]))


def _without_arrays(value: Any, name: str, arrays: Arrays) -> Any:
    """Return the value with each array replaced by its name."""
    if isinstance(value, np.ndarray):
        arrays[name] = np.array(value)  # it is written while its owner goes on
        return {"array": name}
    if isinstance(value, Mapping):
        return {k: _without_arrays(v, f"{name}/{k}", arrays) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(v, f"{name}/{i}", arrays) for i, v in enumerate(value)]
    return value.item() if isinstance(value, np.generic) else value


def _with_arrays(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Return the value with each name replaced by its array."""
    if isinstance(value, Mapping):
        name = value.get("array") if len(value) == 1 else None
        if isinstance(name, str) and name in arrays:
            return arrays[name]
        return {key: _with_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_arrays(item, arrays) for item in value]
    return value
