"""Bytes to and from other machines: an SFTP server, or an object store."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
import posixpath
import stat
import tempfile
from typing import Any

from dist_invention.storage.copies.calls import Beat
from dist_invention.storage.copies.stores import (
    Sink,
    Source,
    Store,
    opened,
    pour,
    temporary,
)
import fsspec
from fsspec.callbacks import Callback

PART_BYTES = 5 << 20  # the least that S3 takes, so that a slow line moves one in time
UPLOAD = {
    "s3": {"chunksize": PART_BYTES, "max_concurrency": 4},
    "gs": {"chunksize": PART_BYTES},
}
SSH = dict.fromkeys(
    ("timeout", "banner_timeout", "auth_timeout", "channel_timeout"), 30
)
SILENCE_SECONDS = 60.0  # an SSH connection that says nothing for so long is dead


def connect(url: str) -> Store:
    """Return the store behind a URL, by a connection of its own.

    Keys, ports and endpoints come from fsspec's configuration: the variables
    `FSSPEC_SFTP` and `FSSPEC_S3` with a JSON object, or files in `~/.config/fsspec`.

    Raises:
        ImportError: If the driver is not installed.
        Exception: Whatever the store raises.
    """
    options: dict[str, Any] = {"skip_instance_cache": True}
    if url.startswith(("sftp://", "ssh://")):
        known = [fsspec.config.conf.get(kind, {}) for kind in ("sftp", "ssh")]
        options |= {
            k: v for k, v in SSH.items() if not any(k in each for each in known)
        }
    system, root = fsspec.core.url_to_fs(url, **options)
    kinds = (system.protocol,) if isinstance(system.protocol, str) else system.protocol
    return Sftp(system, root) if "sftp" in kinds else ObjectStore(system, root)


class Sftp:
    """A folder on an SSH server: temporary name there, then rename there.

    Args:
        system: fsspec's SFTPFileSystem.
        root: The folder's absolute path on the server.

    Example:
        >>> connect("sftp://me@host/backups")  # doctest: +SKIP
    """

    def __init__(self, system: Any, root: str):
        self._system, self._ftp, self._root = system, system.ftp, root.rstrip("/")
        self._ftp.get_channel().settimeout(SILENCE_SECONDS)
        self._made: set[str] = set()

    def put(self, source: Source, name: str, beat: Beat) -> None:
        """Copy a file or bytes here; a cut connection leaves no half file."""
        path = f"{self._root}/{name}"
        folder, last = posixpath.split(path)
        if folder not in self._made:
            self._system.makedirs(folder, exist_ok=True)
            self._made.add(folder)
        temp = f"{folder}/{temporary(last)}"
        try:
            with opened(source) as stream:
                self._ftp.putfo(stream, temp, 0, lambda *_: beat(), confirm=False)
            beat()  # a copy that was left must not replace a newer one
            self._ftp.posix_rename(temp, path)
        except BaseException:
            with suppress(Exception):  # the first error is the one to hear about
                self._ftp.remove(temp)
            raise

    def read(self, name: str, sink: Sink, beat: Beat) -> None:
        """Hand all bytes of a file to the sink."""
        path = f"{self._root}/{name}"
        self._ftp.getfo(path, sink, lambda *_: beat())

    def size(self, name: str) -> int:
        """Return the bytes that a file has here."""
        return self._ftp.stat(f"{self._root}/{name}").st_size

    def names(self, prefix: str) -> list[str]:
        """Return all files below a folder, unfinished ones too; none is no error."""
        try:
            paths = list(self._files(f"{self._root}/{prefix}".rstrip("/")))
        except FileNotFoundError:
            return []
        return [path[len(self._root) + 1 :] for path in paths]

    def remove(self, name: str) -> None:
        """Remove a file, if it is here."""
        with suppress(FileNotFoundError):
            self._ftp.remove(f"{self._root}/{name}")

    def close(self) -> None:
        """Close the connection."""
        self._system.client.close()

    def _files(self, folder: str) -> Iterator[str]:
        for item in self._ftp.listdir_attr(folder):
            path = f"{folder}/{item.filename}"
            if stat.S_ISDIR(item.st_mode or 0):
                yield from self._files(path)
            else:
                yield path


class ObjectStore:
    """A bucket, or any other file system that fsspec knows: one upload a file.

    Args:
        system: fsspec's file system.
        root: Bucket and prefix, or a path there.

    Example:
        >>> store = connect("memory://bucket")
        >>> store.put(b"seven b", "a/b.txt", lambda: None)
        >>> store.names("a")
        ['a/b.txt']
    """

    def __init__(self, system: Any, root: str):
        self._system, self._root = system, root.rstrip("/")

    def put(self, source: Source, name: str, beat: Beat) -> None:
        """Copy a file or bytes here, under its final name at once."""
        path = f"{self._root}/{name}"
        if isinstance(source, bytes) and len(source) <= PART_BYTES:
            self._system.pipe_file(path, source)
            return
        kinds = self._system.protocol
        kind = kinds if isinstance(kinds, str) else kinds[0]
        with _as_file(source) as local:
            options = UPLOAD.get(kind, {})
            self._system.put_file(str(local), path, callback=_Beats(beat), **options)

    def read(self, name: str, sink: Sink, beat: Beat) -> None:
        """Hand all bytes of a file to the sink."""
        self._system.invalidate_cache()
        path = f"{self._root}/{name}"
        with self._system.open(path, "rb", block_size=PART_BYTES) as stream:
            pour(stream, sink, beat)

    def size(self, name: str) -> int:
        """Return the bytes that a file has here."""
        self._system.invalidate_cache()
        return int(self._system.info(f"{self._root}/{name}")["size"])

    def names(self, prefix: str) -> list[str]:
        """Return all files below a folder, unfinished ones too; none is no error."""
        self._system.invalidate_cache()
        try:
            found = self._system.find(
                f"{self._root}/{prefix}" if prefix else self._root
            )
        except FileNotFoundError:
            return []
        start = len(self._root.strip("/"))
        return [path.strip("/")[start:].strip("/") for path in found]

    def remove(self, name: str) -> None:
        """Remove a file, if it is here."""
        with suppress(FileNotFoundError):
            self._system.rm_file(f"{self._root}/{name}")

    def close(self) -> None:
        """Do nothing: drivers close what nobody holds any more."""


class _Beats(Callback):
    """Pass on that bytes moved to whoever waits for them."""

    def __init__(self, beat: Beat):
        super().__init__()
        self._beat = beat

    def relative_update(self, inc: int = 1) -> None:
        """Take the news of so many more bytes."""
        self._beat()

    def absolute_update(self, value: int) -> None:
        """Take the news of so many bytes in all."""
        self._beat()


@contextmanager
def _as_file(source: Source) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / "content"
        local.write_bytes(source)
        yield local
