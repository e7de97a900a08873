"""Signals and the clock: stop cleanly, save first."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
import math
import signal
import time
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime import exit_codes
from dist_invention.runtime.signals import Handlers, hear, put_back
from dist_invention.runtime.step import StepResult
from dist_invention.training.checkpoint import Checkpointer
import keras

SAVE_SECONDS = 10.0  # that the disk has for the last state
VALIDATION_SECONDS = 5.0  # that a validation may still take once a signal has come


class StoppedEarly(BaseException):
    """The run was asked to stop and has saved; the same command goes on.

    It is no `Exception`, so that nobody who catches those takes it for a failure of
    what was under way when the signal came.

    Args:
        reason: Why, in words.
    """

    exit_code = exit_codes.STOPPED

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class StopGuard:
    """Stop after SIGTERM, SIGHUP, Ctrl-C or at the time limit; save first.

    Use it as a context manager around the whole run; the old signal handlers come
    back at its end. While steps are taken, a signal waits for the next one, which
    saves. At all other times it stops at once: what is not saved then, at a stage's
    end, is done again to the same bits. A second signal changes nothing.

    Args:
        max_hours: Time limit in hours from now, or `None`.
        seconds_before: What is spent of it already, by attempts of one supervisor.

    Example:
        >>> with StopGuard(max_hours=6.0) as guard:
        ...     guard.reason is None
        True
    """

    def __init__(self, max_hours: float | None, seconds_before: float = 0.0):
        self.reason: str | None = None
        self.checkpointer: Checkpointer | None = None
        limit = math.inf if max_hours is None else max_hours * 3600
        self.deadline = time.monotonic() + limit - seconds_before
        self._limit = f"the time limit of {max_hours} hours is reached"
        self._old: Handlers = {}
        self._asked = math.inf  # when a signal came
        self._takes_steps = False

    def __enter__(self) -> "StopGuard":
        self._old = hear(self._on_signal)
        return self

    def __exit__(self, *error: object) -> None:
        put_back(self._old)

    @contextmanager
    def taking_steps(self) -> Iterator[None]:
        """Within, a signal waits for the next step, or for the end of this block."""
        self._takes_steps = True
        try:
            yield
        finally:
            self._takes_steps = False
        self.raise_if_asked()

    def raise_if_asked(self) -> None:
        """Stop now if a signal has come, also where somebody swallowed its exception.

        Raises:
            StoppedEarly: If so.
        """
        if self.reason is not None:
            raise StoppedEarly(self.reason)

    def after_step(self, place: Place, result: StepResult) -> None:
        """Save and stop if it is time."""
        if self.reason is None and time.monotonic() > self.deadline:
            self.reason = self._limit
        if self.reason is not None:
            reason = self.reason
            if self.checkpointer is not None and not self.checkpointer.save_within(
                place, SAVE_SECONDS
            ):
                reason += f"; the disk did not take the last state in {SAVE_SECONDS} s"
            raise StoppedEarly(reason)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Save and stop if it is time."""
        self.after_step(place, StepResult({}, 0.0))

    def in_validation(self) -> None:
        """Stop without the end of a long validation, which is done again later."""
        if time.monotonic() - self._asked > VALIDATION_SECONDS:
            raise StoppedEarly(self.reason or "")

    def _on_signal(self, number: int, frame: Any) -> None:
        if self.reason is not None:
            return
        self.reason = f"received {signal.Signals(number).name}"
        self._asked = time.monotonic()
        if not self._takes_steps:
            raise StoppedEarly(self.reason)


class StopInValidation(keras.callbacks.Callback):
    """Ask a `StopGuard` after each batch of a validation.

    Args:
        guard: Whom to ask.
        beat: Told that the validation goes on.

    Example:
        >>> callback = StopInValidation(StopGuard(None))
        >>> callback.on_test_batch_end(0)
    """

    def __init__(self, guard: StopGuard, beat: Callable[[], None] = lambda: None):
        super().__init__()
        self.guard = guard
        self.beat = beat

    def on_test_batch_end(self, batch, logs=None):
        """Raise if it is time."""
        self.beat()
        self.guard.in_validation()

    def get_state(self) -> dict[str, Any]:
        """Return nothing: it remembers nothing."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take nothing up."""
