"""Snapshots written in the background: nothing lost, nothing bad, nobody waits."""

import errno
import threading
import time

from dist_invention.storage import CheckpointFolder
from dist_invention.storage.writer import (
    NotFiniteState,
    SnapshotWriter,
    lower_priority,
    refuse_nonfinite,
)
import ml_dtypes
import numpy as np
import pytest


class Slow(CheckpointFolder):
    """A disk that waits for the test."""

    def __init__(self, path):
        super().__init__(path)
        self.go = threading.Event()

    def write(self, step, arrays, about):
        assert self.go.wait(10)
        return super().write(step, arrays, about)


def test_handing_over_does_not_wait_for_the_disk(tmp_path):
    slow = Slow(tmp_path)
    writer = SnapshotWriter(slow)
    begin = time.monotonic()
    writer.submit(1, {"w": np.ones(3)}, {})
    assert time.monotonic() - begin < 1
    assert writer.is_busy
    assert not writer.wait(0.01)
    assert slow.steps == []
    slow.go.set()
    assert writer.wait()
    assert slow.steps == [1]
    writer.close()


def test_a_second_snapshot_waits_for_the_first_and_both_are_written(tmp_path):
    slow = Slow(tmp_path)
    writer = SnapshotWriter(slow)
    writer.submit(1, {"w": np.ones(3)}, {})
    threading.Timer(0.05, slow.go.set).start()
    writer.submit(2, {"w": np.zeros(3)}, {})
    writer.close()
    assert slow.steps == [1, 2]


def test_what_is_published_is_told_after_it_is_on_disk(tmp_path):
    told = []
    order = []

    def published(written):
        told.append(written)
        order.append(written.path.exists())

    writer = SnapshotWriter(
        CheckpointFolder(tmp_path), lambda: order.append("before"), published
    )
    writer.submit(7, {"w": np.ones(3)}, {"place": 7})
    writer.close()
    assert order == ["before", True]
    assert told[0].step == 7
    assert told[0].bytes == told[0].path.stat().st_size


@pytest.mark.parametrize("kind", ["float32", "float16", ml_dtypes.bfloat16])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_state_that_is_not_finite_never_reaches_the_disk(tmp_path, kind, bad):
    writer = SnapshotWriter(CheckpointFolder(tmp_path))
    writer.submit(1, {"w": np.ones(3, kind)}, {})
    writer.submit(2, {"w": np.array([1, bad], kind)}, {})
    writer.wait()
    assert writer.files.steps == [1]
    with pytest.raises(NotFiniteState, match=r"^Expected .* Received: .*`w`"):
        writer.check()
    writer.check()  # said once
    writer.close()


def test_whole_numbers_and_text_are_always_finite():
    refuse_nonfinite({"n": np.arange(3), "t": np.array(["a"]), "b": np.array([True])})


def test_a_disk_that_fails_is_heard_of_at_the_next_save(tmp_path):
    class Full(CheckpointFolder):
        def write(self, step, arrays, about):
            raise OSError(errno.ENOSPC, "No space left on device")

    writer = SnapshotWriter(Full(tmp_path))
    writer.submit(1, {"w": np.ones(3)}, {})
    with pytest.raises(OSError, match="No space left"):
        writer.submit(2, {"w": np.ones(3)}, {})
    writer.close()


def test_a_closed_writer_opens_again(tmp_path):
    writer = SnapshotWriter(CheckpointFolder(tmp_path))
    others = threading.enumerate()
    for step in (1, 2):
        writer.submit(step, {"w": np.ones(3)}, {})
        writer.close()
        assert not writer.is_busy
    assert writer.files.steps == [1, 2]
    assert set(threading.enumerate()) <= set(others)


def test_lowering_the_priority_of_a_thread_never_fails():
    thread = threading.Thread(target=lower_priority)
    thread.start()
    thread.join()
