"""Scripts that only pretend to train, and leave the folder of a run as a plan says."""

import json
from pathlib import Path
from types import SimpleNamespace

from dist_invention.campaigns import Campaign, LocalPool
from dist_invention.campaigns.finished import FinishedRun
import pytest

# It imports nothing of ours, so that it starts fast. What it does stands in plan.json
# beside it, by the name of its folder of runs: one entry an attempt, the last repeats.
SCRIPT = """
import hashlib, json, os, pathlib, signal, sys, time
place = pathlib.Path(__file__).parent
words = sys.argv[1:]
at = words.index("--runs-dir")
runs_dir = pathlib.Path(words[at + 1])
count = place / f"{runs_dir.name}.attempts"
number = len(count.read_text()) if count.exists() else 0
plans = json.loads((place / "plan.json").read_text())
mine = plans.get(runs_dir.name, [{}])
now = mine[min(number, len(mine) - 1)]
asked = words[:at] + words[at + 2:]
name = "fake-" + hashlib.sha256(" ".join(sorted(asked)).encode()).hexdigest()[:8]
run = runs_dir / now.get("run", name)
if (run / "manifest.json").exists():
    print("this run was finished before")
    print(f"results: {run / 'results.json'}")
    sys.exit(0)
with count.open("a") as stream:
    stream.write("x")
print(f"attempt {number + 1} speaks", flush=True)
if "error" in now:
    print(now["error"], file=sys.stderr, flush=True)
if now.get("deaf"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if now.get("wait"):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(75))
if now.get("wait") or now.get("deaf"):
    (place / f"{runs_dir.name}.waits").write_text(str(os.getpid()))
    time.sleep(60)
if "signal" in now:
    os.kill(os.getpid(), now["signal"])
if now.get("exit"):
    sys.exit(now["exit"])
run.mkdir(parents=True, exist_ok=True)
def write(name, value):
    (run / name).write_text(json.dumps(value))
def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
code = {"script_sha256": sha256(pathlib.Path(__file__))}
argv = [sys.argv[0], *now.get("argv", words)]
kept = ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "DIST_INVENTION_SUPERVISED")
config = {"words": asked, **{key: os.environ.get(key) for key in kept}}
about = {"config": config, "config_sha256": name, "created_utc": str(time.time())}
write("run.json", {**about, "attempts": [{"attempt": 1, "argv": argv, "code": code}]})
epochs = now.get("epochs", [2, 3])
stages = [{"name": f"stage{n}", "epochs": e} for n, e in enumerate(epochs)]
if not now.get("unsealed"):
    write("results.json", {"status": "finished", "stages": stages, "task_sha256": "t"})
    files = [{"name": p.name, "size": p.stat().st_size, "sha256": sha256(p)}
             for p in sorted(run.iterdir())]
    write("manifest.json", {"schema": 1, "files": files})
    print(f"results: {run / 'results.json'}")
"""


@pytest.fixture
def script(tmp_path):
    """The pretender; without a plan each run is sealed at once."""
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    (tmp_path / "plan.json").write_text("{}")
    return path


@pytest.fixture
def plan(tmp_path, script):
    """Say what the runs of each step do, attempt by attempt."""

    def write(**steps):
        (tmp_path / "plan.json").write_text(json.dumps(steps))

    return write


@pytest.fixture
def attempts(tmp_path):
    """Return how many processes of a step really worked."""

    def count(name):
        path = tmp_path / f"{name}.attempts"
        return len(path.read_text()) if path.exists() else 0

    return count


@pytest.fixture
def follow(tmp_path):
    """Run a campaign in this process; return what it left."""

    def run(*steps, **settings):
        said = []
        settings.setdefault("executor", LocalPool(workers=2, threads=1))
        folder = tmp_path / "campaign"
        outcome = Campaign(folder, steps, say=said.append, **settings).run()
        journal = (folder / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in journal]
        return SimpleNamespace(
            outcome=outcome,
            code=outcome.exit_code,
            said=said,
            states={name: item.status for name, item in outcome.steps.items()},
            record=json.loads((folder / "campaign.json").read_text()),
            named=lambda name: [row for row in events if row["event"] == name],
        )

    return run


@pytest.fixture
def finished(tmp_path):
    """Make a finished run for a decision, without verifying anything."""

    def make(step, results=None, config=None, epochs=()):
        folder = tmp_path / f"run-{step}"
        folder.mkdir()
        rows = [{"kind": "epoch", "step": n, "values": row} for n, row in epochs]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "metrics.jsonl").write_text(lines)
        about = {"config": config or {}}
        return FinishedRun(step, Path(folder), about, results or {})

    return make
