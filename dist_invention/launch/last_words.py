"""From a stop signal to the end of the process, a second signal changes nothing."""

import signal
from types import FrameType

from dist_invention.runtime.signals import Handlers, hear
from dist_invention.training import StoppedEarly


class LastWords:
    """Hear signals before and after a run, which has its own guard while it lasts.

    Before, a signal stops the command. After, while it says that it stopped, nothing
    may turn its exit code into that of a killed process.

    Example:
        >>> with LastWords() as signals:
        ...     signals.are_over = True  # the exit code is known
    """

    def __init__(self):
        self.are_over = False
        self._old: Handlers = {}

    def __enter__(self) -> "LastWords":
        self._old = hear(self._on_signal)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._old.items():
            # Ignored, not handled: Python takes its own handlers back while it ends,
            # and a signal would kill it then. Where nothing was stopped, all is as
            # before.
            signal.signal(number, signal.SIG_IGN if self.are_over else handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.are_over:
            raise StoppedEarly(f"received {signal.Signals(number).name}")
