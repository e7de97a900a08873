"""SIGTERM at every moment, two writers on one run, and NaN in one batch."""

import json
import signal
import time

from attempts import AttackFailed, expect
from dist_invention.storage import CheckpointFolder, read_arrays
import numpy as np

LONGEST_STOP = 25.0  # seconds from SIGTERM to the end
MOMENTS = (
    {"call": "step", "when": "after", "nth": 137, "do": "term"},
    {"call": "validation", "when": "before", "nth": 3, "do": "term"},
    {"call": "write", "when": "half", "path": "*/checkpoints/.tmp-*", "do": "term"},
    {"call": "step", "when": "after", "nth": 211, "do": "twice"},
    {"call": "fsync", "when": "before", "path": "*/checkpoints", "do": "twice"},
)
OUTSIDE = (  # of training: while it starts, and while it is scored and sealed
    {"call": "replace", "path": "*/run.json", "do": "term", "at_once": True},
    {"call": "replace", "path": "*/results.json", "do": "twice", "at_once": True},
)


def terminated(trial, moments=MOMENTS):
    """SIGTERM in training, validation and saving, once and twice; then go on."""
    slowest = max(_stop_at(trial, point) for point in moments)
    attempt = trial.start()
    attempt.wait_for_step()
    time.sleep(trial.random.uniform(0, 1))
    begin = time.monotonic()
    for _ in range(2):
        attempt.send(signal.SIGTERM)
        time.sleep(0.05)
    expect(attempt, 75)
    return _ended(trial, len(moments) + 1, max(slowest, time.monotonic() - begin))


def terminated_outside(trial):
    """SIGTERM while the run is opened, and two while it is sealed."""
    slowest = max(_stop_at(trial, point) for point in OUTSIDE)
    return _ended(trial, len(OUTSIDE), slowest)


def _stop_at(trial, point):
    """Start with a failpoint; return the seconds from its signal to the end."""
    attempt = trial.start([point])
    expect(attempt, 75, "the same command goes on")
    ended = time.time()
    trial.check_resume()
    sent = attempt.mark.with_name(attempt.mark.name + ".sent")
    if not sent.exists():
        raise AttackFailed(f"{point} was not reached")
    return ended - float(sent.read_text())


def _ended(trial, signals, slowest):
    if slowest > LONGEST_STOP:
        raise AttackFailed(f"{slowest:.1f} s from SIGTERM to the end")
    trial.finish()
    return {"sigterm": signals, "slowest_stop_seconds": round(slowest, 2)}


def two_writers(trial):
    """Start the same command twice; the second is refused by the name of the first."""
    first = trial.start()
    first.wait_for_step()
    second = trial.start()
    expect(second, 2, f"pid {first.process.pid}")
    expect(first, 0)
    return {"two_writers": 1}


def pass_over(trial, batch):
    """Let a run never see one batch, by a line in its journal before it begins."""
    attempt = trial.start([{"call": "step", "when": "after", "nth": 1}])
    if attempt.end() != -signal.SIGKILL:
        raise AttackFailed(f"expected a kill at the first step: {attempt.last()}")
    line = {"event": "rolled_back", "batch": batch, "step": 0}
    with open(trial.run / "events.jsonl", "a") as stream:
        stream.write(json.dumps(line) + "\n")


def not_a_number(trial, reference):
    """Let one batch hold a NaN, kill while it is rolled back, and let it end."""
    attempt = trial.start()
    attempt.wait_until(lambda: trial.has("rolled_back"), "rollback")
    time.sleep(trial.random.uniform(0, 0.5))
    attempt.send(signal.SIGKILL)
    if attempt.end() == -signal.SIGKILL:
        trial.kills += 1
    refuse_published(trial.run / "checkpoints")
    trial.kill_at_random(1.0)
    trial.finish()
    rows = trial.events("rolled_back")
    if len({tuple(row["batch"]) for row in rows}) != 1:
        raise AttackFailed(f"expected one batch rolled back: {rows}")
    pass_over(reference, rows[0]["batch"])
    reference.finish()
    return {"nan": 1, "batch": rows[0]["batch"]}


def refuse_published(folder):
    """Make sure that no checkpoint holds what is not finite."""
    files = CheckpointFolder(folder)
    for step in files.steps:
        arrays, _ = read_arrays(files.file(step))
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise AttackFailed(f"{files.file(step).name} holds NaN in {name}")
