"""Destinations that hang, fail, lie and fill up; and a run that lies only there."""

import json
import shutil
import signal
import time

from attempts import AttackFailed, expect
from dist_invention.storage import CheckpointFolder
from stops import LONGEST_STOP

KINDS = ("hang", "fail", "lie", "full")
SLOWER = 1.5  # times as long as a run beside it that has no destination
SECONDS = 2.0  # on top of that, for what two cores do to three processes


def bad_destination(trial, kind, control):
    """Train with a bad destination and a good one: not slower, identical, named."""
    good = trial.folder / "good"
    bad = f"chaos://{kind}{trial.folder}/bad"
    trial.words = ["--destinations", bad, str(good)]
    trial.variables = {"CHAOS_STORE": "1"}
    beside = control.start()
    attempt = trial.start()
    expect(beside, 0)
    expect(attempt, 74, f"{bad}: BEHIND", f"{good}: complete, verified")
    return {"bad_destination": 1, "slower": _slower(trial, control)}


def _slower(trial, control):
    ours, theirs = (
        json.loads((run / "results.json").read_text())["seconds"]
        for run in (trial.run, control.run)
    )
    if ours > SLOWER * theirs + SECONDS:
        raise AttackFailed(f"trained {ours:.1f} s instead of {theirs:.1f} s")
    return round(ours / theirs, 2)


def kills_and_bad_destinations(trial, times=2):
    """Kill at random, then stop, while one destination hangs and one lies."""
    bad = [f"chaos://{kind}{trial.folder}/bad" for kind in ("hang", "lie")]
    trial.words = ["--destinations", *bad]
    trial.variables = {"CHAOS_STORE": "1"}
    for _ in range(times):
        if not trial.kill_at_random():
            raise AttackFailed("it ended before the kill")
    attempt = trial.start()
    attempt.wait_for_step()
    begin = time.monotonic()
    attempt.send(signal.SIGTERM)
    expect(attempt, 75)
    seconds = time.monotonic() - begin
    if seconds > LONGEST_STOP:
        raise AttackFailed(f"{seconds:.1f} s from SIGTERM to the end")
    trial.check_resume()
    trial.finish(74)
    return {"sigterm": 1, "stop_seconds": round(seconds, 2)}


def _newest_at(place):
    """Step of the newest checkpoint whose copy verifies."""
    found = [CheckpointFolder(f).newest() for f in place.glob("*/checkpoints")]
    return max((f[1]["about"]["place"]["global_step"] for f in found if f), default=0)


def folder_deleted(trial, times=2, has_liar=False):
    """Kill, delete the whole local folder, go on from the destination."""
    elsewhere = trial.folder / "elsewhere"
    liar = [f"chaos://lie{trial.folder}/bad"] if has_liar else []
    trial.words = ["--destinations", *liar, str(elsewhere)]
    trial.variables = {"CHAOS_STORE": "1"}
    trial.copies = [elsewhere]
    for _ in range(times):
        attempt = trial.start()
        attempt.wait_for_step()
        attempt.wait_until(lambda: _newest_at(elsewhere) > trial.expected, "copy")
        time.sleep(trial.random.uniform(0, 2))
        attempt.send(signal.SIGKILL)
        if attempt.end() != -signal.SIGKILL:
            raise AttackFailed(f"it ended before the kill: {attempt.last()}")
        trial.kills += 1
        trial.check_resume()
        shutil.rmtree(trial.runs)
        if not trial.newest_step:
            raise AttackFailed("no checkpoint had reached the destination")
    trial.finish(74 if has_liar else 0)
    return {"folder_deleted": times}
