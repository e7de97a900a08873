"""Bounded activations of a model's layers: are they stuck at their bounds?"""

from collections.abc import Mapping
from typing import Any

from dist_invention.evaluation.health import Finding
from dist_invention.evaluation.saturation import saturation
import keras
from keras.src.models.functional import Functional  # no public name
import numpy as np

BOUNDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_sigmoid": (0.0, 1.0)}


def gates(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> list[Finding]:
    """Return how many activations of each bounded layer lie at their bounds.

    A unit at its bound passes no gradient on. Only layers that a functional model holds
    itself are seen, not those inside of another layer.

    Args:
        model: The inner model.
        inputs: Input arrays of some examples, each of shape (n, ...).

    Returns:
        One finding a layer, named by its place in `model.layers` and its activation,
        since a name may differ from attempt to attempt; none where the model shows no
        bounded layer.

    Example:
        >>> x = keras.Input((2,), name="x")
        >>> model = keras.Model({"x": x}, keras.layers.Dense(3, "sigmoid")(x))
        >>> [found] = gates(model, {"x": np.full((4, 2), 0.1, "float32")})
        >>> found.name, found.verdict
        ('saturation: sigmoid of layer 1', 'ok')
    """
    if not isinstance(model, Functional):
        return []
    shown, bounds = {}, {}
    for place, layer in enumerate(model.layers):
        kind = _kind(layer)
        if kind is not None:
            name = f"{kind} of layer {place}"
            shown[name], bounds[name] = layer.output, BOUNDS[kind]
    if not shown:
        return []
    found: Any = keras.Model(model.input, shown)(dict(inputs), training=False)
    values = {
        name: np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(v, "float32")))
        for name, v in found.items()
    }
    return saturation(values, bounds=bounds)


def _kind(layer: Any) -> str | None:
    """Return the bounded activation of a layer that is used once, else None."""
    kind = getattr(getattr(layer, "activation", None), "__name__", "")
    is_shared = len(getattr(layer, "_inbound_nodes", ())) > 1
    return kind if kind in BOUNDS and not is_shared else None
