"""A sign of life for whoever watches: which runs are under way, and what they say."""

from collections.abc import Callable, Iterable
import time

from dist_invention.campaigns.attempt import Attempt
from dist_invention.storage.outputs import last_lines

EVERY = 60.0  # seconds between two signs
LONGEST = 120  # characters of a run's last line


class Heartbeat:
    """Say once a minute what each process under way said last.

    Args:
        say: Shows a line.
        every: Seconds between two signs.

    Example:
        >>> Heartbeat(print).beat([])
    """

    def __init__(self, say: Callable[[str], None], every: float = EVERY):
        self.say, self.every = say, every
        self._next = time.monotonic() + every

    def beat(self, attempts: Iterable[Attempt]) -> None:
        """Say something if it is time.

        Args:
            attempts: Processes under way.
        """
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.every
        for one in attempts:
            said = last_lines(one.plan.log, 1, one.log_begins) or ["nothing so far"]
            name, minutes = one.plan.step.name, one.seconds / 60
            self.say(f"{name}: {minutes:.0f} min: {said[0].strip()[:LONGEST]}")
