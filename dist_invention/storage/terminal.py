"""The terminal: what is said there is kept, and a broken one harms nobody."""

from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
import io
import logging
import os
from pathlib import Path
import re
import threading
from typing import TextIO

KEPT_LINES = 1000  # said before there is a file; a start says a few dozen
LONGEST = 10_000  # characters of a line without an end
CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and moves of the cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
)
GONE = (OSError, ValueError)  # a broken pipe, a lost terminal, a closed file


def plain_line(line: str) -> str:
    """Return what a reader of a line sees: no colours, no overwritten beginnings.

    Example:
        >>> plain_line("10 %\\r90 %\\r\\x1b[32mdone\\x1b[0m")
        'done'
    """
    return CONTROL.sub("", line).rstrip("\r").rpartition("\r")[2]


def let_go(stream: TextIO | None) -> None:
    """Flush a standard stream for the last time; a broken one leads nowhere then.

    At its very end Python flushes them once more and, where that fails, exits with
    code 120 instead of the one that it was given.
    """
    if stream is None:  # it was closed before Python began
        return
    try:
        stream.flush()
    except GONE:
        with suppress(*GONE):  # there is no file behind it, so nothing is flushed
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


class SafeStream(io.TextIOBase):
    """Pass text on to a terminal for as long as there is one.

    A run must not end because its window was closed or its supervisor was killed, so
    nothing here raises.

    Args:
        terminal: Where text goes; `None` where Python was started without.

    Example:
        >>> stream = SafeStream(io.StringIO())
        >>> stream.write("said")
        4
    """

    def __init__(self, terminal: TextIO | None):
        super().__init__()
        self.terminal = terminal
        self._turn = threading.RLock()  # a signal handler may speak inside a write

    @property
    def encoding(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The terminal's encoding."""
        return getattr(self.terminal, "encoding", None) or "utf-8"

    def writable(self) -> bool:
        """Say that text may be written."""
        return True

    def isatty(self) -> bool:
        """Say whether a person looks on."""
        try:
            return self.terminal is not None and self.terminal.isatty()
        except GONE:
            return False

    def fileno(self) -> int:
        """Return the terminal's file descriptor.

        Raises:
            OSError: If it has none.
            ValueError: If it is closed.
        """
        if self.terminal is None:
            raise io.UnsupportedOperation("there is no terminal")
        return self.terminal.fileno()

    def write(self, text: str) -> int:
        """Pass text on; return its length."""
        with self._turn, suppress(*GONE):
            if self.terminal is not None:
                self.terminal.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what is held back."""
        with self._turn, suppress(*GONE):
            if self.terminal is not None:
                self.terminal.flush()


class TerminalLog(SafeStream):
    """Pass text on to a terminal and keep it in a file, line by line.

    What is said before there is a file is remembered. Colours are left out, and of a
    line that overwrites itself the last state stays. A file that cannot be written
    is given up with one line on the terminal: it is no reason to end a run.

    Args:
        terminal: Where text goes; `None` where Python was started without.

    Example:
        >>> import tempfile
        >>> log = TerminalLog(io.StringIO())
        >>> _ = log.write("before\\n")
        >>> path = Path(tempfile.mkdtemp()) / "terminal.log"
        >>> log.attach(path)
        >>> _ = log.write("after\\n")
        >>> path.read_text().splitlines()[1:]
        ['before', 'after']
    """

    def __init__(self, terminal: TextIO | None):
        super().__init__(terminal)
        self._kept: deque[str] = deque(maxlen=KEPT_LINES)
        self._unfinished = ""
        self._handle: int | None = None

    def write(self, text: str) -> int:
        """Pass text on and keep its lines; return its length."""
        with self._turn:
            super().write(text)
            *lines, self._unfinished = (self._unfinished + text).split("\n")
            if len(self._unfinished) > LONGEST:
                lines.append(self._unfinished)
                self._unfinished = ""
            if lines:
                self._keep([plain_line(line) for line in lines])
        return len(text)

    def attach(self, path: Path | str) -> None:
        """Append what was kept to a file, and from now on every line.

        A header line with the time says that an attempt begins there.

        Args:
            path: The file, made where it is missing; its folder exists.
        """
        with self._turn:
            self.detach()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            kept, header = list(self._kept), f"== {now} process {os.getpid()}"
            self._kept.clear()
            try:
                self._handle = os.open(
                    path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644
                )
                end = os.fstat(self._handle).st_size
                is_torn = end and os.pread(self._handle, 1, end - 1) != b"\n"
            except OSError as error:
                self._give_up(error)
                return
            self._keep([*([""] if is_torn else []), header, *kept])

    def detach(self) -> None:
        """Write no more to the file, as before a run is sealed; twice is harmless."""
        with self._turn:
            if self._handle is not None and self._unfinished:
                self._keep([plain_line(self._unfinished)])
                self._unfinished = ""
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def handler(self) -> logging.Handler:
        """Return a handler that lets a logger speak here."""
        handler = logging.StreamHandler(self)
        handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
        return handler

    def close(self) -> None:
        """Let go of the file; the terminal stays open."""
        self.detach()
        super().close()

    def _keep(self, lines: list[str]) -> None:
        if self._handle is None:
            self._kept.extend(lines)
            return
        content = "".join(f"{line}\n" for line in lines)
        left = memoryview(content.encode("utf-8", "backslashreplace"))
        try:
            while left:
                left = left[os.write(self._handle, left) :]
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Say on the terminal, once, that the file ends here."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        super().write(
            "Expected to keep what is said here in the run's terminal.log. "
            f"Received: {error}. The run goes on; free some room.\n"
        )
