"""Keep a run going: `python -m dist_invention.launch.supervise SCRIPT ARGS`.

Imports no backend, so that it needs little memory and nothing of it can crash. Out of
memory, the run goes on with twice the micro-batches; after a crash or a stall, from
its newest checkpoint. A run that comes no further is given up.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
import signal
import sys
import tempfile
import time

from dist_invention.launch import evidence
from dist_invention.launch.evidence import NotWritten, Standing
from dist_invention.launch.worker import Attempt, Worker
from dist_invention.runtime import exit_codes
from dist_invention.runtime.signals import hear, put_back
from dist_invention.storage import CorruptFile
from dist_invention.storage.terminal import SafeStream, let_go

PAUSES = (1.0, 2.0, 4.0)  # seconds before a restart, the longer the less it helps
RESTARTS = 3  # in a row that may bring nothing
SHOWN_LINES = 10


class Supervisor:
    """Start a worker until its run ends by itself or comes no further.

    Args:
        worker: What to start.

    Example:
        >>> command = [sys.executable, "-c", "raise SystemExit(2)"]
        >>> Supervisor(Worker(command, Path("handover.json"))).run()
        2
    """

    def __init__(self, worker: Worker):
        self.worker = worker
        self.best = Standing()
        self.idle = 0  # restarts in a row that brought nothing
        self.attempts: list[str] = []
        self._error = ""  # of the attempt before
        self._first: int | None = None  # micro-batches before raises brought nothing
        self._run: Path | None = None

    def run(self) -> int:
        """Return the exit code: that of the last attempt, or 76."""
        while True:
            attempt = self.worker.run()
            code = attempt.exit_code
            if code in (exit_codes.DONE, exit_codes.STOPPED):
                return code
            self._run = evidence.run_of(self.worker.handover)
            now = self._standing()
            self._keep(attempt, now)
            if code in (exit_codes.BAD_INPUT, exit_codes.INCOMPLETE):
                return code
            if self.worker.asked is not None:
                return self._stopped()
            why_not = self._judge(attempt, now)
            if why_not:
                return self._give_up(attempt, why_not)
            if not self._pause():
                return self._stopped()

    def _standing(self) -> Standing:
        try:
            return evidence.standing(self._run)
        except (OSError, CorruptFile) as error:  # it then counts as no progress
            _say(f"the state of the run cannot be read: {error}")
            return Standing()

    def _keep(self, attempt: Attempt, now: Standing) -> None:
        """Say how an attempt ended and write it into the run's journal."""
        text = (
            f"attempt {len(self.attempts) + 1} ended after {attempt.seconds:.0f} s: "
            f"{evidence.reason_of(attempt)}; {now}"
        )
        self.attempts.append(text)
        _say(text)
        if self._run is None:
            return
        try:
            evidence.record_end(self._run, attempt, now.step)
        except NotWritten as error:
            _say(f"this is not in the run's journal: {error}")

    def _judge(self, attempt: Attempt, now: Standing) -> str:
        """Return why starting again would not help, or nothing."""
        has_progress, error = now > self.best, self._error
        self.best = max(self.best, now)
        self._first = None if has_progress else self._first
        self._error = attempt.error if attempt.exit_code == exit_codes.FAILED else ""
        if now.is_sealed and "--again" in self.worker.command:
            return "the run is sealed, and --again would start another one"
        is_memory = attempt.exit_code == exit_codes.OUT_OF_MEMORY
        if is_memory and self._run is not None and not now.is_sealed:
            return self._more_micro_batches(self._run, now)
        if has_progress or len(self.attempts) == 1:
            self.idle = 0
            return ""
        self.idle += 1
        is_plain = self._run is None or error.startswith("Expected ")
        if error and error == self._error and is_plain:
            return f"the same error twice: {error}"
        if self.idle >= RESTARTS:
            return f"{RESTARTS} restarts in a row brought no newer checkpoint"
        return ""

    def _more_micro_batches(self, run: Path, now: Standing) -> str:
        """Raise them; return why that would not help, or nothing."""
        try:
            before, number = evidence.raise_micro_batches(run, now.step)
            self._first = self._first or before
            if number is None:
                evidence.put_back_micro_batches(run, self._first, now.step)
                return f"out of memory with {before} micro-batches, the most there are"
        except NotWritten as error:
            return f"more micro-batches could not be recorded: {error}"
        _say(f"it goes on with {number} micro-batches; the batch stays as it is")
        self.idle = 0
        return ""

    def _pause(self) -> bool:
        """Wait a little; return whether to start again."""
        seconds = PAUSES[min(self.idle, len(PAUSES) - 1)]
        _say(f"starting again in {seconds:.0f} s")
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.worker.asked is None:
            time.sleep(0.02)  # a signal handler cannot end one long sleep
        return self.worker.asked is None

    def _stopped(self) -> int:
        name = signal.Signals(self.worker.asked or 0).name
        _say(f"stopped by {name}; the same command goes on")
        return exit_codes.STOPPED

    def _give_up(self, attempt: Attempt, why: str) -> int:
        for text in self.attempts[-RESTARTS - 1 :]:
            _say(text)
        for line in attempt.last_lines[-SHOWN_LINES:]:
            _say(f"| {line}")
        where = f"{self._run / 'events.jsonl'}" if self._run else "the lines above"
        sys.stderr.write(
            "Expected the run to come further when it is started again. "
            f"Received: {why.rstrip('.')}. Read {where} and mend the cause; the same "
            "command then goes on.\n"
        )
        return exit_codes.GAVE_UP


@contextmanager
def forwarding(worker: Worker) -> Iterator[None]:
    """Send the signals that ask for a stop on to the worker; never kill it."""
    before = hear(lambda number, frame: worker.forward(number))
    try:
        yield
    finally:
        put_back(before)


def supervise(words: Sequence[str]) -> int:
    """Run a script under a supervisor and return the exit code.

    Args:
        words: The script and its arguments.
    """
    if not words or not Path(words[0]).is_file():
        sys.stderr.write(
            "Expected a script and its flags, as in `python -m "
            "dist_invention.launch.supervise train_template.py --seed 1`. "
            f"Received: {' '.join(words) or 'nothing'}. Name a script that exists.\n"
        )
        return exit_codes.BAD_INPUT
    with tempfile.TemporaryDirectory(prefix="dist_invention-") as folder:
        worker = Worker([sys.executable, *words], Path(folder) / "handover.json")
        with forwarding(worker):
            return Supervisor(worker).run()


def _say(text: str) -> None:
    sys.stderr.write(f"supervisor: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    with redirect_stderr(SafeStream(sys.stderr)):
        exit_code = supervise(sys.argv[1:])
    let_go(sys.stderr)
    sys.exit(exit_code)
