"""A campaign that is stopped or killed goes on by the same command."""

import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from dist_invention.campaigns.orphans import orphans
import psutil
import pytest

DRIVER = """
import pathlib, sys
from dist_invention.campaigns import Campaign, LocalPool, Step, runner
place = pathlib.Path(sys.argv[1])
runner.STOP_SECONDS = 1.0 if "deaf" in sys.argv else runner.STOP_SECONDS
hours = 1.5 / 3600 if "late" in sys.argv else None
script = str(place / "train.py")
steps = [Step(name, (script, "--name", name)) for name in sys.argv[2:]]
steps.append(Step("last", (script,), after=(sys.argv[2],)))
say = lambda line: print(line, flush=True)
campaign = Campaign(place / "campaign", steps, LocalPool(3, 1), None, say, hours)
sys.exit(campaign.run().exit_code)
"""
REPO = Path(__file__).resolve().parents[2]


def until(holds, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@pytest.fixture
def start(tmp_path, script):
    began = []

    def begin(*names):
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, tmp_path, *names],
            env={**os.environ, "PYTHONPATH": str(REPO)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        began.append(process)
        return process

    yield begin
    for process in began:
        if process.poll() is None:
            process.kill()
        process.communicate()
    for left in orphans(tmp_path / "campaign"):
        left.kill()


def waits(place, *names):
    until(lambda: all((place / f"{name}.waits").exists() for name in names))


def states(place):
    record = json.loads((place / "campaign" / "campaign.json").read_text())
    return {row["name"]: row["status"] for row in record["steps"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_on_and_the_same_command_goes_on(
    start, plan, tmp_path, attempts, number
):
    plan(a=[{"wait": True}, {}])
    process = start("a", "b")
    waits(tmp_path, "a")
    until(lambda: states(tmp_path).get("b") == "finished")
    process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 75
    assert states(tmp_path) == {"a": "stopped", "b": "finished", "last": "not started"}
    name = signal.Signals(number).name
    assert f"received {name}. Everything is saved; the same command goes on." in said
    assert not orphans(tmp_path / "campaign")
    again = start("a", "b")
    said, _ = again.communicate(timeout=20)
    assert again.returncode == 0
    assert set(states(tmp_path).values()) == {"finished"}
    assert (attempts("a"), attempts("b"), attempts("last")) == (2, 1, 1)


def test_ctrl_c_in_a_terminal_reaches_all_and_ends_well(start, plan, tmp_path):
    plan(a=[{"wait": True}])
    process = start("a")
    waits(tmp_path, "a")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 75
    assert states(tmp_path)["a"] == "stopped"


def test_a_killed_campaign_repeats_nothing_and_stops_what_it_left(
    start, plan, tmp_path, attempts
):
    plan(a=[{"wait": True}, {}])
    process = start("a", "b")
    waits(tmp_path, "a")
    until(lambda: states(tmp_path).get("b") == "finished")
    process.kill()
    process.communicate(timeout=20)
    left = int((tmp_path / "a.waits").read_text())
    assert psutil.pid_exists(left)
    again = start("a", "b")
    said, _ = again.communicate(timeout=20)
    assert again.returncode == 0
    assert f"they save and end first: pid {left}" in said
    assert "b: was finished" in said
    assert (attempts("a"), attempts("b"), attempts("last")) == (2, 1, 1)
    assert set(states(tmp_path).values()) == {"finished"}


def test_a_run_that_was_sealed_after_its_campaign_was_killed_is_found(
    start, plan, tmp_path, attempts
):
    start("a").communicate(timeout=20)
    for name in ("campaign.json", "events.jsonl"):  # as if it was never told
        (tmp_path / "campaign" / name).unlink()
    again = start("a")
    said, _ = again.communicate(timeout=20)
    assert again.returncode == 0
    assert "started" not in said
    assert attempts("a") == 1


def test_one_that_does_not_listen_is_killed_in_time(start, plan, tmp_path):
    plan(deaf=[{"deaf": True}])
    process = start("deaf")
    waits(tmp_path, "deaf")
    process.terminate()
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 75
    assert "deaf: stopped: it did not end within 1 s and was killed" in said
    assert not orphans(tmp_path / "campaign")


def test_at_its_time_limit_it_stops_as_if_asked_to(start, plan, tmp_path):
    plan(late=[{"wait": True}])
    process = start("late")
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 75
    assert "hours is reached. Everything is saved" in said
    assert states(tmp_path)["late"] == "stopped"
