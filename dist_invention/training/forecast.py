"""Pace, steps left and the finish to expect; a word in time when it comes too late."""

from collections.abc import Callable, Mapping, Sequence
import math
from statistics import median
import time

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult

MEMORY = 50  # steps, or epoch ends, that count for the pace
KNOWN_SECONDS = 30.0  # so much measured stepping says as much as 50 steps
FEWEST = 3  # steps below which nothing is known, however long they take
LOOK_EVERY = 5.0  # seconds between two looks at the finish
WORSE = 1.5  # a second word only if the whole takes so many times as long


class Forecast:
    """Know how fast steps and epoch ends go, and how much of both is left.

    Make it the last watcher: then what the others do at an epoch end, such as saving,
    counts as part of it. The median of the last 50 steps is the pace, so that a save
    between two steps drops out. What is left is the longest that the stages allow;
    export, scoring and the page come on top.

    Args:
        epochs: Longest duration of each stage, in epochs.
        steps_per_epoch: Batches an epoch, one number a stage.
        clock: Gives monotonic seconds.

    Example:
        >>> ticks = iter(range(100))
        >>> forecast = Forecast([2], [3], clock=lambda: next(ticks))
        >>> for step in (1, 2, 3):
        ...     forecast.after_step(Place(0, 0, step, step), StepResult({}, 0.0))
        >>> forecast.seconds_per_step(), forecast.steps_left(Place(0, 0, 3, 3))
        (1.0, 3)
    """

    def __init__(
        self,
        epochs: Sequence[int],
        steps_per_epoch: Sequence[int],
        clock: Callable[[], float] = time.monotonic,
    ):
        self.epochs = list(epochs)
        self.steps_per_epoch = list(steps_per_epoch)
        self.clock = clock
        self._expected = 0.0
        self._stage = -1
        self._mark: float | None = None  # when a step could begin
        # Replaced, never changed, since another thread reads them.
        self._steps: list[float] = []
        self._ends: list[float] = []

    def expect(self, seconds_per_step: float) -> None:
        """Take a pace measured before training as that of the first steps."""
        self._expected = seconds_per_step

    def after_step(self, place: Place, result: StepResult) -> None:
        """Measure the step."""
        now = self.clock()
        if self._mark is not None and place.stage == self._stage:
            self._steps = [*self._steps[1 - MEMORY :], now - self._mark]
        self._stage, self._mark = place.stage, now

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Measure validation, saving and what else an epoch's end is made of."""
        now = self.clock()
        if self._mark is not None:
            self._ends = [*self._ends[1 - MEMORY :], now - self._mark]
        self._mark = now

    @property
    def is_known(self) -> bool:
        """Whether the pace of this attempt is known well."""
        steps = self._steps
        long_enough = len(steps) >= MEMORY or sum(steps) >= KNOWN_SECONDS
        return long_enough and len(steps) >= FEWEST

    def seconds_per_step(self) -> float:
        """Return the median time of a step; what was expected before there is one."""
        steps = self._steps
        return median(steps) if steps else self._expected

    def seconds_per_epoch_end(self) -> float:
        """Return the median time between two epochs; 0 before there was one."""
        ends = self._ends
        return median(ends) if ends else 0.0

    def steps_left(self, place: Place) -> int:
        """Return the steps after a place, if no stage ends early."""
        left = [0, *(steps * n for steps, n in self._left(place))]
        return max(0, sum(left) - place.step)

    def seconds_left(self, place: Place) -> float:
        """Return the seconds from a place to the end of the last stage."""
        ends = sum(count for _, count in self._left(place))
        steps = self.steps_left(place) * self.seconds_per_step()
        return steps + ends * self.seconds_per_epoch_end()

    def epochs_that_fit(self, place: Place, seconds: float) -> int:
        """Return how many epochs can still be finished in a time.

        Args:
            place: Where the run is; the epoch it is in counts as one.
            seconds: The time there is.
        """
        pace, end = self.seconds_per_step(), self.seconds_per_epoch_end()
        seconds += place.step * pace  # done of the first one
        fit = 0
        for steps, count in self._left(place):
            each = steps * pace + end
            whole = count if each <= 0 else min(count, max(0, int(seconds / each)))
            fit += whole
            seconds -= whole * each
            if whole < count:
                break
        return fit

    def epochs_left(self, place: Place) -> int:
        """Return the epochs that are not finished, if no stage ends early."""
        return sum(count for _, count in self._left(place))

    def _left(self, place: Place) -> list[tuple[int, int]]:
        """Steps an epoch and epochs that are not finished, for each stage left."""
        rows = list(zip(self.steps_per_epoch, self.epochs, strict=True))
        rows = rows[place.stage :]
        if rows:
            steps, epochs = rows[0]
            rows[0] = (steps, max(0, epochs - place.epoch))
        return rows


class LateFinish:
    """Say early that the time limit comes before the end of training.

    It speaks once the pace is known, and again only if the forecast gets worse by
    half. It comes after the forecast among the watchers.

    Args:
        forecast: What knows the pace.
        deadline: When the time limit ends the run, on the forecast's clock; infinity
            for no limit.
        say: Shows a sentence.
        record: Writes an event, as `RunFolder.record` does.

    Example:
        >>> LateFinish(Forecast([2], [3]), math.inf, print, print).said is None
        True
    """

    def __init__(
        self,
        forecast: Forecast,
        deadline: float,
        say: Callable[[str], None],
        record: Callable[..., None],
    ):
        self.forecast = forecast
        self.deadline = deadline
        self.say = say
        self.record = record
        self.said: float | None = None  # seconds for the whole, as last said
        self._began = self._looked = forecast.clock()

    def after_step(self, place: Place, result: StepResult) -> None:
        """Look at the finish from time to time."""
        if self.deadline == math.inf:
            return
        now = self.forecast.clock()
        if now - self._looked >= LOOK_EVERY and self.forecast.is_known:
            self._looked = now
            self._look(place, now)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Nothing to do; the next step looks."""

    def _look(self, place: Place, now: float) -> None:
        left = self.forecast.seconds_left(place)
        whole = now + left - self._began
        is_news = self.said is None or whole >= WORSE * self.said
        if now + left <= self.deadline or not is_news:
            return
        self.said = whole
        limit = max(0.0, self.deadline - now)
        fit = self.forecast.epochs_that_fit(place, limit)
        self.record(
            "late_finish",
            step=place.global_step,
            forecast_seconds=round(left, 1),
            limit_seconds=round(limit, 1),
            epochs_that_fit=fit,
        )
        self.say(
            f"At this pace training takes another {duration(left)}, but --max-hours "
            f"ends it in {duration(limit)}, after {fit} of the "
            f"{self.forecast.epochs_left(place)} epochs left. It saves and stops then "
            "with exit code 75, and the same command goes on."
        )


def duration(seconds: float) -> str:
    """Return seconds as one says them: `1 h 20 min`, `3 min 5 s`, `12 s`.

    Example:
        >>> duration(4800)
        '1 h 20 min'
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
