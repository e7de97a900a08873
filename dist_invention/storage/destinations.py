"""Where copies go: a folder, /storage, sftp://, s3://, gs:// through fsspec."""

import os
from pathlib import Path
import re
import secrets
import shutil
import tempfile
from typing import Any

from dist_invention.storage.atomic import atomic_file, is_temporary
from dist_invention.storage.hashing import CorruptFile, file_sha256, stream_sha256
import fsspec
from fsspec.implementations.local import LocalFileSystem

PROBE_BYTES = 1024
TRIES = 2  # a journal may grow while it is copied


class DestinationNotUsable(ValueError):
    """A destination cannot be written and read back.

    Example:
        >>> issubclass(DestinationNotUsable, ValueError)
        True
    """


def without_password(text: str) -> str:
    """Return a text with the password of any URL in it replaced by stars.

    Example:
        >>> without_password("sftp://me:secret@host/copies")
        'sftp://me:***@host/copies'
    """
    return re.sub(r"(://[^/@:\s]*):[^/@\s]*@", r"\1:***@", text)


class Destination:
    """One place for copies; what it holds is proved by reading it back.

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
        self._system: tuple[Any, str] | None = None

    @property
    def label(self) -> str:
        """The URL for people: a password in it is hidden."""
        return without_password(self.url)

    @property
    def folder(self) -> Path | None:
        """The local folder, or `None` where it is not one."""
        system, root = self._open()
        return Path(root) if isinstance(system, LocalFileSystem) else None

    def probe(self) -> None:
        """Write, read back and remove 1 KB.

        Raises:
            DestinationNotUsable: If any of it fails, for whatever reason.
        """
        name = f"probe-{secrets.token_hex(4)}"
        try:
            with tempfile.TemporaryDirectory() as folder:
                local = Path(folder) / name
                local.write_bytes(os.urandom(PROBE_BYTES))
                try:
                    self.put(local, name)
                finally:
                    self.remove(name)
        except Exception as error:  # each kind of store has errors of its own
            raise DestinationNotUsable(
                f"Expected to write, read and remove 1 KB at {self.label}. "
                f"Received: {type(error).__name__}: {error}. "
                "Check the address, the credentials and the room there, or leave this "
                "destination out."
            ) from error

    def put(self, local: Path | str, name: str) -> str:
        """Copy a file here, read the copy back, and return its SHA-256.

        A folder gets it by temporary file and rename, a store by one upload.

        Args:
            local: The file to copy.
            name: Where it goes, relative to this destination, `/` between parts.

        Raises:
            CorruptFile: If what is read back is not what was sent.
            Exception: Whatever the store raises.
        """
        for _ in range(TRIES):
            sent = file_sha256(local)
            self._copy(Path(local), name)
            found = self.sha256(name)
            if found == sent:
                return sent
        raise CorruptFile(
            f"Expected {name} at {self.label} to read back as it was sent. "
            f"Received: SHA-256 {found[:12]} instead of {sent[:12]}. "
            "Do not trust this destination; check its disk or choose another."
        )

    def sha256(self, name: str) -> str:
        """Read a file here and return its SHA-256.

        Raises:
            FileNotFoundError: If it is not here.
            Exception: Whatever the store raises.
        """
        system, _ = self._open()
        with system.open(self._at(name), "rb") as stream:
            return stream_sha256(stream)

    def get(self, name: str, local: Path | str) -> str:
        """Fetch a file atomically and return the SHA-256 of what arrived.

        Raises:
            FileNotFoundError: If it is not here.
            Exception: Whatever the store raises.
        """
        system, _ = self._open()
        with atomic_file(local) as temp:
            with system.open(self._at(name), "rb") as source, open(temp, "wb") as sink:
                shutil.copyfileobj(source, sink)
            return file_sha256(temp)

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of all files below a folder here, in order."""
        system, root = self._open()
        system.invalidate_cache()
        try:
            found = system.find(self._at(prefix) if prefix else root)
        except FileNotFoundError:
            return []
        start = len(root.strip("/"))
        names = (path.strip("/")[start:].strip("/") for path in found)
        return sorted(name for name in names if not is_temporary(name))

    def remove(self, name: str) -> None:
        """Remove a file here, if it is here. Raises whatever the store raises."""
        system, _ = self._open()
        if system.exists(self._at(name)):
            system.rm_file(self._at(name))

    def _copy(self, local: Path, name: str) -> None:
        system, _ = self._open()
        if isinstance(system, LocalFileSystem):
            with atomic_file(self._at(name)) as temp:
                shutil.copyfile(local, temp)
        else:
            system.put_file(str(local), self._at(name))

    def _at(self, name: str) -> str:
        parts = name.split("/")
        if not all(parts) or {".", ".."} & set(parts):
            raise ValueError(
                "Expected a name inside the destination, such as `run/results.json`. "
                f"Received: {name!r}. Name the file relative to the destination."
            )
        return f"{self._open()[1].rstrip('/')}/{name}"

    def _open(self) -> tuple[Any, str]:
        if self._system is None:
            system, root = fsspec.core.url_to_fs(os.path.expanduser(self.url))
            self._system = system, str(root)
        return self._system
