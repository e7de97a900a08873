"""What a checkpoint of `fit` belongs to: variables, optimizer, backend, seed."""

from collections.abc import Mapping
from contextlib import suppress
import re
from typing import Any

from dist_invention.runtime.state import as_float
from dist_invention.storage import NotFiniteState
from dist_invention.storage.attempts import differences
from dist_invention.storage.encoding import to_plain
from dist_invention.training.saved import ForeignCheckpoint
import keras
from keras.src.utils.rng_utils import get_random_seed
import numpy as np

NAMED = 3  # differences that an error spells out
COUNTER = re.compile(r"_\d+(?=/|$)")  # Keras numbers layers of one kind: dense_1


def build(model: Any, epochs: Any) -> None:
    """Create every variable of a model before its first batch.

    On TensorFlow `fit` creates them while it traces the first step, too late to be
    restored. Nothing is drawn from the data; their shapes are enough.

    Args:
        model: A compiled model.
        epochs: The epoch iterator of the running `fit`, or `None`.
    """
    data = getattr(epochs, "_distributed_dataset", None)  # as fit has it on TensorFlow
    if data is not None:
        batch = keras.tree.map_structure(_shape, data.element_spec)
        model._symbolic_build(data_batch=batch)


def refuse_hidden_state(model: Any) -> None:
    """Refuse a model with more optimizers than the one that it was compiled with.

    Keras does not count their variables among the model's, so nobody would save them.

    Raises:
        ValueError: Naming them.
    """
    hidden = [
        name
        for name, value in vars(model).items()
        if isinstance(value, keras.optimizers.Optimizer)
        and value is not model.optimizer
    ]
    if hidden:
        raise ValueError(
            "Expected one optimizer, the one of model.compile. Received: others in "
            f"{hidden}, whose state no checkpoint would hold. Keep the state of the "
            "training in the model's variables and in model.optimizer."
        )


def describe(model: Any) -> dict[str, Any]:
    """Return what must be the same for a saved state to mean the same.

    Args:
        model: A built and compiled model.

    Returns:
        Plain JSON values.
    """
    variables = {
        f"{index:04d} {COUNTER.sub('', variable.path)}": (
            f"{tuple(variable.shape)} {variable.dtype}"
        )
        for index, variable in enumerate(model.variables)
    }
    return {
        "backend": keras.backend.backend(),
        "number of variables": len(variables),
        "optimizer": _about_optimizer(model.optimizer),
        "precision": keras.config.dtype_policy().name,
        "seed": get_random_seed(),
        "variables": variables,
    }


def refuse_other(then: Mapping[str, Any], now: Mapping[str, Any], name: str) -> None:
    """Refuse a checkpoint of another model, optimizer, backend or seed.

    Args:
        then: What `describe` returned when the `fit` began.
        now: What it returns now.
        name: The checkpoint's file.

    Raises:
        ForeignCheckpoint: Naming both sides of what differs.
    """
    there, here = _comparable(then, now)
    found = [f"{key}: {a} there, {b} here" for key, a, b in differences(there, here)]
    if found:
        more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise ForeignCheckpoint(
            f"Expected the model, optimizer, seed and data that {name} was saved with. "
            f"Received: {'; '.join(found[:NAMED])}{more}. Build and compile as "
            "before, or start anew in another folder."
        )


def refuse_nonfinite_logs(logs: Mapping[str, float], epoch: int) -> None:
    """Refuse to save an epoch of which a number is NaN or infinite.

    Raises:
        NotFiniteState: Naming the numbers.
    """
    bad = sorted(name for name, value in logs.items() if not np.isfinite(value).all())
    if bad:
        raise NotFiniteState(
            f"Expected finite numbers at the end of epoch {epoch}. Received: NaN or "
            f"infinity in {bad}. The last checkpoint stays; lower the learning rate or "
            "look for NaN in the data."
        )


def _about_optimizer(optimizer: Any) -> dict[str, Any]:
    """Class and settings; of an optimizer that has been used the class alone.

    Its learning rate may have been turned since.
    """
    about: dict[str, Any] = {"class": type(optimizer).__name__}
    if as_float(optimizer.iterations) == 0:
        # A schedule that cannot be written down is compared by class alone.
        with suppress(NotImplementedError, TypeError, ValueError):
            about["settings"] = _nameless(to_plain(optimizer.get_config()))
    return about


def _nameless(settings: Any) -> Any:
    """Return settings without the names that Keras numbers: adam, adam_1."""
    if not isinstance(settings, Mapping):
        return settings
    return {key: _nameless(item) for key, item in settings.items() if key != "name"}


def _comparable(*sides: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return both sides, without the settings of optimizers that only one knows."""
    if all("settings" in side["optimizer"] for side in sides):
        return [dict(side) for side in sides]
    return [
        {**side, "optimizer": {"class": side["optimizer"]["class"]}} for side in sides
    ]


def _shape(spec: Any) -> Any:
    """Return what has the shape and dtype of a batch; `None` for a missing part."""
    return spec if hasattr(spec, "shape") and hasattr(spec, "dtype") else None
