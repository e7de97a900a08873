"""What a run holds at one moment, also while a process is writing in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
import fcntl
import json
import os
from pathlib import Path
import stat
import time
from typing import Any
from zipfile import BadZipFile, ZipFile

from dist_invention.storage import arrays, manifest
from dist_invention.storage.archives.pinned import PinnedFile
from dist_invention.storage.archives.versions import JOURNALS, other_version
from dist_invention.storage.checkpoints import NAME
from dist_invention.storage.listing import Listing, list_files
from dist_invention.storage.lock import LOCK

CHECKPOINTS = "checkpoints/"
GROWING = (".jsonl", ".log")  # files of a run that are appended to
TRIES = 20
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class RunView:
    """The files of a run, those that change held open; made by `open_view`.

    The newest checkpoint that holds is opened first and the journals after it, so
    that they have at least the lines it counts.

    Args:
        path: The run's folder.
        listing: Its files; lock and temporaries are left out.
        is_running: A living process holds the run's lock.
        version: What tells that another version wrote it, as `other_version` does.
        pinned: Files held open, by name: the newest checkpoint, then the journals.
        about: What the newest checkpoint remembers, empty where there is none.
        is_consistent: Nothing changed hands while it was taken.

    Example:
        >>> import tempfile
        >>> with open_view(Path(tempfile.mkdtemp())) as view:
        ...     view.is_running, view.is_sealed, view.names
        (False, False, ())
    """

    path: Path
    listing: Listing
    is_running: bool
    version: tuple[str, str] | None
    pinned: Mapping[str, PinnedFile]
    about: Mapping[str, Any]
    is_consistent: bool

    @property
    def is_sealed(self) -> bool:
        """Whether the run has a manifest."""
        return any(name == manifest.MANIFEST for name, _ in self.listing.files)

    @property
    def names(self) -> tuple[str, ...]:
        """Every file, those held open last: what may be pruned is read first."""
        held = set(self.pinned)
        others = [name for name, _ in self.listing.files if name not in held]
        return (*others, *self.pinned)

    @property
    def lines(self) -> int:
        """Complete lines of metrics.jsonl, 0 where it cannot be read."""
        try:
            return self.pinned["metrics.jsonl"].lines()
        except (KeyError, OSError):  # told when the view is read
            return 0

    @property
    def lines_needed(self) -> int:
        """Lines of metrics.jsonl that the newest checkpoint counts."""
        count = self.about.get("metrics_lines", 0)
        return count if isinstance(count, int) else 0

    @contextmanager
    def open(self, name: str) -> Iterator[PinnedFile]:
        """Lend a file of the view.

        Raises:
            FileNotFoundError: If it vanished since.
            OSError: If it cannot be read.
        """
        if name in self.pinned:
            yield self.pinned[name]
            return
        with PinnedFile(self.path / name) as file:
            yield file

    def close(self) -> None:
        """Let go of the files."""
        for file in self.pinned.values():
            file.close()


@contextmanager
def open_view(path: Path | str) -> Iterator[RunView]:
    """Lend a view of a run, consistent where that can be had within seconds."""
    view = _take(Path(path))
    for attempt in range(1, TRIES):
        if view.is_consistent:
            break
        view.close()
        time.sleep(PAUSE_SECONDS * min(attempt, 10))
        view = _take(Path(path))
    try:
        yield view
    finally:
        view.close()


def is_locked(folder: Path | str) -> bool:
    """Whether a living process holds the lock of a run; it is not taken from anybody.

    A shared lock is asked for and given back at once; no file is made or changed.
    """
    try:
        handle = os.open(Path(folder) / LOCK, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:  # never locked, or not ours to know
        return False
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(handle)
    return False


def _take(path: Path) -> RunView:
    everything = list_files(path)
    files = tuple(item for item in everything.files if item[0] != LOCK)
    problems = (p for p in everything.problems if manifest.is_listed(p.file))
    listing = Listing(files, tuple(problems))  # mirrors of other tools hold links
    version = other_version(path)
    names = [name for name, _ in files]
    if manifest.MANIFEST in names:
        return RunView(path, listing, False, version, {}, {}, True)
    is_running = is_locked(path)
    newest, about, has_lost = _pin_newest(path, names)
    journals = {
        name for name in names if name.endswith(GROWING) and "/" not in name
    } | set(JOURNALS)
    pinned = newest | _pin_journals(path, sorted(journals), is_running)
    has_been_sealed = (path / manifest.MANIFEST).exists()
    view = RunView(path, listing, is_running, version, pinned, about, True)
    is_short = view.lines < view.lines_needed
    if has_been_sealed or (is_running and (has_lost or is_short)):
        return RunView(path, listing, is_running, version, pinned, about, False)
    return view


def _pin_newest(
    path: Path, names: list[str]
) -> tuple[dict[str, PinnedFile], dict[str, Any], bool]:
    """Open the newest checkpoint that holds; say whether one vanished on the way."""
    has_lost = False
    steps = {}
    for name in names:
        match = NAME.fullmatch(name.removeprefix(CHECKPOINTS))
        if match and name.startswith(CHECKPOINTS):
            steps[int(match[1])] = name
    for step in sorted(steps, reverse=True):
        try:
            file = PinnedFile(path / steps[step])
        except FileNotFoundError:
            has_lost = True
            continue
        except OSError:  # told when the view is read
            continue
        about = _about(file)
        if about is not None:
            return {steps[step]: file}, about, False
        file.close()
    if not steps:  # a listing can miss one that is replaced by the next meanwhile
        again = list_files(path / CHECKPOINTS).files
        has_lost = any(NAME.fullmatch(name) for name, _ in again)
    return {}, {}, has_lost


def _about(file: PinnedFile) -> dict[str, Any] | None:
    """Return what a checkpoint remembers, or `None` where it is damaged."""
    try:
        if not file.take().has_seal:
            return None
        with ZipFile(file.stream) as archive:
            return dict(json.loads(archive.read(arrays.MANIFEST))["about"])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, BadZipFile):
        return None


def _pin_journals(
    path: Path, names: list[str], is_running: bool
) -> dict[str, PinnedFile]:
    pinned = {}
    for name in names:
        try:
            pinned[name] = PinnedFile(path / name, whole_lines=is_running)
        except OSError:  # not there yet, or told when the view is read
            continue
    return pinned
