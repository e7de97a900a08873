"""Two writers: the second hears who the first is."""

import os
import signal
import subprocess
import sys
import threading

from dist_invention.storage.lock import FolderLock, RunLocked
import pytest

HOLD = """
import sys
from dist_invention.storage.lock import FolderLock
FolderLock(sys.argv[1]).acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A second process that holds the lock of `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_by_the_name_of_the_first(tmp_path, holder):
    lock = FolderLock(tmp_path)
    with pytest.raises(RunLocked, match=rf"pid {holder.pid} on \S+ since \d{{4}}-"):
        lock.acquire()
    assert not lock.is_held


def test_the_lock_goes_when_its_process_is_killed(tmp_path, holder):
    holder.kill()
    holder.wait()
    lock = FolderLock(tmp_path)
    lock.acquire()
    assert lock.is_held
    lock.release()


def test_two_locks_of_one_process_exclude_each_other(tmp_path):
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire()
    first.acquire()
    with pytest.raises(RunLocked, match=f"pid {os.getpid()}"):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_waiting_takes_the_lock_when_its_holder_lets_go(tmp_path):
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire()
    timer = threading.Timer(0.05, first.release)
    timer.start()
    second.acquire(wait=True)
    timer.join()
    assert (first.is_held, second.is_held) == (False, True)
    second.release()


def test_a_lock_file_left_by_a_dead_process_locks_nothing(tmp_path):
    (tmp_path / "LOCK").write_text('{"host": "old", "pid": 1, "time": "long ago"}')
    lock = FolderLock(tmp_path)
    lock.acquire()
    assert "long ago" not in (tmp_path / "LOCK").read_text()
    lock.release()


def test_a_holder_without_a_name_yet_is_said_so(tmp_path, holder):
    (tmp_path / "LOCK").write_text("")
    with pytest.raises(RunLocked, match="not written its name yet"):
        FolderLock(tmp_path).acquire()


def test_a_forked_child_does_not_hold_the_lock_when_its_parent_is_killed(tmp_path):
    code = (
        "import os, sys, time\n"
        "from dist_invention.storage.lock import FolderLock\n"
        "lock = FolderLock(sys.argv[1])\n"
        "lock.acquire()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    time.sleep(30)\n"
        "    os._exit(0)\n"
        "print(child, flush=True)\n"
        "time.sleep(30)\n"
    )
    words = [sys.executable, "-c", code, tmp_path]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline())
    try:
        with pytest.raises(RunLocked):
            FolderLock(tmp_path).acquire()
        process.kill()
        process.wait()
        FolderLock(tmp_path).acquire()
    finally:
        os.kill(child, signal.SIGKILL)
        process.kill()
        process.communicate()
