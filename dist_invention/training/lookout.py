"""What looks ahead in a run: memory, pace, a finish that comes too late, a stall."""

from collections.abc import Sequence
from dataclasses import dataclass
import os

from dist_invention.curriculum import Curriculum
from dist_invention.datasets import Batches
from dist_invention.runtime.step import Step
from dist_invention.storage import Journal, RunFolder
from dist_invention.training.forecast import Forecast, LateFinish
from dist_invention.training.loop import Watcher
from dist_invention.training.memory_watch import MemoryWatch
from dist_invention.training.opening import SUPERVISED
from dist_invention.training.stall import StallAlarm
from rich.console import Console

MEMORY = "memory.jsonl"
EXIT_AFTER = 1800.0  # seconds of silence; a wrong end costs more than a late one


@dataclass(frozen=True)
class Lookout:
    """The watchers that warn and change nothing.

    Args:
        memory: Writes memory.jsonl and sees leaks.
        forecast: Knows pace and time left.
        late: Says that the time limit comes before the end.
        stall: Says that training stands still; its thread is started by `with`.

    Example:
        >>> with session.lookout.stall:  # doctest: +SKIP
        ...     train(session)
    """

    memory: MemoryWatch
    forecast: Forecast
    late: LateFinish
    stall: StallAlarm

    @property
    def watchers(self) -> tuple[Watcher, ...]:
        """All four, in order; they come after whatever saves."""
        return (self.memory, self.forecast, self.late, self.stall)


def build_lookout(
    folder: RunFolder,
    backend: str,
    curriculum: Curriculum,
    batches: Sequence[Batches],
    deadline: float,
    step: Step,
    console: Console,
) -> Lookout:
    """Build what looks ahead in a run.

    Only under a supervisor, which starts it again, does a stall end the process.

    Args:
        folder: The run's folder; takes memory.jsonl and the events.
        backend: `"tensorflow"` or `"jax"`.
        curriculum: The stages.
        batches: Batches of each stage.
        deadline: When the time limit ends the run, in monotonic seconds.
        step: The compiled step; compiling it again keeps memory.
        console: Where warnings go.
    """

    def warn(text: str) -> None:
        console.print(text, style="yellow", markup=False, highlight=False)

    forecast = Forecast(
        [stage.epochs for stage in curriculum],
        [item.steps_per_epoch for item in batches],
    )
    memory = MemoryWatch(
        Journal(folder.path / MEMORY),
        backend,
        warn,
        folder.record,
        forecast.steps_left,
        lambda: step.traces,
    )
    stall = StallAlarm(
        warn,
        folder.record,
        forecast.seconds_per_step,
        exit_after=EXIT_AFTER if SUPERVISED in os.environ else None,
    )
    return Lookout(
        memory, forecast, LateFinish(forecast, deadline, warn, folder.record), stall
    )
