"""The newest checkpoint that a run may go on from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.storage import CheckpointFolder
from dist_invention.training.session import Session
import numpy as np


class NoCheckpoint(RuntimeError):
    """Every checkpoint of a run is damaged."""


class ForeignCheckpoint(ValueError):
    """A checkpoint was saved under another configuration, or from other data."""


@dataclass(frozen=True)
class Saved:
    """A verified checkpoint.

    Args:
        arrays: Arrays by name.
        about: Everything else it remembers.
        path: Its file.

    Example:
        >>> Saved({}, {"place": {"stage": 1}}, Path("g.npz")).place.stage
        1
    """

    arrays: dict[str, np.ndarray]
    about: Mapping[str, Any]
    path: Path

    @property
    def place(self) -> Place:
        """How far the run had come."""
        return Place(**self.about["place"])


def newest(session: Session) -> Saved:
    """Return the newest checkpoint that verifies; say which ones do not.

    Raises:
        NoCheckpoint: If none does.
        ForeignCheckpoint: If it was saved under another configuration.
    """
    session.checkpointer.settle()
    files = session.checkpointer.files
    found, rejected = _newest_that_fits(files, session.folder.metrics.lines)
    for path, reason in rejected:
        session.folder.record("checkpoint_rejected", file=path.name, reason=reason)
        session.warn(f"{path.name} is damaged; the one before it is used. {reason}")
    if found is None:
        raise NoCheckpoint(
            f"Expected a checkpoint that verifies in {session.folder.checkpoints}. "
            f"Received: {len(rejected)} damaged ones. Copy one back from a "
            "destination, or start anew in another --runs-dir."
        )
    arrays, manifest, path = found
    wanted, known = session.config.sha256, manifest["about"]["config_sha256"]
    if known != wanted:
        raise ForeignCheckpoint(
            f"Expected {path.name} to be saved under configuration {wanted[:8]}. "
            f"Received: one of configuration {known[:8]}. Take it out of "
            f"{path.parent}, and put back a checkpoint of this run."
        )
    _refuse_other_ground(session, manifest["about"], path)
    return Saved(arrays, manifest["about"], path)


def _newest_that_fits(
    files: CheckpointFolder, lines: int
) -> tuple[Any, list[tuple[Path, str]]]:
    """Return the newest checkpoint that verifies and whose journal is all there."""
    rejected: list[tuple[Path, str]] = []
    before = None
    while True:
        found = files.newest(before)
        rejected += files.rejected
        counted = found[1]["about"]["metrics_lines"] if found else 0
        if found is None or counted <= lines:
            return found, rejected
        reason = f"It counts {counted} lines of metrics.jsonl, which has {lines}."
        rejected.append((found[2], reason))
        before = int(found[1]["about"]["place"]["global_step"])


def _refuse_other_ground(session: Session, about: Mapping[str, Any], path: Path):
    """Refuse to go on from a state of other data, another backend or precision.

    Test splits shaped no state, so one may change where it is read again for a reason.
    """
    now, then = session.checkpointer.made_with, about["made_with"]
    tests = [s.name for s in session.splits.values() if s.role == "test"]
    free = {f"split {name}" for name in tests} if session.config.reread else set()
    other = [
        name for name in sorted({*now, *then} - free) if now.get(name) != then.get(name)
    ]
    if other:
        differs = {name: (then.get(name), now.get(name)) for name in other}
        raise ForeignCheckpoint(
            f"Expected the data and number format that {path.name} was made with. "
            f"Received, as (then, now): {differs}. Go on with the code, data and kind "
            "of device that began the run, or start anew in another --runs-dir."
        )
