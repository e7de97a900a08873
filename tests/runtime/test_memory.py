import errno
import os

from dist_invention.runtime import memory
from dist_invention.runtime.memory import (
    available_mebibytes,
    container_room,
    device_limit_mebibytes,
    device_mebibytes,
    grow_on_demand,
    host_mebibytes,
    is_out_of_memory,
    peak_host_mebibytes,
)
import numpy as np
import psutil
import pytest

MIB = 2**20


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


def make_group(folder, limit, used, cache, version=2):
    """Write the files of a control group as Linux shows them."""
    folder.mkdir(parents=True)
    prefix = "" if version == 2 else "total_"
    names = {
        2: ("memory.max", "memory.current"),
        1: ("memory.limit_in_bytes", "memory.usage_in_bytes"),
    }[version]
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(
        f"anon 5\n{prefix}inactive_file {cache}\n{prefix}active_file 1\n"
    )
    return folder


def own(tmp_path, text):
    path = tmp_path / "cgroup"
    path.write_text(text)
    return path


def test_every_limit_over_this_process_counts(tmp_path):
    outer = make_group(tmp_path / "fs" / "job", 1000, 900, 99)
    make_group(outer / "task", 700, 300, 9)
    lines = own(tmp_path, "0::/job/task\n")
    assert container_room(tmp_path / "fs", lines) == [410, 200]


def test_a_container_finds_its_own_limit_at_the_root(tmp_path):
    make_group(tmp_path / "fs", 1000, 1200, 49)
    assert container_room(tmp_path / "fs", own(tmp_path, "0::/\n")) == [0]
    old = "9:name=systemd:/x\n4:cpu,memory:/docker/abc\n1:cpu:/\n"
    make_group(tmp_path / "old" / "memory", 1000, 500, 99, version=1)
    assert container_room(tmp_path / "old", own(tmp_path, old)) == [600]


def test_no_limit_is_no_room_to_count(tmp_path):
    make_group(tmp_path / "fs", "max", 500, 0)
    assert container_room(tmp_path / "fs", own(tmp_path, "0::/\n")) == []
    make_group(tmp_path / "old" / "memory", 9223372036854771712, 500, 0, version=1)
    lines = own(tmp_path, "4:memory:/\n")
    assert container_room(tmp_path / "old", lines) == []
    assert container_room(tmp_path / "none", tmp_path / "none") == []


def test_what_can_be_had_is_the_least_of_machine_and_container(monkeypatch):
    free = psutil.virtual_memory().available / MIB
    monkeypatch.setattr(memory, "container_room", lambda root, own: [])
    assert available_mebibytes() == pytest.approx(free, rel=0.2)
    monkeypatch.setattr(memory, "container_room", lambda root, own: [9 * MIB, MIB])
    assert available_mebibytes() == 1.0


def test_the_limit_of_a_device_is_what_the_backend_or_the_card_says(
    config, monkeypatch
):
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: [])
    assert device_limit_mebibytes("tensorflow") is None
    monkeypatch.setattr(memory, "device_mebibytes", lambda backend: {"current": 1.0})
    monkeypatch.setattr(memory, "card_limit_mebibytes", lambda: 81920.0)
    assert device_limit_mebibytes("tensorflow") == 81920.0


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
    card = tf.errors.InternalError(None, None, "Dst tensor is not initialized.")
    host = OSError(errno.ENOMEM, "Cannot allocate memory")
    assert all(map(is_out_of_memory, (card, host)))
    other = tf.errors.InvalidArgumentError(None, None, "shapes do not match")
    assert not any(map(is_out_of_memory, (other, ValueError("memory"), OSError())))
