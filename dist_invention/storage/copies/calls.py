"""Calls that may never come back: made in a thread of their own, and left there."""

from collections.abc import Callable
import math
import threading
import time
from typing import Generic, TypeVar

Result = TypeVar("Result")
Beat = Callable[[], None]


class DidNotAnswer(TimeoutError):
    """Nothing came back and nothing moved for too long.

    Example:
        >>> issubclass(DidNotAnswer, OSError)
        True
    """


class CallWasLeft(RuntimeError):
    """Nobody waits for this call any more, so it must change nothing further.

    Example:
        >>> issubclass(CallWasLeft, RuntimeError)
        True
    """


def no_beat() -> None:
    """Tell nobody that something moved."""


class Call(Generic[Result]):
    """An action in a daemon thread, which a caller can leave when it hangs.

    The action gets a function to call whenever something moved. So a slow call can be
    told from one that hangs; and one that was left ends at its next beat.

    Args:
        action: What to do; its argument is the beat.

    Example:
        >>> Call(lambda beat: 6 * 7).result(silence_seconds=5.0)
        42
    """

    def __init__(self, action: Callable[[Beat], Result]):
        self._action = action
        self._moved = time.monotonic()
        self._is_left = False
        self._done = threading.Event()
        self._value: list[Result] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._work, name="call", daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Say whether the action has not come back yet."""
        return not self._done.is_set()

    def result(self, silence_seconds: float, until: float = math.inf) -> Result:
        """Wait for the action; return its result, or raise what it raised.

        Args:
            silence_seconds: Leave it when nothing moved for so long.
            until: Leave it at this `time.monotonic()` in any case.

        Raises:
            DidNotAnswer: If it was left.
            BaseException: Whatever the action raised.
        """
        while self.is_running:
            left = min(self._moved + silence_seconds, until) - time.monotonic()
            if left <= 0:
                self._is_left = True
                raise DidNotAnswer(
                    "Expected an answer in time. Received: none, "
                    f"{time.monotonic() - self._moved:.1f} s after the last sign of "
                    "life. Look whether its disk is mounted and its network is up."
                )
            self._done.wait(min(left, threading.TIMEOUT_MAX))
        if self._error is not None:
            raise self._error
        return self._value[0]

    def _beat(self) -> None:
        if self._is_left:
            raise CallWasLeft(
                "Expected somebody to wait for this call. Received: it was left. "
                "Nothing need be done; it is made again."
            )
        self._moved = time.monotonic()

    def _work(self) -> None:
        try:
            self._value.append(self._action(self._beat))
        except BaseException as error:  # handed to whoever waits
            self._error = error
        finally:
            self._done.set()
