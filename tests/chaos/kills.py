"""SIGKILL: at random times, during start-up, and at named points of a commit."""

import signal
import time

from attempts import AttackFailed

CHECKPOINT, HALF_WRITTEN = "*/checkpoints/g*.npz", "*/checkpoints/.tmp-*"
NAMED = {
    "checkpoint": [
        {"call": "open", "when": "after", "path": HALF_WRITTEN},
        {"call": "write", "when": "half", "path": HALF_WRITTEN},
        {"call": "fsync", "when": "before", "path": HALF_WRITTEN},
        {"call": "fsync", "when": "after", "path": HALF_WRITTEN},
        {"call": "replace", "when": "before", "path": CHECKPOINT},
        {"call": "replace", "when": "after", "path": CHECKPOINT},
        {"call": "fsync", "when": "before", "path": "*/checkpoints"},
        {"call": "fsync", "when": "after", "path": "*/checkpoints"},
        {"call": "unlink", "when": "before", "path": CHECKPOINT},
        {"call": "unlink", "when": "after", "path": CHECKPOINT},
    ],
    "journal": [
        {"call": "write", "when": "before", "path": "*/metrics.jsonl", "nth": 7},
        {"call": "write", "when": "half", "path": "*/metrics.jsonl", "nth": 9},
        {"call": "write", "when": "after", "path": "*/metrics.jsonl", "nth": 8},
        {"call": "fsync", "when": "before", "path": "*/metrics.jsonl", "nth": 2},
        {"call": "write", "when": "before", "path": "*/events.jsonl", "nth": 2},
        {"call": "write", "when": "half", "path": "*/events.jsonl", "nth": 2},
        {"call": "write", "when": "after", "path": "*/events.jsonl", "nth": 2},
    ],
    "start and resume": [
        {"call": "replace", "when": "before", "path": "*/run.json"},
        {"call": "write", "when": "half", "path": "*/events.jsonl"},
        {"call": "write", "when": "half", "path": HALF_WRITTEN},
        {"call": "replace", "when": "after", "path": CHECKPOINT},
        {"call": "step", "when": "after", "nth": 300},
        {"call": "replace", "when": "after", "path": "*/run.json"},
        {"call": "write", "when": "half", "path": "*/events.jsonl", "nth": 4},
        {"call": "replace", "when": "before", "path": "*/metrics.jsonl"},
        {"call": "replace", "when": "after", "path": "*/metrics.jsonl"},
    ],
    "stage end and seal": [
        {"call": "replace", "when": "before", "path": "*/01-*/model.keras"},
        {"call": "replace", "when": "after", "path": "*/01-*/model.weights.h5"},
        {"call": "replace", "when": "after", "path": "*/01-*/report.json"},
        {"call": "replace", "when": "before", "path": "*/02-*/report.json"},
        {"call": "replace", "when": "before", "path": "*/results.json"},
        {"call": "replace", "when": "after", "path": "*/results.json"},
        {"call": "replace", "when": "before", "path": "*/report.html"},
        {"call": "replace", "when": "after", "path": "*/results.json", "nth": 2},
        {"call": "replace", "when": "before", "path": "*/manifest.json"},
        {"call": "replace", "when": "after", "path": "*/manifest.json"},
    ],
}
NAMED["quick"] = [NAMED["checkpoint"][1], NAMED["checkpoint"][5], NAMED["journal"][1]]
AT_ONCE = ("start and resume", "stage end and seal")  # before this attempt's steps


def random_kills(trial, times):
    """Kill at random times after the first new step, several times in one run."""
    for _ in range(times):
        if not trial.kill_at_random():
            break
    trial.finish()
    return {}


def kills_at_start(trial, times=4):
    """Kill while a process starts, restores and sets up, before its first step."""
    trial.kill_at_random()
    for _ in range(times):
        attempt = trial.start()
        time.sleep(trial.random.uniform(2.0, 7.0))
        attempt.send(signal.SIGKILL)
        attempt.end()
        trial.check_resume()
    trial.finish()
    return {"kills_at_start": times}


def failpoints(trial, group):
    """Die at one point after the other; each attempt goes on from what is left."""
    for point in NAMED[group]:
        attempt = trial.start([{**point, "at_once": group in AT_ONCE}])
        code = attempt.end()
        if code != -signal.SIGKILL:
            raise AttackFailed(f"exit {code}, {point} not reached: {attempt.last()}")
        trial.check_resume()
    trial.finish()
    return {"failpoints": len(NAMED[group])}
