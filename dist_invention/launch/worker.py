"""One attempt at a run: a process, its output passed on, its last lines kept."""

import codecs
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time
from typing import BinaryIO

from dist_invention.storage import without_password
from dist_invention.storage.terminal import plain_line

BEGAN = "DIST_INVENTION_BEGAN"  # when this command was started, since 1970
SUPERVISED = "DIST_INVENTION_SUPERVISED"  # file in which the worker names its run
LAST_LINES = 60
LONGEST_LINE = 500  # characters
UNFINISHED = 20 * LONGEST_LINE  # of a line that overwrites itself and never ends
DRAIN_SECONDS = 2.0  # a child that outlives its worker may hold the pipe for ever
OUT, ERR = 1, 2


@dataclass(frozen=True)
class Attempt:
    """How a worker ended.

    Args:
        exit_code: Its exit code; the negative number of the signal that killed it.
        seconds: How long it lived.
        last_lines: What it said last, on both streams, without colours.
        error: The last line that it wrote to the error stream.
        host_peak_mebibytes: The most host memory that it held, in MiB.

    Example:
        >>> Attempt(-9, 1.0).signal
        'SIGKILL'
    """

    exit_code: int
    seconds: float
    last_lines: tuple[str, ...] = ()
    error: str = ""
    host_peak_mebibytes: float = 0.0

    @property
    def signal(self) -> str | None:
        """The name of the signal that killed it, also where a shell stood between."""
        number = -self.exit_code if self.exit_code < 0 else self.exit_code - 128
        try:
            return signal.Signals(number).name
        except ValueError:
            return None


class Tail:
    """The last lines of two streams of bytes, as a person would have seen them.

    Args:
        count: How many lines to keep.

    Example:
        >>> tail = Tail()
        >>> tail.add(1, b"one\\ntw")
        >>> tail.add(1, b"o")
        >>> tail.lines()
        ['one', 'two']
    """

    def __init__(self, count: int = LAST_LINES):
        self._lines: deque[tuple[int, str]] = deque(maxlen=count)
        self._turn = threading.Lock()
        make = codecs.getincrementaldecoder("utf-8")
        self._decoders = {stream: make("replace") for stream in (OUT, ERR)}
        self._unfinished = {OUT: "", ERR: ""}

    def add(self, stream: int, chunk: bytes) -> None:
        """Take in what a stream said next."""
        with self._turn:
            text = self._unfinished[stream] + self._decoders[stream].decode(chunk)
            *lines, rest = text.split("\n")
            self._unfinished[stream] = rest[-UNFINISHED:]
            self._lines.extend((stream, line) for line in lines)

    def lines(self, stream: int | None = None) -> list[str]:
        """Return the lines of one stream, or of both; passwords in URLs are stars."""
        with self._turn:
            left = [(name, text) for name, text in self._unfinished.items() if text]
            rows = [*self._lines, *left]
        return [
            without_password(plain_line(text))[:LONGEST_LINE]
            for name, text in rows
            if stream in (None, name)
        ]


class Worker:
    """Start a command again and again, one process at a time.

    Each process stays in this one's process group and writes through pipes, so that
    its last words can be kept.

    Args:
        command: Program and arguments.
        handover: File in which the worker names its run folder.

    Attributes:
        asked: The signal that asked for a stop, `None` before one came.

    Example:
        >>> worker = Worker([sys.executable, "-c", "raise SystemExit(3)"], Path("h"))
        >>> worker.run().exit_code
        3
    """

    def __init__(self, command: Sequence[str], handover: Path):
        self.command = list(command)
        self.handover = handover
        self.asked: int | None = None
        self._pid: int | None = None
        self._began = time.time()  # the time limit counts from here, for all attempts

    def run(self) -> Attempt:
        """Start the command, wait for its end and say how it ended."""
        begin = time.monotonic()
        process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=_environment(self.handover, self._began),
        )
        self._pid = process.pid
        if self.asked is not None:  # it came while the process was being made
            self.forward(self.asked)
        tail = Tail()
        pumps = [
            threading.Thread(target=_pass_on, args=(source, stream, tail), daemon=True)
            for stream, source in ((OUT, process.stdout), (ERR, process.stderr))
        ]
        for pump in pumps:
            pump.start()
        _, status, usage = os.wait4(process.pid, 0)
        self._pid = None
        process.returncode = os.waitstatus_to_exitcode(status)
        patience = time.monotonic() + DRAIN_SECONDS
        for pump in pumps:
            pump.join(max(0.0, patience - time.monotonic()))
        errors = [line for line in tail.lines(ERR) if line.strip()]
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return Attempt(
            process.returncode,
            time.monotonic() - begin,
            tuple(tail.lines()),
            errors[-1] if errors else "",
            round(usage.ru_maxrss / unit, 1),
        )

    def forward(self, number: int) -> None:
        """Send a signal on to the process; remember it where there is none yet."""
        self.asked = number
        if self._pid is not None:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(self._pid, number)


def _environment(handover: Path, began: float) -> dict[str, str]:
    """What a worker finds around it; nothing here changes a bit of a result."""
    told = {
        **os.environ,
        SUPERVISED: str(handover),
        BEGAN: str(began),
        "PYTHONUNBUFFERED": "1",  # the last words before a kill are not lost
    }
    told.setdefault("PYTHONFAULTHANDLER", "1")  # a crash in C leaves a Python stack
    if os.isatty(OUT):
        told.setdefault("TTY_COMPATIBLE", "1")  # rich keeps its colours
    return told


def _pass_on(source: BinaryIO, stream: int, tail: Tail) -> None:
    """Copy a pipe to one of our own streams until it ends.

    Where nobody listens to us any more, the pipe is still emptied: the worker must
    never wait for a reader.
    """
    with source:
        while chunk := source.read(1 << 16):
            tail.add(stream, chunk)
            with suppress(OSError):
                left = memoryview(chunk)
                while left:
                    left = left[os.write(stream, left) :]
