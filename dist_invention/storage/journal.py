"""Append-only JSON lines: one event a line, readable after a crash."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import threading
from typing import Any

from dist_invention.storage.atomic import (
    make_folder,
    sync,
    sync_folder,
    sync_handle,
    write_bytes,
)
from dist_invention.storage.encoding import to_json
from dist_invention.storage.hashing import CorruptFile


class JournalFrozen(RuntimeError):
    """The journal belongs to a sealed run; one more line would break its manifest.

    Example:
        >>> issubclass(JournalFrozen, RuntimeError)
        True
    """


class Journal:
    """Lines of JSON that only grow, and survive a crash in the middle of one.

    A line counts once its newline is on disk. What a crash left of the last line is
    cut off before the next one is appended, so that two events never merge.

    Args:
        path: The file, made by the first append. One process appends at a time; its
            threads may all do so.

    Example:
        >>> import tempfile
        >>> journal = Journal(Path(tempfile.mkdtemp()) / "events.jsonl")
        >>> journal.append({"event": "opened"})
        >>> journal.read()
        [{'event': 'opened'}]
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.is_frozen = False
        self._known = (0, 0)  # bytes and lines that are known to be whole
        self._turn = threading.RLock()

    @property
    def lines(self) -> int:
        """Number of complete lines on disk."""
        with self._turn:
            return self._count()

    def _count(self) -> int:
        size = self.path.stat().st_size if self.path.exists() else 0
        if size != self._known[0]:
            whole = self._whole()
            self._known = (len(whole), whole.count(b"\n"))
        return self._known[1]

    def append(self, event: Mapping[str, Any], durable: bool = True) -> None:
        """Add one line.

        Args:
            event: Plain JSON values; NaN is refused.
            durable: Force the line to the disk before returning. Leave that out for
                frequent lines, and call `sync` when they must be safe.

        Raises:
            ValueError: If a number is NaN or infinite.
            TypeError: If a value has no JSON form.
            JournalFrozen: If the run is sealed.
            OSError: If the disk is full or fails; the lines before it stay whole.
        """
        line = (to_json(event) + "\n").encode("utf-8")
        with self._turn:
            if self.is_frozen:
                raise JournalFrozen(
                    f"Expected no more lines in {self.path}, since its run is sealed. "
                    f"Received: {to_json(event)}. Record it before the run is sealed."
                )
            self._append(line, durable)

    def _append(self, line: bytes, durable: bool) -> None:
        count = self._count()
        whole = self._known[0]
        make_folder(self.path.parent)
        is_new = not self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            if os.fstat(handle).st_size > whole:  # a torn tail
                os.ftruncate(handle, whole)
            _write_line(handle, line, whole)
            if durable:
                sync_handle(handle)
            if is_new:
                sync_folder(self.path.parent)
        finally:
            os.close(handle)
        self._known = (whole + len(line), count + 1)

    def read(self) -> list[dict[str, Any]]:
        """Return every complete line; what a crash left of the last one is dropped.

        Raises:
            CorruptFile: If a complete line is not a JSON object.
        """
        events = []
        for number, line in enumerate(self._whole().split(b"\n")[:-1], 1):
            try:
                event = json.loads(line)
            except ValueError as error:
                raise self._corrupt(number, line) from error
            if not isinstance(event, dict):
                raise self._corrupt(number, line)
            events.append(event)
        return events

    def truncate_to(self, lines: int) -> None:
        """Cut back to the first `lines` lines, atomically.

        Args:
            lines: Lines to keep, as a checkpoint remembers them.

        Raises:
            ValueError: If fewer lines are there.
            JournalFrozen: If the run is sealed.
        """
        if self.is_frozen:
            raise JournalFrozen(
                f"Expected {self.path} to stay as it is, since its run is sealed. "
                f"Received: a cut to {lines} lines. Start another run instead."
            )
        with self._turn:
            self._cut(lines)

    def _cut(self, lines: int) -> None:
        kept = self._whole().split(b"\n")[:-1]
        if not 0 <= lines <= len(kept):
            raise ValueError(
                f"Expected {self.path} to hold at least {lines} lines. "
                f"Received: {len(kept)} lines. "
                "Resume from an older checkpoint, or fetch a copy of the journal."
            )
        content = b"".join(line + b"\n" for line in kept[:lines])
        if content or self.path.exists():
            write_bytes(self.path, content)
        self._known = (len(content), lines)

    def sync(self) -> None:
        """Force lines appended with `durable=False` to the disk.

        Raises:
            OSError: If the disk refuses.
        """
        if self.path.exists():
            sync(self.path)

    def freeze(self) -> None:
        """Refuse further lines: a manifest now holds the file's hash."""
        with self._turn:
            self.is_frozen = True

    def thaw(self) -> None:
        """Take lines again: the run was opened again for a reason, and is unsealed."""
        with self._turn:
            self.is_frozen = False

    def _whole(self) -> bytes:
        """Return the bytes up to the last newline."""
        content = self.path.read_bytes() if self.path.exists() else b""
        return content[: content.rfind(b"\n") + 1]

    def _corrupt(self, number: int, line: bytes) -> CorruptFile:
        return CorruptFile(
            f"Expected one JSON object a line in {self.path}. "
            f"Received: {line[:60]!r} in line {number}. "
            "Fetch a copy of the file from a destination, or remove the line."
        )


def _write_line(handle: int, line: bytes, start: int) -> None:
    """Write all of a line at `start`, or leave the file as it was."""
    left = memoryview(line)
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        os.ftruncate(handle, start)
        raise
