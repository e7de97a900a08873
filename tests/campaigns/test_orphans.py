"""What a killed campaign left behind is found by its mark, and ends."""

import os
import signal
import subprocess
import sys
import time

from dist_invention.campaigns.orphans import CAMPAIGN, orphans, stop_orphans

DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


def start(folder, code=""):
    code += "import time; print('here', flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, CAMPAIGN: str(folder.absolute())},
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    process.stdout.close()
    return process


def test_processes_of_this_campaign_are_asked_to_stop_and_no_others(tmp_path):
    mine, other = start(tmp_path / "a"), start(tmp_path / "b")
    said = []
    assert [found.pid for found in orphans(tmp_path / "a")] == [mine.pid]
    assert stop_orphans(tmp_path / "a", said.append) == 1
    assert mine.wait(10) == -signal.SIGTERM
    assert other.poll() is None
    assert said == [
        f"an earlier command left runs behind; they save and end first: pid {mine.pid}"
    ]
    other.kill()
    other.wait(10)


def test_one_that_does_not_listen_is_killed(tmp_path):
    deaf = start(tmp_path, DEAF)
    said = []
    begin = time.monotonic()
    stop_orphans(tmp_path, said.append, patience=0.3)
    assert time.monotonic() - begin < 10
    assert deaf.wait(10) == -signal.SIGKILL
    assert said[-1] == f"pid {deaf.pid} did not end within 0 s and is killed"


def test_where_nothing_was_left_nothing_is_said(tmp_path):
    said = []
    assert stop_orphans(tmp_path, said.append) == 0
    assert said == []
