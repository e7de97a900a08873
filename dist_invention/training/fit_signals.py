"""Signals during `fit`: remembered, so that the next batch can save and stop."""

import signal
import threading
from types import CodeType, FrameType

from dist_invention.runtime.signals import Handlers, hear, put_back
from dist_invention.training.inside_fit import is_running


class FitSignals:
    """Remember that SIGTERM, SIGHUP or Ctrl-C came while `fit` was running.

    A second Ctrl-C does what it did before, since somebody is waiting; other second
    signals change nothing. An exception leaves `fit` without a word to its
    callbacks: a signal after that puts the old handlers back and goes to them.

    Attributes:
        reason: What came, in words; `None` while nothing did.

    Example:
        >>> signals = FitSignals()
        >>> signals.listen(None)
        >>> signals.hush()
        >>> signals.reason is None
        True
    """

    def __init__(self):
        self.reason: str | None = None
        self._old: Handlers = {}
        self._fit: CodeType | None = None

    def listen(self, fit: CodeType | None) -> None:
        """Take the signals, where Python allows that: in the main thread.

        Args:
            fit: The code of the running `fit`; `None` where it is not known.
        """
        self.hush()
        self.reason = None
        self._fit = fit
        if threading.current_thread() is threading.main_thread():
            self._old = hear(self._on_signal)

    def hush(self) -> None:
        """Put the old handlers back; doing so twice is harmless."""
        if threading.current_thread() is threading.main_thread():
            put_back(self._old)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        is_impatient = self.reason is not None and number == signal.SIGINT
        if is_impatient or not is_running(self._fit, frame):
            self.hush()
            signal.raise_signal(number)
        elif self.reason is None:
            self.reason = f"received {signal.Signals(number).name}"
