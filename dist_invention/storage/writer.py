"""Write snapshots in the background: what blocks is handing one over."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path
import sys
import threading
import time
from typing import Any

from dist_invention.storage.checkpoints import CheckpointFolder
import numpy as np

BACKGROUND = 10  # niceness of the thread, so that training goes first


class NotFiniteState(FloatingPointError):
    """A variable holds NaN or infinity; such a state is never saved."""


@dataclass(frozen=True)
class Written:
    """One checkpoint that is on disk.

    Args:
        step: Steps done since the run began.
        path: The file.
        seconds: What writing it took, in the background.
        bytes: Its size.

    Example:
        >>> Written(12, Path("g000000012.npz"), 0.1, 4096).step
        12
    """

    step: int
    path: Path
    seconds: float
    bytes: int


def lower_priority() -> None:
    """Let the calling thread run after others, where the system has that (Linux)."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND)


class SnapshotWriter:
    """One thread that writes checkpoints, one after the other.

    Args:
        files: Where they go.
        before: Called in the thread before a checkpoint is written, as to force the
            journal to disk whose lines it counts.
        published: Called in the thread with each checkpoint that is on disk.

    Example:
        >>> import tempfile
        >>> writer = SnapshotWriter(CheckpointFolder(tempfile.mkdtemp()))
        >>> writer.submit(12, {"w": np.ones(3)}, {"stage": 0})
        >>> writer.wait()
        True
        >>> writer.files.steps
        [12]
        >>> writer.close()
        True
    """

    def __init__(
        self,
        files: CheckpointFolder,
        before: Callable[[], None] | None = None,
        published: Callable[[Written], None] | None = None,
    ):
        self.files = files
        self.before = before
        self.published = published
        self._job: tuple[int, Mapping[str, np.ndarray], Mapping[str, Any]] | None = None
        self._error: BaseException | None = None
        self._closing = False
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a snapshot is being written, so that its arrays must stay."""
        with self._turn:
            return self._job is not None

    def submit(
        self, step: int, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]
    ) -> None:
        """Hand over a snapshot; wait only if the one before is still being written.

        Args:
            step: Steps done since the run began.
            arrays: Arrays by name, not to be changed until `is_busy` is False.
            about: Everything else that remembers, as plain JSON values.

        Raises:
            NotFiniteState: If the snapshot before was not finite.
            OSError: If it could not be written.
        """
        self.wait()
        self.check()
        with self._turn:
            self._closing = False
            if self._thread is None:
                thread = threading.Thread(
                    target=self._work, name="checkpoint-writer", daemon=True
                )
                thread.start()  # before there is a job, for a signal may come here
                self._thread = thread
            self._job = (step, arrays, about)
            self._turn.notify_all()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing is being written; say whether that came to be."""
        with self._turn:
            return self._turn.wait_for(lambda: self._job is None, seconds)

    def check(self) -> None:
        """Raise what went wrong in the background, once.

        Raises:
            NotFiniteState: If a variable was not finite.
            OSError: If the disk is full or fails.
        """
        with self._turn:
            error, self._error = self._error, None
        if error is not None:
            raise error

    def close(self, seconds: float | None = None) -> bool:
        """Finish what is being written and end the thread; a later submit reopens.

        Args:
            seconds: Wait no longer than this for a disk that hangs.

        Returns:
            Whether nothing is being written any more.
        """
        if not self.wait(seconds):
            return False
        with self._turn:
            self._closing = True
            self._turn.notify_all()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(seconds)
        return True

    def _work(self) -> None:
        lower_priority()
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._job is not None or self._closing)
                job = self._job
            if job is None:
                return
            error: BaseException | None = None
            try:
                self._write(*job)
            except BaseException as problem:  # check() raises it where it is heard
                error = problem
            with self._turn:
                self._error = self._error or error
                self._job = None
                self._turn.notify_all()

    def _write(
        self, step: int, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]
    ) -> None:
        begin = time.monotonic()
        refuse_nonfinite(arrays)
        if self.before is not None:
            self.before()
        path = self.files.write(step, arrays, about)
        seconds = time.monotonic() - begin
        if self.published is not None:
            self.published(Written(step, path, seconds, path.stat().st_size))


def refuse_nonfinite(arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse a state of which a number is NaN or infinite.

    Args:
        arrays: Arrays by name; those of whole numbers, booleans and text pass.

    Raises:
        NotFiniteState: Naming the first such array.
    """
    for name, value in arrays.items():
        is_real = value.dtype.kind in "fcV"  # bfloat16 and its kin are V
        if is_real and not np.isfinite(value).all():
            raise NotFiniteState(
                f"Expected every variable to be finite. Received: NaN or infinity in "
                f"`{name}`. The last checkpoint stays; lower the learning rate or look "
                "for the batch that did it in events.jsonl."
            )
