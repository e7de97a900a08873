import os

from dist_invention.runtime.memory import (
    device_mebibytes,
    grow_on_demand,
    host_mebibytes,
    is_out_of_memory,
    peak_host_mebibytes,
)
import numpy as np
import pytest


@pytest.fixture
def config(keras):
    import tensorflow as tf

    return tf.config


def test_each_gpu_grows_on_demand(config, monkeypatch):
    grown = []
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: ["a", "b"])
    monkeypatch.setattr(
        config.experimental, "set_memory_growth", lambda *words: grown.append(words)
    )
    assert grow_on_demand("tensorflow") == "TensorFlow memory growth on 2 GPU(s)"
    assert grown == [("a", True), ("b", True)]


def test_jax_takes_no_memory_in_advance(monkeypatch):
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "true")
    grow_on_demand("jax")
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "true"  # the user's choice
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE")
    assert "no preallocation" in grow_on_demand("jax")
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


def test_host_memory_is_in_mebibytes():
    before = host_mebibytes()
    block = np.ones(64 * 1024 * 1024 // 8)
    assert 56 < host_mebibytes() - before < 96
    assert peak_host_mebibytes() >= before + 56
    assert block.nbytes == 64 * 1024 * 1024


def test_device_memory_is_current_and_peak(config, monkeypatch):
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: ["a"])
    monkeypatch.setattr(
        config.experimental,
        "get_memory_info",
        lambda name: {"current": 2**20, "peak": 3 * 2**20},
    )
    assert device_mebibytes("tensorflow") == {"current": 1.0, "peak": 3.0}


def test_without_a_gpu_there_is_no_device_memory(config, monkeypatch):
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: [])
    assert device_mebibytes("tensorflow") is None


def test_exhaustion_is_recognised_and_nothing_else_is(keras):
    import tensorflow as tf

    exhausted = tf.errors.ResourceExhaustedError(None, None, "no room for a tensor")
    xla = RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes.")
    assert all(map(is_out_of_memory, (MemoryError(), exhausted, xla)))
    other = tf.errors.InvalidArgumentError(None, None, "shapes do not match")
    assert not any(map(is_out_of_memory, (other, ValueError("memory"), OSError())))
