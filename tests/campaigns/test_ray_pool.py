"""Runs on a Ray cluster: a real one with two workers, and plain words without Ray."""

import importlib.util
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from dist_invention.campaigns import ExecutorNotReady, RayPool
from dist_invention.campaigns.orphans import orphans
import pytest

HAS_RAY = importlib.util.find_spec("ray") is not None
with_ray = pytest.mark.skipif(
    not HAS_RAY, reason="Ray is not installed: pip install ray"
)
REPO = Path(__file__).resolve().parents[2]
DRIVER = """
import pathlib, sys
from dist_invention.campaigns import Campaign, RayPool, Step
place = pathlib.Path(sys.argv[1])
names = sys.argv[2:]
steps = [Step(name, (str(place / "train.py"), "--name", name)) for name in names]
steps.append(Step("last", (str(place / "train.py"),), after=tuple(names)))
say = lambda line: print(line, flush=True)
pool = RayPool(workers=2, threads=1)
sys.exit(Campaign(place / "campaign", steps, pool, say=say).run().exit_code)
"""


@pytest.fixture
def start(tmp_path, script):
    began = []

    def begin(*names):
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, tmp_path, *names],
            env={**os.environ, "PYTHONPATH": str(REPO), "HOME": str(tmp_path)},
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


def record(place):
    content = json.loads((place / "campaign" / "campaign.json").read_text())
    return content, {row["name"]: row["status"] for row in content["steps"]}


def until(holds, seconds=90):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExecutorNotReady, match=r"pip install 'dist_invention\[ray\]'"):
        RayPool().start()


def test_machines_of_a_cluster_are_shared_by_cores_memory_and_cards():
    gib = 1024**3
    pool = RayPool()
    pool._share([{"CPU": 8, "memory": 12 * gib}, {"CPU": 4, "memory": 64 * gib}])
    assert (pool.workers, pool.threads, pool.as_json()["cards"]) == (8, 1, 0)
    cards = RayPool()
    cards._share([{"CPU": 16, "GPU": 2, "memory": 64 * gib}])
    assert (cards.workers, cards.threads, cards.as_json()["cards"]) == (2, 8, 1)
    with pytest.raises(ExecutorNotReady, match="Received: none"):
        RayPool()._share([])


def test_threads_are_kept_when_a_campaign_goes_on():
    pool = RayPool()
    pool.take_up({"threads": 3})
    assert pool.threads == 3


@pytest.mark.slow
@with_ray
def test_two_ray_workers_run_fail_stop_and_go_on(start, plan, tmp_path, attempts):
    plan(
        bad=[{"exit": 1, "error": "bad luck"}, {}],
        a=[{"wait": True}, {}],
        b=[{"wait": True}, {}],
    )
    process = start("bad", "a", "b")
    until(lambda: all((tmp_path / f"{name}.waits").exists() for name in "ab"))
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 75, said
    content, states = record(tmp_path)
    assert states == {
        "bad": "failed",
        "a": "stopped",  # SIGTERM reached the process below the Ray worker
        "b": "stopped",
        "last": "not started",
    }
    assert content["executor"]["executor"] == "ray"
    assert content["executor"]["workers"] == 2
    why = ["it failed (exit code 1)", "attempt 1 speaks", "bad luck"]
    assert content["steps"][0]["evidence"] == why
    assert not orphans(tmp_path / "campaign")
    again = start("bad", "a", "b")
    said, _ = again.communicate(timeout=240)
    assert again.returncode == 0, said
    assert [attempts(name) for name in ("bad", "a", "b", "last")] == [2, 2, 2, 1]
