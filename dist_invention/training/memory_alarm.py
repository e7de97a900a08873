"""Say once, by cause, that memory will run out: what grows, how fast, until when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import os
from pathlib import Path
from typing import Any

from dist_invention.runtime.gauge import Gauge, Reading
from dist_invention.runtime.processes import describe_processes
from dist_invention.training.forecast import duration
from dist_invention.training.memory_trend import steps_until

SOON = 3600.0  # seconds
ASK_AGAIN = 600.0  # seconds between two questions for the limit of the GPU
WHAT = {
    "host": "This process grows",
    "others": "Other processes grow",
    "device": "Memory of this process on the GPU grows",
}
ADVICE = {
    "host": "Look for a list that grows in a callback, a metric or the data, and for "
    "results of each batch that something keeps",
    "others": "It is not this process itself; end those of them that you can spare, "
    "or move the run",
    "device": "Look for tensors that something keeps, such as results in a list",
}
RETRACED = (
    "The step was compiled {} times, and each time keeps memory: give it batches of "
    "one shape and type"
)


@dataclass(frozen=True)
class _Course:
    """One value over the steps, and the most that it can be."""

    cause: str
    values: list[float]
    limit: float


class MemoryAlarm:
    """Judge readings by their slope, never by their level, and speak once by cause.

    The causes are this process (`host`), the rest of the machine (`others`) and the
    tensors on the GPU (`device`). An alarm is a sentence and an event
    `memory_alarm`; it never ends the run.

    Args:
        path: The record that explains it, memory.jsonl.
        say: Shows a sentence.
        record: Writes an event, as `RunFolder.record` does.
        compilations: How often the step was compiled, since that keeps memory.
        gauge: Asked for the limit of the GPU.

    Example:
        >>> alarm = MemoryAlarm(Path("memory.jsonl"), print, print, int, Gauge("jax"))
        >>> level = [Reading(n, 1.0 * n, 800.0, 100.0) for n in range(60)]
        >>> alarm.judge(level, steps_left=10**6)
        >>> alarm.raised
        set()
    """

    def __init__(
        self,
        path: Path,
        say: Callable[[str], None],
        record: Callable[..., None],
        compilations: Callable[[], int],
        gauge: Gauge,
    ):
        self.path = path
        self.say = say
        self.record = record
        self.compilations = compilations
        self.gauge = gauge
        self.raised: set[str] = set()
        self._limit: tuple[float, float | None] | None = None  # when asked, answer

    def judge(self, readings: Sequence[Reading], steps_left: int) -> None:
        """Look at what was read, and raise an alarm if memory ends too soon.

        Too soon is before the run can end, or within an hour.

        Args:
            readings: At least one, in the order of their steps.
            steps_left: Steps that the run has at most after the last one.
        """
        last = readings[-1]
        host = [reading.host for reading in readings]
        taken = [readings[0].ceiling - reading.ceiling for reading in readings]
        courses = [
            _Course("host", host, last.ceiling),
            _Course("others", taken, taken[-1] + last.available),
        ]
        used = [r.device["current"] for r in readings if r.device is not None]
        if len(used) == len(readings) and self._grows(readings, used):
            limit = self._device_limit(last.seconds)
            courses += [] if limit is None else [_Course("device", used, limit)]
        for course in courses:
            if course.cause not in self.raised:
                self._judge(course, readings, steps_left)

    def _judge(
        self, course: _Course, readings: Sequence[Reading], steps_left: int
    ) -> None:
        steps = [reading.step for reading in readings]
        room = max(0.0, course.limit - course.values[-1])
        found = steps_until(steps, course.values, room)
        if found is None:
            return
        left, slope = found
        first, last = readings[0], readings[-1]
        seconds = left * (last.seconds - first.seconds) / (last.step - first.step)
        if left <= steps_left or seconds <= SOON:
            self.raised.add(course.cause)
            self._raise(course, last, left, slope, seconds)

    def _raise(
        self,
        course: _Course,
        last: Reading,
        left: float,
        slope: float,
        seconds: float,
    ) -> None:
        compilations = self.compilations()
        processes = describe_processes()
        is_others = course.cause == "others"  # the readings know no level of theirs
        level = last.host if is_others else course.values[-1]
        limit = last.ceiling if is_others else course.limit
        step = last.step + round(left)
        self.record(
            "memory_alarm",
            cause=course.cause,
            step=last.step,
            mebibytes=round(level, 1),
            limit_mebibytes=round(limit, 1),
            mebibytes_per_1000_steps=round(1000 * slope, 2),
            forecast_step=step,
            forecast_seconds=round(seconds, 1),
            compilations=compilations,
            file=self.path.name,
            processes=processes,
        )
        advice = ADVICE[course.cause]
        if compilations > 1 and not is_others:
            advice = RETRACED.format(compilations)
        if is_others:
            advice += f". The largest now: {_named(processes['host'])}"
        self.say(
            f"{WHAT[course.cause]} by {_size(1000 * slope)} every 1,000 steps. This "
            f"one holds {_size(level)} and can have {_size(limit)}. If that goes on, "
            f"memory ends at about step {step:,}, in {duration(seconds)}. {advice}. "
            f"The record is {self.path}."
        )

    def _grows(self, readings: Sequence[Reading], used: list[float]) -> bool:
        """Whether it is worth asking for the limit of the GPU, which takes time."""
        if "device" in self.raised:
            return False
        return steps_until([r.step for r in readings], used, room=0.0) is not None

    def _device_limit(self, now: float) -> float | None:
        if self._limit is None or now - self._limit[0] >= ASK_AGAIN:
            self._limit = (now, self.gauge.device_limit())
        return self._limit[1]


def _size(mebibytes: float) -> str:
    if mebibytes >= 1024:
        return f"{mebibytes / 1024:.1f} GiB"
    return f"{mebibytes:.0f} MiB" if mebibytes >= 10 else f"{mebibytes:.2g} MiB"


def _named(rows: Sequence[dict[str, Any]]) -> str:
    words = [
        f"{row['name']} (pid {row['pid']}, {_size(row['mebibytes'])}"
        + (", a child of this one)" if row["ours"] else ")")
        for row in rows
        if row["pid"] != os.getpid()
    ]
    return ", ".join(words[:3]) or "none that this user may see"
