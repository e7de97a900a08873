"""Where copies go: a folder, /storage, sftp://, s3://, gs:// through fsspec."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
import io
import os
from pathlib import Path
import secrets
from typing import Self

from dist_invention.storage.atomic import atomic_file, is_temporary
from dist_invention.storage.copies.calls import Beat, no_beat
from dist_invention.storage.copies.passwords import explain, without_password
from dist_invention.storage.copies.remotes import connect
from dist_invention.storage.copies.stores import (
    Digest,
    Folder,
    Source,
    Store,
    local_root,
    size_of,
    source_sha256,
)
from dist_invention.storage.hashing import CorruptFile

PROBE_BYTES = 1024
TRIES = 2  # a file may be replaced while it is copied


class DestinationNotUsable(ValueError):
    """A destination cannot be written and read back.

    Example:
        >>> issubclass(DestinationNotUsable, ValueError)
        True
    """


class Destination:
    """One place for copies; what it holds is proved by reading it back.

    After an error the next call opens a fresh connection. Calls may hang as long as
    the store does; `storage.calls.Call` bounds them.

    Args:
        url: A plain folder, or any URL that fsspec knows. Nothing is contacted until
            the first call.

    Example:
        >>> place = Destination("memory://copies")
        >>> place.probe()
        >>> place.names()
        []
    """

    def __init__(self, url: str | Path):
        self.url = str(url)
        self._store: Store | None = None

    @property
    def label(self) -> str:
        """The URL for people: a password in it is hidden."""
        return without_password(self.url)

    @property
    def folder(self) -> Path | None:
        """The local folder, or `None` where it is not one. Nothing is contacted."""
        root = local_root(self.url)
        return None if root is None else Path(root)

    def explain(self, error: BaseException) -> str:
        """Return the name and the message of an error; passwords are hidden."""
        return explain(error, self.url)

    def probe(self, beat: Beat = no_beat) -> None:
        """Write, read back and remove 1 KB.

        Raises:
            DestinationNotUsable: If any of it fails, for whatever reason.
        """
        name = f"probe-{secrets.token_hex(4)}"
        try:
            try:
                self.put(os.urandom(PROBE_BYTES), name, beat)
            finally:
                with suppress(Exception):  # the first error is the one to hear about
                    self.remove(name)
        except DestinationNotUsable:
            raise
        except Exception as error:  # each kind of store has errors of its own
            raise DestinationNotUsable(
                f"Expected to write, read and remove 1 KB at {self.label}. "
                f"Received: {self.explain(error)}. "
                "Check the address, the credentials and the room there, or leave this "
                "destination out."
            ) from error

    def put(self, source: Source | str, name: str, beat: Beat = no_beat) -> str:
        """Copy a file here, read the copy back, and return its SHA-256.

        Args:
            source: The file to copy, or the bytes themselves.
            name: Where it goes, relative to this destination, `/` between parts.
            beat: Called whenever bytes moved.

        Raises:
            CorruptFile: If what is read back is not what was sent.
            Exception: Whatever the store raises.
        """
        source = source if isinstance(source, bytes) else Path(source)
        for _ in range(TRIES):
            sent = source_sha256(source, beat)
            self.send(source, name, beat)
            found = self.sha256(name, beat)
            if found == sent:
                return sent
        raise CorruptFile(
            f"Expected {name} at {self.label} to read back as it was sent. "
            f"Received: SHA-256 {found[:12]} instead of {sent[:12]}. "
            "Do not trust this destination; check its disk or choose another."
        )

    def send(self, source: Source | str, name: str, beat: Beat = no_beat) -> None:
        """Copy a file here and look at its size, without reading it back.

        A folder and an SFTP server get it by temporary file and rename, a store by one
        upload. Arguments and errors are those of `put`.
        """
        source = source if isinstance(source, bytes) else Path(source)
        expected = size_of(source)
        with self._connected(name) as store:
            store.put(source, name, beat)
            found = store.size(name)
        if found != expected:
            raise CorruptFile(
                f"Expected {name} at {self.label} to hold {expected} bytes. "
                f"Received: {found} bytes. "
                "Look whether it has room; it is copied again with the next try."
            )

    def sha256(self, name: str, beat: Beat = no_beat) -> str:
        """Read a file here and return its SHA-256.

        Raises:
            FileNotFoundError: If it is not here.
            Exception: Whatever the store raises.
        """
        digest = Digest()
        with self._connected(name) as store:
            store.read(name, digest, beat)
        return digest.hexdigest()

    def read(self, name: str, beat: Beat = no_beat) -> bytes:
        """Return all bytes of a small file here. Errors are those of `sha256`."""
        sink = io.BytesIO()
        with self._connected(name) as store:
            store.read(name, sink, beat)
        return sink.getvalue()

    def get(self, name: str, local: Path | str, beat: Beat = no_beat) -> str:
        """Fetch a file atomically and return the SHA-256 of what arrived.

        Raises:
            FileNotFoundError: If it is not here.
            Exception: Whatever the store raises.
        """
        with self._connected(name) as store, atomic_file(local) as temp:
            with open(temp, "wb") as sink:
                store.read(name, sink, beat)
            return source_sha256(temp, beat)

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of all files below a folder here, in order.

        Raises:
            Exception: Whatever the store raises, but not where there is no such folder.
        """
        with self._connected(prefix or "all") as store:
            return sorted(n for n in store.names(prefix) if not is_temporary(n))

    def remove(self, name: str) -> None:
        """Remove a file here, if it is here. Raises whatever the store raises."""
        with self._connected(name) as store:
            store.remove(name)

    def sweep(self, prefix: str) -> None:
        """Remove what a killed process left half copied below a folder here.

        Call it only while nobody copies there. Raises whatever the store raises.
        """
        with self._connected(prefix) as store:
            for name in filter(is_temporary, store.names(prefix)):
                store.remove(name)

    def again(self) -> Self:
        """Return the same place with a connection of its own."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__, _store=None)
        return twin

    def close(self) -> None:
        """Give up the connection; the next call opens another."""
        store, self._store = self._store, None
        if store is not None:
            with suppress(Exception):  # it may be broken, and is not needed any more
                store.close()

    @contextmanager
    def _connected(self, name: str) -> Iterator[Store]:
        """Lend the connection; close it after an error, since it may be broken."""
        parts = name.split("/")
        if not all(parts) or {".", ".."} & set(parts):
            raise ValueError(
                "Expected a name inside the destination, such as `run/results.json`. "
                f"Received: {name!r}. Name the file relative to the destination."
            )
        store = self._store or self._open()
        self._store = store
        try:
            yield store
        except FileNotFoundError:
            raise
        except BaseException:
            self._store = None if self._store is store else self._store
            with suppress(Exception):  # the first error is the one to hear about
                store.close()
            raise

    def _open(self) -> Store:
        folder = self.folder
        if folder is not None:
            return Folder(str(folder))
        try:
            return connect(self.url)
        except ImportError as error:
            raise DestinationNotUsable(
                f"Expected the driver of {self.label}. Received: {error}. Run "
                '`pip install "dist_invention[remote]"`, or leave this destination out.'
            ) from error
        except ValueError as error:
            raise DestinationNotUsable(
                "Expected a folder, sftp://, s3://, gs:// or what else fsspec knows. "
                f"Received: {self.label} ({self.explain(error)}). Correct the address."
            ) from error


def as_destinations(places: Sequence[str | Path | Destination]) -> list[Destination]:
    """Return destinations for addresses; those that are one already stay."""
    return [p if isinstance(p, Destination) else Destination(p) for p in places]
