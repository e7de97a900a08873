"""A thread that notices when training stands still, and says where it stands."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
import logging
import os
import sys
import threading
import time
import traceback

from dist_invention.curriculum import Place
from dist_invention.runtime import exit_codes
from dist_invention.runtime.step import StepResult
from dist_invention.training.forecast import duration

SPEAKING = 5.0  # seconds that a word may take: the disk may be what hangs
FRAMES = 30  # innermost frames of a thread that are kept
LONGEST_PAUSE = 3600.0  # seconds after which even an announced pause is reported

log = logging.getLogger(__name__)


class StallAlarm:
    """Report once that no step, epoch or stage has ended for far too long.

    Too long is 50 times the usual step, but at least a minute. It is reported with
    the stacks of all threads as the event `stalled`. Use it as a context manager; its
    thread lives no longer than that. A process that was stopped as a whole, as by
    SIGSTOP or by a paused machine, has not stalled. What holds Python's global lock
    for ever cannot be noticed from inside.

    Args:
        say: Shows a sentence.
        record: Writes an event, as `RunFolder.record` does.
        seconds_per_step: The usual time of a step; 0 if it is not known.
        exit_after: Seconds of silence after which the process ends with exit code 78,
            so that a supervisor can start it again; `None` for never.
        shortest: Seconds of silence that are always fine.
        times: Usual steps of silence that are always fine.
        poll: Seconds between two looks.
        clock: Gives monotonic seconds.

    Example:
        >>> with StallAlarm(print, print, lambda: 0.2) as stall:
        ...     stall.after_step(Place(0, 0, 1, 1), StepResult({}, 0.0))
        ...     with stall.pause("evaluation"):
        ...         stall.limit()
        3600.0
    """

    def __init__(
        self,
        say: Callable[[str], None],
        record: Callable[..., None],
        seconds_per_step: Callable[[], float],
        exit_after: float | None = None,
        shortest: float = 60.0,
        times: float = 50.0,
        poll: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.say = say
        self.record = record
        self.seconds_per_step = seconds_per_step
        self.exit_after = exit_after
        self.shortest = shortest
        self.times = times
        self.poll = poll
        self.clock = clock
        self._heard = clock()
        self._reported: float | None = None  # the last sign of life before a stall
        self._pauses: list[str] = []
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "StallAlarm":
        self.beat()
        self._over.clear()
        self._thread = threading.Thread(
            target=self._watch, name="stall alarm", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=2 * SPEAKING + self.poll)
            self._thread = None

    def beat(self) -> None:
        """Take a sign of life, as the end of a stage is one."""
        self._heard = self.clock()

    def after_step(self, place: Place, result: StepResult) -> None:
        """Take the step as a sign of life."""
        self.beat()

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Take the epoch's end as a sign of life."""
        self.beat()

    @contextmanager
    def pause(self, reason: str) -> Iterator[None]:
        """Announce a phase without steps: reported after an hour, never ended.

        Args:
            reason: What the phase does, such as `"validation"`.
        """
        self._pauses.append(reason)
        self.beat()
        try:
            yield
        finally:
            self.beat()
            self._pauses.pop()

    def limit(self) -> float:
        """Return the seconds of silence that are fine now."""
        usual = max(self.shortest, self.times * self.seconds_per_step())
        return max(usual, LONGEST_PAUSE) if self._pauses else usual

    def _watch(self) -> None:
        woke = self.clock()
        while not self._over.wait(self.poll):
            now = self.clock()
            if now - woke > 10 * self.poll + 1:  # nobody ran, not only training
                self._heard += now - woke - self.poll
            woke = now
            self._look()

    def _look(self) -> None:
        heard = self._heard
        silent = self.clock() - heard
        if self._reported is not None and heard > self._reported:
            gap = duration(heard - self._reported)
            self._reported = None
            _briefly(self.say, f"Training goes on, after it stood still for {gap}.")
        limit = self.limit()
        if silent >= limit and self._reported is None:
            self._reported = heard
            self._report(silent)
        if self.exit_after is None or self._pauses:
            return
        if silent >= max(limit, self.exit_after):
            text = f"Training stands still for {duration(silent)}. "
            text += f"The process ends with exit code {exit_codes.STALLED}."
            _briefly(self.say, text)
            os._exit(exit_codes.STALLED)

    def _report(self, silent: float) -> None:
        phase = self._pauses[-1] if self._pauses else "training"
        found = stacks()
        _briefly(
            self.record,
            "stalled",
            seconds=round(silent, 1),
            phase=phase,
            seconds_per_step=round(self.seconds_per_step(), 4),
            stacks=found,
        )
        here = (found.get("MainThread") or ["an unknown place"])[-1]
        end = ""
        if self.exit_after is not None and not self._pauses:
            left = max(0.0, max(self.exit_after, self.limit()) - silent)
            end = f" In {duration(left)} the process ends, so that it is started again."
        _briefly(
            self.say,
            f"No step, epoch or stage has ended for {duration(silent)} ({phase}). The "
            f"main thread is in {here}. The stacks of all threads are in events.jsonl, "
            f"under `stalled`.{end}",
        )


def stacks() -> dict[str, list[str]]:
    """Return where each thread is: its name, then its frames, the innermost last.

    No source file is read, since the disk may be what hangs.

    Example:
        >>> "in stacks" in stacks()["MainThread"][-1]
        True
    """
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    found: dict[str, list[str]] = {}
    for ident, frame in sys._current_frames().items():
        if ident == threading.get_ident() and ident != threading.main_thread().ident:
            continue  # the thread that asks
        name = names.get(ident, "a thread without a name")
        name = name if name not in found else f"{name} ({ident})"
        frames = [
            f"{inner.f_code.co_filename}, line {line}, in {inner.f_code.co_qualname}"
            for inner, line in traceback.walk_stack(frame)
        ]
        found[name] = frames[:FRAMES][::-1]
    return found


def _briefly(speak: Callable[..., None], *words: str, **details: object) -> None:
    """Speak, but wait only so long: the disk or the terminal may be what hangs."""

    def say() -> None:
        try:
            speak(*words, **details)
        except (OSError, RuntimeError, ValueError) as error:  # full, sealed or closed
            log.error("The stall alarm could not report %s: %s", words, error)

    thread = threading.Thread(target=say, name="stall alarm speaks", daemon=True)
    thread.start()
    thread.join(SPEAKING)
