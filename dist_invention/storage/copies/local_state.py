"""What a run folder holds that a run can go on from; nothing of it is trusted."""

from collections.abc import Iterable
import json
from pathlib import Path
from typing import Any

from dist_invention.storage.attempts import RUN
from dist_invention.storage.checkpoints import NAME, CheckpointFolder
from dist_invention.storage.hashing import CorruptFile
from dist_invention.storage.journal import Journal

METRICS = "metrics.jsonl"
EVENTS = "events.jsonl"
CHECKPOINTS = "checkpoints/"


def checkpoint(step: int) -> str:
    """Return the name of a step's checkpoint in a run.

    Example:
        >>> checkpoint(12)
        'checkpoints/g000000012.npz'
    """
    return f"{CHECKPOINTS}g{step:09d}.npz"


def steps(names: Iterable[str]) -> list[int]:
    """Return the steps of the checkpoints among names of a run's files, in order."""
    inside = (n.removeprefix(CHECKPOINTS) for n in names if n.startswith(CHECKPOINTS))
    return sorted(int(match[1]) for match in map(NAME.fullmatch, inside) if match)


def configuration(run_json: Path) -> str | None:
    """Return the hash of the configuration in a run.json, if that can be read."""
    try:
        known: Any = json.loads(run_json.read_bytes())
        _ = known["config"], known["attempts"]
        return str(known["config_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def lines(journal: Path) -> int:
    """Return the complete lines of a journal: 0 where it is missing, -1 if damaged."""
    try:
        if not journal.exists():
            return 0
        if journal.suffix == ".jsonl":
            return len(Journal(journal).read())
        return journal.read_bytes().count(b"\n")
    except (CorruptFile, OSError):
        return -1


def is_reopened(run_folder: Path) -> bool:
    """Return whether a run was sealed here and opened again, so that it is the newest.

    A sealed copy of it lacks the receipts of what was read since.
    """
    try:
        events = Journal(run_folder / EVENTS).read()
    except (CorruptFile, OSError):
        return False
    return any(event.get("event") == "reread" for event in events)


def newest_step(run_folder: Path) -> int:
    """Return the highest step that a run can go on from by itself; -1 if there is none.

    Its checkpoint verifies, its metrics are there, and run.json can be read.
    """
    if configuration(run_folder / RUN) is None:
        return -1
    files = CheckpointFolder(run_folder / CHECKPOINTS)
    known = lines(run_folder / METRICS)
    found = files.newest()
    while found is not None:
        [step] = steps([f"{CHECKPOINTS}{found[2].name}"])
        if found[1]["about"].get("metrics_lines", 0) <= known:
            return step
        found = files.newest(before=step)
    return -1
