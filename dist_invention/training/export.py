"""Models as Keras files that are proved to load: saved, reloaded, compared."""

from pathlib import Path
from typing import Any

from dist_invention.storage import atomic_file
import keras
import numpy as np

TOLERANCE = 1e-5


class ExportDiffers(RuntimeError):
    """A reloaded model does not predict what the saved one predicts."""


def export_model(model: keras.Model, folder: Path, inputs: Any) -> list[Path]:
    """Write `model.keras` and `model.weights.h5`, load both, compare predictions.

    Args:
        model: The model as an experiment builds it.
        folder: Where the files go.
        inputs: A few examples, as the model takes them.

    Returns:
        The two files.

    Raises:
        ExportDiffers: If a model cannot be loaded again, or predicts something else.
    """
    whole, weights = folder / "model.keras", folder / "model.weights.h5"
    with atomic_file(whole) as temporary:
        model.save(temporary)
    with atomic_file(weights) as temporary:
        model.save_weights(temporary)
    expected = _predict(model, inputs)
    loaded: Any = _load(whole)
    _compare(expected, _predict(loaded, inputs), whole)
    for variable in loaded.trainable_variables:
        variable.assign(keras.ops.zeros_like(variable.value))
    loaded.load_weights(weights)
    _compare(expected, _predict(loaded, inputs), weights)
    return [whole, weights]


def _load(file: Path) -> Any:
    try:
        return keras.models.load_model(file)
    except (TypeError, ValueError) as error:
        raise ExportDiffers(
            f"Expected {file.name} to load again. Received: {error} "
            "Register every custom class with "
            "keras.saving.register_keras_serializable, and give it a get_config."
        ) from error


def _predict(model: Any, inputs: Any) -> list[np.ndarray]:
    outputs = model(inputs, training=False)
    return [
        np.asarray(keras.ops.convert_to_numpy(part))
        for part in keras.tree.flatten(outputs)
    ]


def _compare(expected: list[np.ndarray], found: list[np.ndarray], file: Path) -> None:
    same = len(expected) == len(found) and all(
        np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE)
        for a, b in zip(expected, found, strict=True)
    )
    if not same:
        raise ExportDiffers(
            f"Expected the model in {file.name} to predict what was saved. "
            "Received: other predictions after loading it. Register every custom "
            "class, and keep in get_config() all that changes a prediction."
        )
