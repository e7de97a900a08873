"""When a campaign should stop: a signal came, or its time is over."""

import math
import signal
import threading
import time
from types import FrameType

from dist_invention.runtime.signals import Handlers, hear, put_back


class Listening:
    """Hear the stop signals and watch the clock; a second signal changes nothing.

    Outside the main thread no signal can be heard; the clock is watched all the same.

    Args:
        max_hours: Time limit in hours from now, or `None`.

    Example:
        >>> with Listening(max_hours=6.0) as listening:
        ...     listening.why
        ''
    """

    def __init__(self, max_hours: float | None = None):
        limit = math.inf if max_hours is None else max_hours * 3600
        self._deadline = time.monotonic() + limit
        self._limit = f"the time limit of {max_hours} hours is reached"
        self._number: int | None = None
        self._before: Handlers = {}

    def __enter__(self) -> "Listening":
        self._before = self._hear()
        return self

    def __exit__(self, *error: object) -> None:
        put_back(self._before)

    @property
    def why(self) -> str:
        """Why to stop; empty as long as there is no reason."""
        if self._number is not None:
            return f"received {signal.Signals(self._number).name}"
        return self._limit if time.monotonic() > self._deadline else ""

    def again(self) -> None:
        """Take the signals back from a library that took them."""
        self._hear()

    def _hear(self) -> Handlers:
        is_main = threading.current_thread() is threading.main_thread()
        return hear(self._on_signal) if is_main else {}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._number = self._number or number
