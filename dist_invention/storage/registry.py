"""Where runs lie on this machine: one line a run, so that none is overlooked."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
import json
import logging
import os
from pathlib import Path

from dist_invention.storage.atomic import make_folder, write_bytes
from dist_invention.storage.journal import Journal
from dist_invention.storage.lock import FolderLock
from dist_invention.storage.problems import Problem

HOME_VARIABLE = "DIST_INVENTION_HOME"

log = logging.getLogger(__name__)


def home() -> Path:
    """Return the registry's folder: DIST_INVENTION_HOME, or `~/.dist_invention`."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen) if chosen else Path.home() / ".dist_invention"


def register(run_folder: Path | str) -> None:
    """Remember where a run lies. A second time changes nothing.

    Raises:
        OSError: If the registry cannot be written.
    """
    path = Path(run_folder).absolute()
    with _exclusive():
        if path not in registered():
            now = datetime.now(UTC).isoformat(timespec="seconds")
            _journal().append({"path": path, "time": now})


def registered() -> list[Path]:
    """Return every run ever registered, each once, oldest first.

    A damaged line costs a warning and that line, never the others.
    """
    paths, problems = read()
    for problem in problems:
        log.warning("The registry of runs has lost a run: %s", problem)
    return paths


def read() -> tuple[list[Path], list[Problem]]:
    """Return the registered runs, and what of the registry does not read."""
    paths: dict[Path, None] = {}
    problems = []
    try:
        lines = _lines()
    except OSError as error:
        detail = error.strerror or str(error)
        return [], [Problem(str(_path()), "unreadable", detail)]
    for number, line in enumerate(lines, 1):
        path = _run_in(line)
        if path is None:
            detail = (
                f"line {number} names no run: {line[:60]!r}; find it, drop the line"
            )
            problems.append(Problem(str(_path()), "changed", detail))
        else:
            paths[path] = None
    return list(paths), problems


def forget(run_folders: Iterable[Path | str]) -> None:
    """Take runs off the registry; their files, if any, stay.

    Raises:
        OSError: If the registry cannot be written.
    """
    gone = {Path(path).absolute() for path in run_folders}
    with _exclusive():
        kept = [line for line in _lines() if _run_in(line) not in gone]
        write_bytes(_path(), b"".join(line + b"\n" for line in kept))


def _path() -> Path:
    return home() / "runs.jsonl"


def _journal() -> Journal:
    return Journal(_path())


def _lines() -> list[bytes]:
    """Return the complete lines; what a crash left of the last one is dropped."""
    try:
        return _path().read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []


def _run_in(line: bytes) -> Path | None:
    """Return the run that a line names, or `None` where it is damaged."""
    try:
        path = json.loads(line)["path"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Path(path) if isinstance(path, str) and path and "\0" not in path else None


@contextmanager
def _exclusive() -> Iterator[None]:
    """Let runs that start at the same moment register one after the other."""
    lock = FolderLock(make_folder(home()))
    lock.acquire(wait=True)
    try:
        yield
    finally:
        lock.release()
