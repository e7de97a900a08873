"""The variables of a model as plain arrays: read, written back strictly, hashed."""

import hashlib
from typing import Any

import keras
import numpy as np

GROUPS = ("model", "optimizer", "metrics")


class StateMismatch(ValueError):
    """A saved state does not fit the model it should go into."""


def as_float(value: Any) -> float:
    """Return a scalar from any device as a Python number; this waits for it."""
    return float(np.asarray(keras.ops.convert_to_numpy(value)))


def variables_of(model: keras.Model) -> dict[str, list[Any]]:
    """Return everything that a model remembers, in a fixed order.

    Args:
        model: A built model, best compiled. Seed generators count as model variables.

    Returns:
        Lists of Keras variables under `"model"`, `"optimizer"` and `"metrics"`.
    """
    optimizer: Any = getattr(model, "optimizer", None)  # absent until compiled
    return {
        "model": list(model.variables),
        "optimizer": list(optimizer.variables) if optimizer is not None else [],
        "metrics": list(model.metrics_variables),
    }


def read_state(model: keras.Model) -> dict[str, np.ndarray]:
    """Return copies of all variables, named `group/position`.

    The copies do not change when training goes on.
    """
    return Snapshot().take(model)


def read_weights(model: keras.Model) -> dict[str, np.ndarray]:
    """Return copies of the trainable weights, named by position and path."""
    return {
        f"{index:04d}/{variable.path}": np.array(_view(variable))
        for index, variable in enumerate(model.trainable_variables)
    }


def averages_weights(optimizer: Any) -> bool:
    """Return whether an optimizer keeps an average that replaces the weights (EMA)."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # under a loss scale
    return bool(getattr(inner, "use_ema", False))


class Snapshot:
    """Copies of all variables, in memory that the next copy uses again.

    Memory that is known to the process is filled several times faster than new one,
    and nothing but this copy has to wait when a checkpoint is written in the
    background.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> sorted(Snapshot().take(model))
        ['model/0000', 'model/0001']
    """

    def __init__(self):
        self._buffers: dict[str, np.ndarray] = {}

    def take(self, model: keras.Model) -> dict[str, np.ndarray]:
        """Copy every variable; the arrays of the call before change with it.

        Args:
            model: A built model.

        Returns:
            Arrays named `group/position`, as `read_state` gives them.
        """
        state = {}
        for group, variables in variables_of(model).items():
            for index, variable in enumerate(variables):
                name, value = _name(group, index), _view(variable)
                buffer = self._buffers.get(name)
                if buffer is None or (buffer.shape, buffer.dtype) != (
                    value.shape,
                    value.dtype,
                ):
                    buffer = self._buffers[name] = np.empty(value.shape, value.dtype)
                np.copyto(buffer, value)
                state[name] = buffer
        return state


def _view(variable: Any) -> np.ndarray:
    """Return the values of a variable, not copied where the backend allows that."""
    # A variable of TensorFlow; `read_value` would take twice the time.
    read: Any = getattr(variable.value, "value", None)
    if callable(read):
        try:
            values: Any = read()
            view = np.asarray(memoryview(values))
        except (TypeError, ValueError, BufferError):  # bfloat16, which has no buffer
            view = None
        if view is not None and view.dtype.name == str(variable.dtype):
            return view
    return np.asarray(keras.ops.convert_to_numpy(variable.value))


def write_state(
    model: keras.Model,
    state: dict[str, np.ndarray],
    groups: tuple[str, ...] = GROUPS,
) -> None:
    """Put arrays back into the variables they came from.

    Args:
        model: A model built like the one that was read.
        state: What `read_state` returned.
        groups: Which groups to write.

    Raises:
        StateMismatch: If number, shape or dtype differ; nothing is written then.
    """
    pairs = []
    for group, variables in variables_of(model).items():
        if group not in groups:
            continue
        names = [_name(group, index) for index in range(len(variables))]
        saved = {name for name in state if name.startswith(f"{group}/")}
        if saved != set(names):
            raise StateMismatch(
                f"Expected {len(variables)} {group} variables, as this model has. "
                f"Received: {len(saved)} saved ones. "
                "Restore with the configuration that saved them."
            )
        pairs += zip(variables, names, strict=True)
    for variable, name in pairs:
        _check(variable, name, state[name])
    for variable, name in pairs:
        variable.assign(state[name])


def _name(group: str, index: int) -> str:
    return f"{group}/{index:04d}"


def _check(variable: Any, name: str, value: np.ndarray) -> None:
    wanted = (tuple(variable.shape), str(variable.dtype))
    found = (tuple(value.shape), str(value.dtype))
    if wanted != found:
        raise StateMismatch(
            f"Expected `{name}` ({variable.path}) to have shape and dtype {wanted}. "
            f"Received: {found}. Restore with the configuration that saved it."
        )


def weights_sha256(model: keras.Model) -> str:
    """Hash values, shapes and dtypes of model and optimizer variables, in order."""
    digest = hashlib.sha256()
    for name, value in read_state(model).items():
        if not name.startswith("metrics/"):
            digest.update(f"{value.shape}{value.dtype}".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()
