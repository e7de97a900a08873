import importlib.util
import sys
from types import SimpleNamespace

from dist_invention.runtime.backend import (
    WrongBackend,
    requested_backend,
    require_backend,
)
import pytest


@pytest.fixture
def without_keras(monkeypatch):
    """Let Keras look as if it was not imported yet."""
    monkeypatch.delitem(sys.modules, "keras", raising=False)


def keras_on(backend):
    return SimpleNamespace(backend=SimpleNamespace(backend=lambda: backend))


def test_the_variable_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert requested_backend() == "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert requested_backend() == "jax"
    monkeypatch.delenv("KERAS_BACKEND")
    assert requested_backend() == "jax"


@pytest.mark.parametrize("text", [None, "{", "{}"])
def test_without_a_usable_file_it_is_tensorflow(text, monkeypatch, tmp_path):
    if text is not None:
        (tmp_path / "keras.json").write_text(text)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert requested_backend() == "tensorflow"


def test_an_unknown_backend_is_refused(monkeypatch, without_keras):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(WrongBackend) as error:
        require_backend()
    assert str(error.value) == (
        "Expected the Keras backend to be one of ('tensorflow', 'jax'). "
        "Received: KERAS_BACKEND='theano'. Set KERAS_BACKEND to one of them."
    )


def test_a_missing_backend_says_how_to_install_it(monkeypatch, without_keras):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WrongBackend) as error:
        require_backend()
    assert str(error.value) == (
        "Expected the backend `tensorflow` to be installed. "
        "Received: no such package in this environment. Install it with "
        "pip install 'dist_invention[cpu]' (or [gpu], or [jax] together with "
        "KERAS_BACKEND=jax)."
    )


def test_keras_loaded_with_another_backend_is_refused(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "keras", keras_on("tensorflow"))
    with pytest.raises(WrongBackend) as error:
        require_backend()
    assert str(error.value) == (
        "Expected Keras to run on `jax`, as KERAS_BACKEND says. "
        "Received: Keras was imported with `tensorflow` before. "
        "Set KERAS_BACKEND before the first import of keras."
    )


def test_a_usable_backend_is_named(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "keras", keras_on("jax"))
    assert require_backend() == "jax"
    monkeypatch.delitem(sys.modules, "keras")
    assert require_backend() == "jax"
