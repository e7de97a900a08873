"""One writer at a time: a folder's lock, with the name of whoever holds it."""

from datetime import UTC, datetime
import fcntl
import json
import os
from pathlib import Path
import socket
import time
import weakref

LOCK = "LOCK"
TRIES = 5
PAUSE = 0.02  # seconds


class RunLocked(RuntimeError):
    """Another process is writing in this folder.

    Example:
        >>> issubclass(RunLocked, RuntimeError)
        True
    """


class FolderLock:
    """An flock on the file LOCK of a folder; it goes when its process goes.

    The file stays and names its last holder: host, pid and time. Its presence says
    nothing, the flock does.

    Args:
        folder: An existing folder.

    Raises:
        RunLocked: From `acquire`, if another process holds it.

    Example:
        >>> import tempfile
        >>> lock = FolderLock(tempfile.mkdtemp())
        >>> lock.acquire()
        >>> lock.is_held
        True
        >>> lock.release()
    """

    def __init__(self, folder: Path | str):
        self.folder = Path(folder)
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Say whether this object holds the lock."""
        return self._handle is not None

    def acquire(self, wait: bool = False) -> None:
        """Take the lock now, or raise RunLocked naming who holds it.

        Args:
            wait: Wait for the holder instead of raising.
        """
        if self._handle is not None:
            return
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle, wait)
            holder = {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)
        except BlockingIOError as error:
            os.close(handle)
            raise RunLocked(
                f"Expected no other process to write in {self.folder}. "
                f"Received: it is locked by {_holder(self.folder)}. "
                "Wait for that process or stop it, then run the same command again."
            ) from error
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        _HELD.add(self)

    def release(self) -> None:
        """Give the lock back; doing so twice is harmless."""
        if self._handle is not None:
            os.close(self._handle)  # closing the file ends the flock
            self._handle = None
            _HELD.discard(self)


def _let_go_in_child() -> None:
    """Close the locks in a forked child: it must not hold them when its parent dies."""
    for lock in list(_HELD):
        lock.release()


_HELD: "weakref.WeakSet[FolderLock]" = weakref.WeakSet()
os.register_at_fork(after_in_child=_let_go_in_child)


def _lock(handle: int, wait: bool) -> None:
    """Take the flock; whoever only looks whether it is held does so for a moment."""
    for _ in range(0 if wait else TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(PAUSE)
    fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / LOCK).read_text(encoding="utf-8"))
        return f"pid {holder['pid']} on {holder['host']} since {holder['time']}"
    except (OSError, ValueError, KeyError, TypeError):  # it is being written
        return "a process that has not written its name yet"
