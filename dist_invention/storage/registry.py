"""Where runs lie on this machine: one line a run, so that none is overlooked."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
import os
from pathlib import Path

from dist_invention.storage.atomic import make_folder, write_text
from dist_invention.storage.encoding import to_json
from dist_invention.storage.journal import Journal
from dist_invention.storage.lock import FolderLock

HOME_VARIABLE = "DIST_INVENTION_HOME"


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
    """Return every run ever registered, each once, oldest first."""
    return list(dict.fromkeys(Path(line["path"]) for line in _journal().read()))


def forget(run_folders: Iterable[Path | str]) -> None:
    """Take runs off the registry; their files, if any, stay.

    Raises:
        OSError: If the registry cannot be written.
    """
    gone = {Path(path).absolute() for path in run_folders}
    with _exclusive():
        kept = [line for line in _journal().read() if Path(line["path"]) not in gone]
        write_text(_path(), "".join(to_json(line) + "\n" for line in kept))


def _path() -> Path:
    return home() / "runs.jsonl"


def _journal() -> Journal:
    return Journal(_path())


@contextmanager
def _exclusive() -> Iterator[None]:
    """Let runs that start at the same moment register one after the other."""
    lock = FolderLock(make_folder(home()))
    lock.acquire(wait=True)
    try:
        yield
    finally:
        lock.release()
