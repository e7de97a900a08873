"""What other programs say: appended to a file as it comes, its last lines read back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
import os
from pathlib import Path
import re

from dist_invention.storage.atomic import make_folder
from dist_invention.storage.copies.passwords import without_password
from dist_invention.storage.terminal import plain_line

TAIL_BYTES = 64 * 1024  # of an output that are read back at most
LONGEST_LINE = 500  # characters
HEADER = re.compile(r"== \d{4}-\d\d-\d\dT\S+ ")


@contextmanager
def appended(path: Path | str, header: str) -> Iterator[int]:
    """Lend a file descriptor that a program may have as its output.

    The program writes by itself, so that it loses nothing and waits for nobody when
    whoever started it is killed.

    Args:
        path: The file, made where it is missing; old lines stay.
        header: What is said before, on a line of its own with the time.

    Raises:
        OSError: If the file cannot be written.

    Example:
        >>> import subprocess, tempfile
        >>> path = Path(tempfile.mkdtemp()) / "output.log"
        >>> with appended(path, "echo") as output:
        ...     _ = subprocess.run(["echo", "said"], stdout=output)
        >>> last_lines(path)
        ['said']
    """
    make_folder(Path(path).parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        end = os.fstat(handle).st_size
        is_torn = end and os.pread(handle, 1, end - 1) != b"\n"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = f"{chr(10) if is_torn else ''}== {now} {without_password(header)}\n"
        left = memoryview(line.encode("utf-8", "backslashreplace"))
        while left:
            left = left[os.write(handle, left) :]
        yield handle
    finally:
        os.close(handle)


def last_lines(path: Path | str, count: int = 20, start: int = 0) -> list[str]:
    """Return the last lines of an output, as a person would have seen them.

    Headers, colours and overwritten beginnings are left out, and empty lines too;
    passwords in URLs are stars.

    Args:
        path: The file; one that is missing has said nothing.
        count: How many lines at most.
        start: Bytes of the file that belong to somebody before.

    Raises:
        OSError: If the file cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            begin = max(start, size - TAIL_BYTES)
            stream.seek(begin)
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    lines = text.split("\n")
    lines = lines[1:] if begin > start else lines  # its beginning was cut off
    plain = (without_password(plain_line(line))[:LONGEST_LINE] for line in lines)
    kept = [line for line in plain if line.strip() and not HEADER.match(line)]
    return kept[-count:]
