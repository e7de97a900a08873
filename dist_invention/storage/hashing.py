"""Content hashes of files, and the error for a file that is not what it was."""

import hashlib
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 1 << 20


class CorruptFile(ValueError):
    """A file cannot be what was written; trust an older copy instead.

    Example:
        >>> issubclass(CorruptFile, ValueError)
        True
    """


def file_sha256(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises:
        OSError: If the file cannot be read.
    """
    with open(path, "rb") as stream:
        return stream_sha256(stream)


def stream_sha256(stream: BinaryIO) -> str:
    """Return the SHA-256 of what is left in a binary stream."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()
