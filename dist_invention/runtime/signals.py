"""The signals that ask a run to stop: which of them are heard, and by whom."""

from collections.abc import Callable
import signal
from types import FrameType
from typing import Any

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Handlers = dict[int, Any]


def hear(handler: Callable[[int, FrameType | None], Any]) -> Handlers:
    """Take the stop signals; call it in the main thread.

    SIGHUP and SIGINT stay ignored where they were, as nohup and a shell's `&` set
    them for a command that is to go on. SIGTERM is heard even then: whoever sends it
    kills a little later, and a job runner that ignores it for itself passes that on
    to the run it starts.

    Args:
        handler: Called with the signal's number and the frame it came in.

    Returns:
        The handlers that were there before, for `put_back`.

    Example:
        >>> before = hear(lambda number, frame: None)
        >>> signal.SIGTERM in before
        True
        >>> put_back(before)
    """
    return {
        number: signal.signal(number, handler)
        for number in STOP_SIGNALS
        if number == signal.SIGTERM or signal.getsignal(number) is not signal.SIG_IGN
    }


def put_back(before: Handlers) -> None:
    """Put handlers back and forget them, so that doing so twice is harmless.

    Args:
        before: What `hear` returned; empty afterwards.
    """
    while before:
        number, handler = before.popitem()
        signal.signal(number, handler)
