"""A folder for unfinished work; the next process removes it if this one is killed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import shutil
import stat
import tempfile
import time

from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.lock import FolderLock, RunLocked

PREFIX = f"{TEMP_PREFIX}scratch-"
YOUNG_SECONDS = 60.0  # its owner may not have locked it yet


@contextmanager
def scratch_folder(parent: Path | str | None = None) -> Iterator[Path]:
    """Lend an empty folder that is removed at the end, whatever happens.

    Its lock says that its owner lives. Those of killed processes are removed first.

    Args:
        parent: An existing folder, on the disk that is to hold the work; by default
            that of temporary files.

    Raises:
        OSError: If nothing can be written there.

    Example:
        >>> with scratch_folder() as folder:
        ...     folder.is_dir()
        True
    """
    parent = Path(parent or tempfile.gettempdir())
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    lock = FolderLock(folder)
    try:
        lock.acquire()
        work = folder / "work"
        work.mkdir()
        yield work
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        lock = FolderLock(folder)
        with suppress(OSError, RunLocked):  # in use, or gone already
            about = folder.lstat()
            is_ours = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()
            if is_ours and time.time() - about.st_mtime > YOUNG_SECONDS:
                lock.acquire()
                shutil.rmtree(folder, ignore_errors=True)
        lock.release()
