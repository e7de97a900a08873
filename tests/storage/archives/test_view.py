"""A run is seen as it was at one moment, however fast its process writes."""

import json
import os
import subprocess
import sys
import time

from dist_invention.storage import CheckpointFolder, RunFolder, RunLocked
from dist_invention.storage.archives.view import is_locked, open_view
from dist_invention.storage.lock import FolderLock
import numpy as np
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}
WRITER = """
import sys
from dist_invention.storage import CheckpointFolder, RunFolder
import numpy as np
about = {"config": {}, "config_sha256": "ab"}
with RunFolder.open(sys.argv[1], "live", about) as run:
    checkpoints, step = CheckpointFolder(run.checkpoints), 0
    while True:
        for _ in range(7):
            step += 1
            run.metrics.append({"step": step, "loss": 1 / step}, durable=False)
        count = {"metrics_lines": run.metrics.lines}
        checkpoints.write(step, {"w": np.full(5000, step)}, count)
        checkpoints.prune(1)
        run.save_text("report.json", "{}" * step)
        if step == 7:
            print("ready", flush=True)
        if step % 70 == 0:  # rolled back, as after a bad batch
            run.metrics.append({"step": step + 1}, durable=False)
            run.metrics.truncate_to(count["metrics_lines"])
"""


@pytest.fixture
def live(tmp_path):
    """The folder of a run that a process is writing in."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    yield tmp_path / "live"
    process.kill()
    process.communicate()


def test_the_journal_always_holds_what_the_checkpoint_counts(live):
    steps, until = set(), time.monotonic() + 60
    while len(steps) <= 5:
        assert time.monotonic() < until, "the writer went on meanwhile"
        with open_view(live) as view:
            assert view.is_running
            assert view.is_consistent
            assert view.lines >= view.lines_needed > 0
            name = next(iter(view.pinned))
            with view.open(name) as file:
                assert file.take().has_seal
            with view.open("metrics.jsonl") as file:
                content = file.read()
        assert content.endswith(b"\n")
        lines = [json.loads(line)["step"] for line in content.splitlines()]
        assert lines == list(range(1, len(lines) + 1))
        steps.add(name)


def test_the_newest_checkpoint_that_holds_is_taken(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        checkpoints = CheckpointFolder(run.checkpoints)
        for step in (1, 2, 3):
            run.metrics.append({"step": step})
            checkpoints.write(step, {"w": np.ones(9)}, {"metrics_lines": step})
        os.truncate(checkpoints.file(3), 100)
        with open_view(run.path) as view:
            assert next(iter(view.pinned)) == "checkpoints/g000000002.npz"
            assert (view.lines, view.lines_needed) == (3, 2)


def test_a_crashed_run_keeps_its_torn_line(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        pass
    (run.path / "metrics.jsonl").write_bytes(b'{"step": 1}\n{"st')
    with open_view(run.path) as view, view.open("metrics.jsonl") as file:
        assert not view.is_running
        assert file.read() == b'{"step": 1}\n{"st'


def test_a_journal_that_lost_lines_is_not_waited_for_in_vain(tmp_path, monkeypatch):
    monkeypatch.setattr("dist_invention.storage.archives.view.PAUSE_SECONDS", 0.001)
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(5, {}, {"metrics_lines": 9})
        with open_view(run.path) as view:
            assert view.is_running
            assert not view.is_consistent
            assert (view.lines, view.lines_needed) == (0, 9)


def test_a_sealed_run_is_not_running_though_a_process_looks_at_it(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        run.seal({"status": "finished"})
        with open_view(run.path) as view:
            assert view.is_sealed
            assert not view.is_running


def test_looking_for_the_lock_takes_and_makes_nothing(tmp_path):
    assert not is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []
    lock = FolderLock(tmp_path)
    lock.acquire()
    content = (tmp_path / "LOCK").read_bytes()
    assert is_locked(tmp_path)
    with pytest.raises(RunLocked):
        FolderLock(tmp_path).acquire()
    lock.release()
    assert not is_locked(tmp_path)
    assert (tmp_path / "LOCK").read_bytes() == content
    lock.acquire()
    lock.release()


def test_a_lock_that_is_a_fifo_hangs_nobody(tmp_path):
    os.mkfifo(tmp_path / "LOCK")
    assert not is_locked(tmp_path)
    with open_view(tmp_path) as view:
        assert not view.is_running
