"""Which backend Keras runs on: chosen once, checked before anything is built."""

import importlib.util
import json
import os
from pathlib import Path
import sys

SUPPORTED = ("tensorflow", "jax")


class WrongBackend(RuntimeError):
    """Keras cannot run here on the backend that was asked for."""


def requested_backend() -> str:
    """Return the backend that Keras will choose, by Keras' own rule.

    The variable `KERAS_BACKEND` wins, then `~/.keras/keras.json`, then TensorFlow.
    """
    if name := os.environ.get("KERAS_BACKEND"):
        return name
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    try:
        return json.loads((home / "keras.json").read_text())["backend"]
    except (OSError, ValueError, KeyError):
        return "tensorflow"


def require_backend() -> str:
    """Return the backend's name once it is sure that it can be used.

    Raises:
        WrongBackend: If the backend is not supported, is not installed, or Keras is
            already loaded with another one.
    """
    name = requested_backend()
    if name not in SUPPORTED:
        raise WrongBackend(
            f"Expected the Keras backend to be one of {SUPPORTED}. "
            f"Received: KERAS_BACKEND={name!r}. Set KERAS_BACKEND to one of them."
        )
    if importlib.util.find_spec(name) is None:
        raise WrongBackend(
            f"Expected the backend `{name}` to be installed. "
            "Received: no such package in this environment. Install it with "
            "pip install 'dist_invention[cpu]' (or [gpu], or [jax] together with "
            "KERAS_BACKEND=jax)."
        )
    keras = sys.modules.get("keras")
    if keras is not None and keras.backend.backend() != name:
        raise WrongBackend(
            f"Expected Keras to run on `{name}`, as KERAS_BACKEND says. "
            f"Received: Keras was imported with `{keras.backend.backend()}` before. "
            "Set KERAS_BACKEND before the first import of keras."
        )
    return name
