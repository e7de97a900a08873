"""Unfinished work never stays: not after an error, and not after a kill."""

import os
import signal
import subprocess
import sys
import time

from dist_invention.storage.archives.scratch import (
    PREFIX,
    YOUNG_SECONDS,
    scratch_folder,
)
import pytest

HANG = (
    "import sys, time\n"
    "from dist_invention.storage.archives.scratch import scratch_folder\n"
    "with scratch_folder(sys.argv[1]) as work:\n"
    "    (work / 'half.zip').write_bytes(b'half')\n"
    "    print('ready', flush=True)\n"
    "    time.sleep(60)\n"
)


def make_old(folder):
    for path in folder.glob(f"{PREFIX}*"):
        os.utime(path, (time.time() - 2 * YOUNG_SECONDS,) * 2)


def test_it_is_empty_and_gone_at_the_end(tmp_path):
    def fail():
        with scratch_folder(tmp_path) as work:
            assert list(work.iterdir()) == []
            (work / "a" / "b").mkdir(parents=True)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_the_next_one_removes_what_a_killed_process_left(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HANG, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    make_old(tmp_path)
    with scratch_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2, "its owner lives"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    make_old(tmp_path)
    with scratch_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 1


def test_a_link_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / f"{PREFIX}x").symlink_to("mine")
    with scratch_folder(tmp_path):
        pass
    assert list((tmp_path / "mine").iterdir()) == []
