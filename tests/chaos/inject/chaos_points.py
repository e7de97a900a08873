"""Failpoints from outside: die, fail or get a signal at the n-th call of a function.

The product holds no code for this. The functions of the system that it calls are
wrapped, so that a point names a call, a file and a moment.
"""

import builtins
from dataclasses import dataclass
import errno
from fnmatch import fnmatch
import io
import os
import signal
import threading
import time

HALF = 2000  # bytes of a file that stand for half of it


@dataclass
class Point:
    """Where something happens, and what.

    Args:
        call: `open`, `write`, `fsync`, `replace` or `unlink` of the system; `step`,
            `validation` or `memory` of a training.
        when: `before`, `half` (of what is written) or `after`.
        path: Pattern of the file, `*` for any; the stage's name for a training.
        do: `kill`, `term`, `twice` (two SIGTERMs 50 ms apart), `oom`, or the name of
            an error number such as `EIO`.
        nth: At which call, from 1.
        lasting: At every later call too.
        at_once: Count from the start of the process, not from its first step.
    """

    call: str
    when: str = "before"
    path: str = "*"
    do: str = "kill"
    nth: int = 1
    lasting: bool = False
    at_once: bool = False


class Points:
    """The points of this process, and how often each was reached."""

    def __init__(self, points):
        self.points = list(points)
        self.reached = [0] * len(self.points)
        self.is_training = False  # whether this process has done a step
        self.lock = threading.Lock()

    def watches(self, call, path):
        """Whether any point lies at this call of this file."""
        return any(p.call == call and fnmatch(path, p.path) for p in self.points)

    def reach(self, call, when, path=""):
        """Do what the plan says for this moment, if it says anything."""
        for index, point in enumerate(self.points):
            here = (point.call, point.when) == (call, when)
            if not here or not fnmatch(path, point.path):
                continue
            if not (self.is_training or point.at_once):
                continue
            with self.lock:
                self.reached[index] += 1
                count = self.reached[index]
            if count == point.nth or (point.lasting and count > point.nth):
                act(point.do, path)


POINTS = Points([])


def act(do, path):
    """Die, raise, or send this process a signal."""
    if do == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif do in ("term", "twice"):
        note(".sent", f"{time.time()}\n")
        if do == "twice":
            again = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
            again.daemon = True
            again.start()
        os.kill(os.getpid(), signal.SIGTERM)
    elif do == "oom":
        raise MemoryError(path)
    else:
        number = getattr(errno, do)
        raise OSError(number, os.strerror(number), path)


def step_done():
    """Note this process's first step, once; points count from now on."""
    if POINTS.is_training:
        return
    POINTS.is_training = True
    note("", f"{os.getpid():12d}\n")


def note(suffix, text):
    """Write something beside the run for the harness to read."""
    mark = os.environ.get("CHAOS_MARK")
    if mark:
        handle = os.open(mark + suffix, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(handle, text.encode(), 0)  # not os.write, which may be wrapped
        os.close(handle)


def install(plan):
    """Wrap the system's functions that the plan names."""
    POINTS.points = [Point(**entry) for entry in plan]
    POINTS.reached = [0] * len(plan)
    calls = {point.call for point in POINTS.points}
    if "replace" in calls:
        os.replace = around("replace", os.replace, lambda source, target: target)
    if "unlink" in calls:
        os.unlink = around("unlink", os.unlink, lambda path: path)
    if "fsync" in calls:
        os.fsync = around("fsync", os.fsync, path_of)
    if "write" in calls:
        os.write = torn(os.write)
    if calls & {"open", "write"}:
        builtins.open = io.open = watched(io.open)


def path_of(handle):
    """The file behind an open handle, as Linux tells."""
    return os.readlink(f"/proc/self/fd/{handle}")


def around(name, function, path_from):
    """Wrap a function with a point before it and one after it."""

    def call(*args, **options):
        path = os.fspath(path_from(*args, **options))
        POINTS.reach(name, "before", path)
        result = function(*args, **options)
        POINTS.reach(name, "after", path)
        return result

    return call


def torn(write):
    """Wrap `os.write`, which journals use, with a point in the middle."""

    def call(handle, content):
        path = path_of(handle)
        if not POINTS.watches("write", path):
            return write(handle, content)
        POINTS.reach("write", "before", path)
        half = len(content) // 2
        done = write(handle, content[:half])
        POINTS.reach("write", "half", path)
        done += write(handle, content[half:])
        POINTS.reach("write", "after", path)
        return done

    return call


class Torn(io.FileIO):
    """A file whose writing can break off in the middle."""

    written = 0

    def write(self, content):
        """Write; past HALF bytes a point is reached."""
        first = self.written <= HALF
        self.written += len(content)
        if not (first and self.written > HALF):
            return super().write(content)
        view = memoryview(content).cast("B")
        done = super().write(view[: len(view) // 2])
        POINTS.reach("write", "half", str(self.name))
        return done  # the buffer above writes the rest


def watched(real_open):
    """Wrap `open`: a point after a file is made, and files that can be torn."""

    def call(file, mode="r", *args, **options):
        is_path = isinstance(file, str | os.PathLike)
        path = os.fspath(file) if is_path else ""
        if not is_path or not set(mode) & set("wxa+") or isinstance(path, bytes):
            return real_open(file, mode, *args, **options)
        if "b" in mode and POINTS.watches("write", path):
            raw = Torn(path, mode.replace("b", ""))
            stream = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
        else:
            stream = real_open(file, mode, *args, **options)
        POINTS.reach("open", "after", path)
        return stream

    return call
