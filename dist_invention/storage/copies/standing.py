"""How a destination stands: caught up, behind, paused or hung; when to try again."""

from collections.abc import Callable
from dataclasses import dataclass
import logging
import threading
import time

from dist_invention.storage.copies.destinations import DestinationNotUsable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long a destination may fail or be silent. Times are in seconds.

    Args:
        timeout_seconds: Without a byte moved for so long, a call is left.
        first_wait: Before the second try; doubled with each failure after it.
        longest_wait: The most that grows to.
        failures_to_pause: So many failures in a row, and it is left alone for a while.
        pause_seconds: That while.

    Example:
        >>> Patience().timeout_seconds
        60.0
    """

    timeout_seconds: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    failures_to_pause: int = 6
    pause_seconds: float = 300.0


class Standing:
    """What is known of one destination's health.

    Args:
        label: Its name for people.
        patience: How long it may fail.
        record: Called with `"mirror"` and url, state, reason and waiting whenever the
            state changes.

    Attributes:
        state: `"caught_up"`, `"behind"`, `"paused"` or `"hung"`.
        reason: Why it is not caught up; else `None`.
        is_given_up: Nothing is to be expected of it before the pause is over.
        not_before: The `time.monotonic()` of the next try.

    Example:
        >>> standing = Standing("sftp://me@host/copies", Patience())
        >>> standing.failed(OSError("no route"), "OSError: no route", False, waiting=3)
        >>> standing.state
        'behind'
    """

    def __init__(
        self,
        label: str,
        patience: Patience,
        record: Callable[..., None] | None = None,
    ):
        self.label = label
        self.patience = patience
        self.state = "caught_up"
        self.reason: str | None = None
        self.is_given_up = False
        self.not_before = 0.0
        self._record = record
        self._failures = 0
        self._lock = threading.Lock()

    def worked(self) -> None:
        """Note that a call came back as it should."""
        self._failures, self.not_before, self.is_given_up = 0, 0.0, False

    hurry = worked  # to try again at once is to forget the failures

    def failed(
        self, error: Exception, reason: str, is_hung: bool, waiting: int
    ) -> None:
        """Note a failure: wait twice as long as after the one before, then pause.

        Args:
            error: What was raised.
            reason: The same for people.
            is_hung: Too many calls hang, so that no more are made.
            waiting: Number of files that wait.
        """
        self._failures += 1
        patience = self.patience
        wait = patience.first_wait * 2.0 ** min(self._failures - 1, 60)
        wait, state = min(wait, patience.longest_wait), "behind"
        if is_hung:
            wait, state = patience.longest_wait, "hung"
        elif self._failures >= patience.failures_to_pause or isinstance(
            error, DestinationNotUsable
        ):
            wait, state = patience.pause_seconds, "paused"
        self.tell(state, reason, waiting)
        self.not_before = time.monotonic() + wait
        self.is_given_up = state != "behind"

    def tell(self, state: str, reason: str | None, waiting: int) -> None:
        """Take note of a state; log and record it if it is another one."""
        with self._lock:
            is_news = state != self.state
            self.state, self.reason = state, reason
        if not is_news:
            return
        if reason is None:
            log.info("The destination %s has caught up", self.label)
        else:
            log.warning(
                "The destination %s is %s, %d files wait: %s",
                *(self.label, state, waiting, reason),
            )
        if self._record is None:
            return
        try:
            self._record(
                "mirror", url=self.label, state=state, reason=reason, waiting=waiting
            )
        except Exception as error:  # a sealed journal, a full disk: not ours to mend
            log.info("The journal does not take that: %s", error)
