"""A file held open while others write: what is read is what it was at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
import errno
import hashlib
import os
from pathlib import Path
import stat
from typing import Protocol, Self

from dist_invention.storage.arrays import SEAL_BYTES
from dist_invention.storage.hashing import CHUNK_BYTES


@dataclass(frozen=True)
class Taken:
    """What was read of a file.

    Args:
        size: Bytes.
        sha256: Of those bytes.
        has_seal: Whether the last 64 bytes are the SHA-256 of all before them, as at
            the end of a checkpoint.

    Example:
        >>> Taken(0, "e3b0c442", False).has_seal
        False
    """

    size: int
    sha256: str
    has_seal: bool


class Sink(Protocol):
    """Where the bytes of a file go."""

    def write(self, chunk: bytes, /) -> object:
        """Take a piece."""


class CutShort(OSError):
    """A file could be read in part only.

    Example:
        >>> CutShort(OSError(5, "Input/output error"), Taken(0, "e3b0", False)).strerror
        'Input/output error'
    """

    def __init__(self, reason: OSError, taken: Taken):
        super().__init__(reason.errno, reason.strerror or str(reason))
        self.taken = taken


class PinnedFile:
    """A regular file, open: removing, replacing or appending changes nothing read here.

    A fifo or a device that took the file's place is refused, never waited for.

    Args:
        path: The file.
        whole_lines: End after the last line break, for a journal that grows.

    Attributes:
        size: Bytes that count, from the beginning.
        stream: The open file, for readers that seek.

    Raises:
        OSError: If it cannot be opened, or is no regular file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "events.jsonl"
        >>> _ = path.write_text('{"event": "opened"}' + chr(10) + '{"ev')
        >>> with PinnedFile(path, whole_lines=True) as file:
        ...     file.size
        20
    """

    def __init__(self, path: Path | str, whole_lines: bool = False):
        self.path = Path(path)
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.stat = os.fstat(handle)
        if not stat.S_ISREG(self.stat.st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "no regular file", str(path))
        self.stream = os.fdopen(handle, "rb", buffering=0)
        self.size = self.stat.st_size
        if whole_lines:
            try:
                self.size = self._end_of_lines()
            except OSError:
                self.close()
                raise

    def read(self) -> bytes:
        """Return the whole content."""
        return b"".join(self._chunks(0, self.size))

    def lines(self) -> int:
        """Return the number of complete lines."""
        return sum(chunk.count(b"\n") for chunk in self._chunks(0, self.size))

    def take(self, sink: Sink | None = None) -> Taken:
        """Read everything once, into a sink if there is one, and hash what was read.

        Raises:
            CutShort: If the disk fails, or the file has been cut meanwhile; it knows
                what was read until then.
        """
        digest, size = hashlib.sha256(), 0
        front = max(self.size - SEAL_BYTES, 0)
        deserved, seal = "", b""
        try:
            for start, end in ((0, front), (front, self.size)):
                deserved = digest.hexdigest()
                for chunk in self._chunks(start, end):
                    if sink is not None:
                        sink.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                    seal = chunk
        except OSError as error:
            raise CutShort(error, Taken(size, digest.hexdigest(), False)) from error
        is_seal = size > front and seal == deserved.encode()
        return Taken(size, digest.hexdigest(), is_seal)

    def is_untouched(self) -> bool:
        """Whether nobody wrote into this very file since it was opened."""
        now = os.fstat(self.stream.fileno())
        return (now.st_size, now.st_mtime_ns) == (
            self.stat.st_size,
            self.stat.st_mtime_ns,
        )

    def close(self) -> None:
        """Let go of the file; doing so twice is harmless."""
        self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _chunks(self, start: int, end: int) -> Iterator[bytes]:
        self.stream.seek(start)
        while start < end:
            chunk = self.stream.read(min(CHUNK_BYTES, end - start))
            if not chunk:
                raise OSError(errno.EIO, "it was cut while it was read", str(self.path))
            start += len(chunk)
            yield chunk

    def _end_of_lines(self) -> int:
        """Return where the last complete line ends, looking from the end."""
        end = self.size
        while end > 0:
            start = max(end - CHUNK_BYTES, 0)
            found = b"".join(self._chunks(start, end)).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
        return 0
