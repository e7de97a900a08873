"""What every kind of place can do, and the kind that is a folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
import errno
import hashlib
import io
import os
from pathlib import Path
import secrets
from typing import Any, BinaryIO, Protocol

from dist_invention.storage import atomic
from dist_invention.storage.copies.calls import Beat, no_beat
from dist_invention.storage.hashing import CHUNK_BYTES
import fsspec
from fsspec.implementations.local import LocalFileSystem

Source = Path | bytes
SYNC_BYTES = 64 << 20
CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)  # some network mounts


class Sink(Protocol):
    """Something that takes bytes: an open file, or a hash."""

    def write(self, data: bytes, /) -> Any:
        """Take the next bytes."""


class Store(Protocol):
    """What every kind of place can do. Names are relative, `/` between parts.

    Methods raise FileNotFoundError for what is not there, and else whatever the kind
    of store raises. A beat is called whenever bytes moved.
    """

    def put(self, source: Source, name: str, beat: Beat) -> None:
        """Copy a file or bytes here."""

    def read(self, name: str, sink: Sink, beat: Beat) -> None:
        """Hand all bytes of a file to the sink."""

    def size(self, name: str) -> int:
        """Return the bytes that a file has here."""
        ...

    def names(self, prefix: str) -> list[str]:
        """Return all files below a folder, unfinished ones too; none is no error."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it is here."""

    def close(self) -> None:
        """Give up the connection, if there is one."""


class Folder:
    """A folder, mounted from wherever: temporary file, then rename.

    Args:
        root: Its absolute path; made by the first copy.

    Example:
        >>> import tempfile
        >>> store = Folder(tempfile.mkdtemp())
        >>> store.put(b"seven b", "a/b.txt", lambda: None)
        >>> store.size("a/b.txt")
        7
    """

    def __init__(self, root: str):
        self.root = Path(root)

    def put(self, source: Source, name: str, beat: Beat) -> None:
        """Copy a file or bytes here, all or nothing."""
        path = self.root / name
        _as_it_can(atomic.make_folder, path.parent)
        temp = path.with_name(temporary(path.name))
        try:
            with opened(source) as stream, open(temp, "wb") as sink:
                pour(stream, _InSteps(sink), beat)
            _as_it_can(atomic.sync, temp)
            beat()  # a copy that was left must not replace a newer one
            os.replace(temp, path)
        except BaseException:
            with suppress(OSError):  # the first error is the one to hear about
                temp.unlink()
            raise
        _as_it_can(atomic.sync_folder, path.parent)

    def read(self, name: str, sink: Sink, beat: Beat) -> None:
        """Hand all bytes of a file to the sink."""
        with open(self.root / name, "rb") as stream:
            with suppress(OSError, AttributeError):  # read the disk, not the cache
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            pour(stream, sink, beat)

    def size(self, name: str) -> int:
        """Return the bytes that a file has here."""
        return (self.root / name).stat().st_size

    def names(self, prefix: str) -> list[str]:
        """Return all files below a folder, unfinished ones too; none is no error."""
        found = os.walk(self.root / prefix, onerror=_unless_missing)
        return [
            (Path(folder) / file).relative_to(self.root).as_posix()
            for folder, _, files in found
            for file in files
        ]

    def remove(self, name: str) -> None:
        """Remove a file, if it is here."""
        (self.root / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: a folder has no connection."""


class Digest:
    """A SHA-256 that takes bytes as an open file does.

    Example:
        >>> digest = Digest()
        >>> digest.write(b"")
        >>> digest.hexdigest()[:8]
        'e3b0c442'
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.write = self._digest.update
        self.hexdigest = self._digest.hexdigest


def size_of(source: Source) -> int:
    """Return the bytes of a local file, or of bytes."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def source_sha256(source: Source, beat: Beat = no_beat) -> str:
    """Return the SHA-256 of a local file, or of bytes."""
    digest = Digest()
    with opened(source) as stream:
        pour(stream, digest, beat)
    return digest.hexdigest()


class _InSteps:
    """A file forced to the disk now and then: no long silence, no burst at the end."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self._bytes = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._bytes += len(data)
        if self._bytes >= SYNC_BYTES:
            self._bytes = 0
            self._file.flush()
            _as_it_can(atomic.sync_handle, self._file.fileno())


def local_root(url: str) -> str | None:
    """Return the absolute folder that a URL means, or `None` where it is none."""
    protocol, _ = fsspec.core.split_protocol(url)
    if "::" in url or protocol not in (None, "file", "local"):
        return None
    return str(LocalFileSystem._strip_protocol(os.path.expanduser(url)))


def temporary(name: str) -> str:
    """Return a name for the unfinished copy of a file, in the same folder."""
    return f"{atomic.TEMP_PREFIX}{secrets.token_hex(4)}-{name}"


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Lend a stream of the bytes of a file, or of bytes."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        with open(source, "rb") as stream:
            yield stream


def pour(stream: BinaryIO, sink: Sink, beat: Beat) -> None:
    """Hand the rest of a stream to a sink, with a beat a chunk."""
    while chunk := stream.read(CHUNK_BYTES):
        sink.write(chunk)
        beat()


def _as_it_can(sync: Callable[[Any], Any], what: Path | int) -> None:
    """Force something to the disk, where the mount knows how to."""
    try:
        sync(what)
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
