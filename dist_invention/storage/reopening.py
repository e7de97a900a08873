"""Open a sealed run again, for a reason that stays on record."""

from collections.abc import Mapping
import logging
from pathlib import Path
from typing import Any

from dist_invention.storage import atomic, manifest
from dist_invention.storage.run import RESULTS, RunFolder

REREAD = "reread"  # the event

log = logging.getLogger(__name__)


def reopen(folder: RunFolder, about: Mapping[str, Any], reason: str) -> bool:
    """Unseal a finished run that is whole, so that it can be judged and sealed again.

    The results so far stay as `results-1.json`, `results-2.json` and so on. The order
    of the steps is such that a kill between two of them leaves the run sealed as it
    was, or unsealed with all that it held.

    Args:
        folder: A finished run, opened and locked.
        about: What is asked, as `RunFolder.open` was told.
        reason: Why; recorded in the event.

    Returns:
        Whether it is open; a damaged run stays as it is.

    Raises:
        OSError: If the disk is full or fails.

    Example:
        >>> reopen(folder, about, "the metric was mended")  # doctest: +SKIP
        True
    """
    problems = [p for p in manifest.verify(folder.path) if not p.is_harmless]
    if problems:
        log.warning(
            "Expected %s to be whole before it is read again. Received: %s. Fetch the "
            "files from a destination.",
            *(folder.path, "; ".join(map(str, problems))),
        )
        return False
    content = (folder.path / RESULTS).read_bytes()
    number = 1 + [row["event"] for row in folder.events.read()].count(REREAD)
    # A kill after the seal was taken off leaves old results without their event.
    while _holds_other(folder.path / f"results-{number}.json", content):
        number += 1
    old = f"results-{number}.json"
    atomic.write_bytes(folder.path / old, content)
    (folder.path / manifest.MANIFEST).unlink()
    atomic.sync_folder(folder.path)
    for journal in (folder.events, folder.metrics):
        journal.thaw()
    folder.record(REREAD, reason=reason, results=old)
    folder.begin(about)
    return True


def _holds_other(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() != content


def times_sealed(run_folder: Path) -> int:
    """Return how often a run was sealed before it was opened again.

    Example:
        >>> times_sealed(Path("no such run"))
        0
    """
    return len(list(run_folder.glob("results-*.json")))
