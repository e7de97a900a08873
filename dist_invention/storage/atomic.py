"""A crash leaves the old file or the new one, never half of one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import errno
import fcntl
import os
from pathlib import Path
import secrets
import shutil
import sys
from typing import Any

from dist_invention.storage.encoding import to_json

TEMP_PREFIX = ".tmp-"


class FolderNotWritable(ValueError):
    """Nothing can be saved in this folder.

    Example:
        >>> issubclass(FolderNotWritable, ValueError)
        True
    """


class TooLittleRoom(ValueError):
    """The disk cannot hold what is about to be written.

    Example:
        >>> issubclass(TooLittleRoom, ValueError)
        True
    """


@contextmanager
def atomic_file(path: Path | str) -> Iterator[Path]:
    """Lend a temporary path; what is written there becomes `path` at the end.

    The temporary file lies in the same folder and its name ends as the target's
    does, so that writers which look at the suffix work (`.keras`, `.weights.h5`).
    Then: fsync of the file, rename, fsync of the folder. If anything raises, the
    temporary file is removed and the old file stays as it was.

    Args:
        path: The file to create or to replace. Missing folders are made.

    Raises:
        OSError: If the disk is full or fails.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "notes.txt"
        >>> with atomic_file(target) as temp:
        ...     _ = temp.write_text("all or nothing")
        >>> target.read_text()
        'all or nothing'
    """
    path = Path(path)
    make_folder(path.parent)
    temp = path.parent / f"{TEMP_PREFIX}{secrets.token_hex(4)}-{path.name}"
    try:
        yield temp
        sync(temp)
        os.replace(temp, path)
    except BaseException:
        with suppress(OSError):  # the first error is the one to hear about
            temp.unlink()
        raise
    sync_folder(path.parent)


def write_bytes(path: Path | str, content: bytes) -> None:
    """Write bytes atomically. Raises OSError if the disk is full or fails."""
    with atomic_file(path) as temp, open(temp, "wb") as stream:
        stream.write(content)


def write_text(path: Path | str, content: str) -> None:
    """Write UTF-8 text atomically. Raises OSError if the disk is full or fails."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: Path | str, value: Any) -> None:
    """Write indented JSON atomically; encode before the disk is touched.

    Raises:
        ValueError: If a number is NaN or infinite.
        TypeError: If a value has no JSON form.
        OSError: If the disk is full or fails.
    """
    write_text(path, to_json(value, indent=2) + "\n")


def is_temporary(path: Path | str) -> bool:
    """Say whether a path is the unfinished work of `atomic_file`."""
    return Path(path).name.startswith(TEMP_PREFIX)


def sweep(folder: Path | str) -> list[Path]:
    """Remove temporary files that a crash left, in subfolders too; return them.

    Call it only while nothing else writes in the folder, as under the run's lock.
    """
    left = sorted(p for p in Path(folder).rglob(f"{TEMP_PREFIX}*") if p.is_file())
    for path in left:
        path.unlink()
    return left


def make_folder(folder: Path | str) -> Path:
    """Make a folder and its missing parents, durably; return it."""
    folder = Path(folder)
    missing = [folder, *folder.parents]
    missing = [p for p in missing if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)
    return folder


def sync(path: Path | str) -> None:
    """Force a file's content to the disk.

    Raises:
        OSError: If the disk refuses.
    """
    handle = os.open(path, os.O_RDWR)
    try:
        sync_handle(handle)
    finally:
        os.close(handle)


def sync_handle(handle: int) -> None:
    """Force an open file's content to the disk. Raises OSError if it refuses."""
    os.fsync(handle)
    if sys.platform == "darwin":  # there, fsync stops at the drive's cache
        with suppress(OSError):  # network mounts lack it
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)


def sync_folder(folder: Path | str) -> None:
    """Force a folder's names to the disk, where the file system can.

    Raises:
        OSError: If the disk refuses for another reason than not knowing how.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some network mounts cannot sync a folder
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def check_writable(folder: Path | str) -> None:
    """Write and remove a small file, making the folder where it is missing.

    Permissions say little (root passes, a full disk passes), so this tries.

    Raises:
        FolderNotWritable: If the folder cannot be made or written.
    """
    folder = Path(folder)
    probe = folder / f"{TEMP_PREFIX}{secrets.token_hex(4)}-probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(probe, "wb") as stream:
            stream.write(b"probe")
            stream.flush()
            os.fsync(stream.fileno())
        probe.unlink()
    except OSError as error:
        with suppress(OSError):
            probe.unlink()
        raise FolderNotWritable(
            f"Expected a folder that can be written: {folder}. "
            f"Received: {type(error).__name__}: {error.strerror or error}. "
            "Choose another folder, or repair its permissions and free some room."
        ) from error


def free_bytes(folder: Path | str) -> int:
    """Return the bytes left for `folder`, which need not exist yet."""
    place = Path(folder).absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def require_room(folder: Path | str, bytes_needed: int) -> None:
    """Refuse to begin what the disk cannot hold.

    Args:
        folder: Where it will be written.
        bytes_needed: Size of everything that will be written, in bytes.

    Raises:
        TooLittleRoom: If less is free.
    """
    free = free_bytes(folder)
    if free < bytes_needed:
        raise TooLittleRoom(
            f"Expected room for {_megabytes(bytes_needed)} in {folder}. "
            f"Received: {_megabytes(free)} free. "
            "Free some room, or choose a folder on another disk."
        )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
