"""Workers that only pretend to train: each attempt ends as a plan says."""

import json
import os
from pathlib import Path
import sys
from types import SimpleNamespace

from dist_invention.launch import supervise
from dist_invention.launch.worker import SUPERVISED, Worker
import pytest

# One step of the plan an attempt. It imports nothing of ours, so that it starts fast.
SCRIPT = """
import json, os, pathlib, signal, sys, time
place = pathlib.Path(sys.argv[1])
count = place / "attempts"
number = len(count.read_text()) if count.exists() else 0
count.write_text("x" * (number + 1))
plan = json.loads((place / "plan.json").read_text())
now = plan[min(number, len(plan) - 1)]
run = place / "run"
if now.get("open", True):
    (run / "checkpoints").mkdir(parents=True, exist_ok=True)
    config = {"batch_size": 12, "micro_batches": 1}
    about = {"config": config, "config_sha256": "ab", "attempts": []}
    (run / "run.json").write_text(json.dumps(about))
    handover = os.environ["DIST_INVENTION_SUPERVISED"]
    pathlib.Path(handover).write_text(json.dumps({"run": str(run)}))
if "step" in now:
    (run / "checkpoints" / f"g{now['step']:09d}.npz").write_text("")
if now.get("seal"):
    (run / "results.json").write_text("{}")
    (run / "manifest.json").write_text("{}")
print(f"attempt {number + 1} speaks", flush=True)
if "error" in now:
    print(now["error"], file=sys.stderr, flush=True)
if now.get("wait"):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(75))
    (place / "waits").write_text("")
    time.sleep(60)
if "signal" in now:
    os.kill(os.getpid(), now["signal"])
sys.exit(now.get("exit", 0))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


@pytest.fixture
def follow(tmp_path, script, monkeypatch):
    """Run a supervisor in this process over a plan; return what it left."""
    monkeypatch.setattr(supervise, "PAUSES", (0.0,))
    monkeypatch.delenv(SUPERVISED, raising=False)

    def run(*plan, words=()):
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        command = [sys.executable, "-I", "-S", str(script), str(tmp_path), *words]
        worker = Worker(command, tmp_path / "handover.json")
        code = supervise.Supervisor(worker).run()
        journal = tmp_path / "run" / "events.jsonl"
        lines = journal.read_text().splitlines() if journal.exists() else []
        events = [json.loads(line) for line in lines]
        return SimpleNamespace(
            code=code,
            attempts=len((tmp_path / "attempts").read_text()),
            events=events,
            named=lambda name: [row for row in events if row["event"] == name],
        )

    return run


@pytest.fixture
def environment(tmp_path):
    """The environment of a supervisor in a process of its own."""
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    there.pop(SUPERVISED, None)
    return there
