"""Memory on record each few seconds, and a look at whether it will last."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
import math

from dist_invention.curriculum import Place
from dist_invention.runtime.gauge import Gauge, Reading
from dist_invention.runtime.step import StepResult
from dist_invention.storage import Journal
from dist_invention.storage.attempts import now as utc_now
from dist_invention.training.memory_alarm import MemoryAlarm


@dataclass(frozen=True)
class Cadence:
    """How often memory is read, and from when on it is judged.

    Args:
        seconds: Between two readings, while steps come.
        steps: A reading also comes after this many steps.
        shortest: But never sooner than so many seconds.
        warm_up: Seconds that are not judged; the end of the first epoch ends this too.
        readings: The latest ones that are judged; all are on disk.
        judge_every: Readings between two looks at the slope.

    Example:
        >>> Cadence().seconds
        5.0
    """

    seconds: float = 5.0
    steps: int = 100
    shortest: float = 1.0
    warm_up: float = 60.0
    readings: int = 360
    judge_every: int = 5


class MemoryWatch:
    """Write memory.jsonl, and say in time that memory will run out.

    Rows are read by the clock, so they differ from run to run; the file is evidence,
    no part of the result. It is written without forcing it to the disk: a killed
    process leaves it whole, a power cut may cost the last rows.

    Args:
        journal: memory.jsonl of the run.
        backend: `"tensorflow"` or `"jax"`.
        say: Shows a sentence.
        record: Writes an event, as `RunFolder.record` does.
        steps_left: How many steps the run has at most after a place.
        compilations: How often the step was compiled, since that keeps memory.
        cadence: How often to look.
        gauge: What reads memory; the real one if left out.

    Example:
        >>> import tempfile
        >>> journal = Journal(tempfile.mkdtemp() + "/memory.jsonl")
        >>> watch = MemoryWatch(journal, "jax", print, print, lambda place: 90)
        >>> watch.after_epoch(Place(0, 1, 0, 50), {})
        >>> [row["step"] for row in journal.read()]
        [50]
    """

    def __init__(
        self,
        journal: Journal,
        backend: str,
        say: Callable[[str], None],
        record: Callable[..., None],
        steps_left: Callable[[Place], int],
        compilations: Callable[[], int] = lambda: 1,
        cadence: Cadence | None = None,
        gauge: Gauge | None = None,
    ):
        self.journal = journal
        self.steps_left = steps_left
        self.cadence = cadence or Cadence()
        self.gauge = gauge or Gauge(backend)
        self.alarm = MemoryAlarm(journal.path, say, record, compilations, self.gauge)
        self._window: deque[Reading] = deque(maxlen=self.cadence.readings)
        self._began = self.gauge.seconds()
        self._is_warm = False
        self._read_at = -math.inf
        self._steps = 0  # since then
        self._unjudged = 0  # readings since the last look

    def after_step(self, place: Place, result: StepResult) -> None:
        """Read memory if it is time."""
        self._steps += 1
        age = self.gauge.seconds() - self._read_at
        often = self.cadence
        is_due = self._steps >= often.steps and age >= often.shortest
        if is_due or age >= often.seconds:
            self._read(place)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Read memory, if that was not done just now; the first epoch warms up."""
        if self.gauge.seconds() - self._read_at >= self.cadence.shortest:
            self._read(place)
        if not self._is_warm:
            self._is_warm = True
            self._window.clear()

    def _read(self, place: Place) -> None:
        found = self.gauge.read(place.global_step)
        self._read_at, self._steps = found.seconds, 0
        self.journal.append(_row(found), durable=False)
        if not self._is_warm:
            self._is_warm = found.seconds - self._began >= self.cadence.warm_up
            return
        if self._window and found.step < self._window[-1].step:  # rolled back
            self._window.clear()
        self._window.append(found)
        self._unjudged += 1
        if self._unjudged >= self.cadence.judge_every:
            self._unjudged = 0
            self.alarm.judge(list(self._window), self.steps_left(place))


def _row(reading: Reading) -> dict[str, object]:
    device = reading.device
    return {
        "step": reading.step,
        "time": utc_now(),
        "host_mebibytes": round(reading.host, 1),
        "available_mebibytes": round(reading.available, 1),
        "device_mebibytes": device and {k: round(v, 1) for k, v in device.items()},
    }
