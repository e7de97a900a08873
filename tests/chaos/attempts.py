"""One process of a trial: watched, killed, waited for."""

from dataclasses import dataclass
import os
from pathlib import Path
import signal
import subprocess
import time

POLL = 0.005  # seconds between two looks
LONGEST = 240.0  # seconds that one attempt may take; past them it is lost
NOISE = ("I0000", "E0000", "W0000", "WARNING: All log", "To enable the")


class AttackFailed(Exception):
    """What had to happen did not; the message says what happened instead."""


@dataclass
class Attempt:
    """One process of a trial, and what it said."""

    process: subprocess.Popen
    mark: Path
    log: Path

    def has_stepped(self):
        """Whether this attempt has done a training step of its own."""
        return self.stepping_pid() == self.process.pid

    def stepping_pid(self):
        """The process that did the last first step, 0 before any."""
        try:
            return int(self.mark.read_text() or 0)
        except (FileNotFoundError, ValueError):
            return 0

    def wait_until(self, happened, what, every=0.05):
        """Wait for something; return False if the process ended before it."""
        end = time.monotonic() + LONGEST
        while not happened():
            if self.process.poll() is not None:
                return happened()
            if time.monotonic() > end:
                self.destroy()
                raise AttackFailed(f"no {what} within {LONGEST:.0f} s: {self.last()}")
            time.sleep(every)
        return True

    def wait_for_step(self):
        """Wait for this attempt's first new step; False if it ended before one."""
        return self.wait_until(self.has_stepped, "step", every=POLL)

    def send(self, number):
        """Send a signal to the process, if it is still there."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def end(self):
        """Wait for the end and return the exit code."""
        try:
            return self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.destroy()
            raise AttackFailed(
                f"no end within {LONGEST:.0f} s: {self.last()}"
            ) from None

    def destroy(self):
        """Kill the process and all that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self):
        """Everything on its two streams, without the chatter of TensorFlow."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if not line.startswith(NOISE))

    def last(self, lines=6):
        """The last lines, for a report."""
        return " / ".join(self.said().splitlines()[-lines:])[-700:]


def expect(attempt, code, *texts):
    """Wait for the end of an attempt; refuse another exit code or other words.

    A run that ends by itself ends in words, not in a traceback.
    """
    found = attempt.end()
    if found != code:
        raise AttackFailed(f"exit {found} instead of {code}: {attempt.last()}")
    said = attempt.said()
    missing = [text for text in texts if text not in said]
    if missing:
        raise AttackFailed(f"it did not say {missing}: {attempt.last()}")
    if "Traceback" in said:
        raise AttackFailed(f"a traceback instead of words: {attempt.last()}")
