"""One process of a step: how it is started, and what its end means."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
import signal
import time

from dist_invention.campaigns.command import full_command
from dist_invention.campaigns.executor import (
    Executor,
    ExecutorNotReady,
    Handle,
)
from dist_invention.campaigns.finished import (
    FinishedRun,
    RunNotWhole,
    named_by,
    sealed_by,
    trusted,
)
from dist_invention.campaigns.orphans import CAMPAIGN
from dist_invention.campaigns.outcome import StepResult
from dist_invention.campaigns.plan import Plan
from dist_invention.runtime.exit_codes import DONE, STOPPED, in_words
from dist_invention.runtime.signals import STOP_SIGNALS
from dist_invention.storage.outputs import last_lines

SHOWN_LINES = 20
KILL_SECONDS = 2.0  # that a killed process takes to go
POLL = 0.05
# A run has no supervisor but its own, the one that --supervise gives it.
NOT_OURS = ("DIST_INVENTION_SUPERVISED", "DIST_INVENTION_BEGAN")


@dataclass(frozen=True)
class Attempt:
    """A process under way.

    Args:
        plan: What it is for.
        handle: The process.
        began: When it was started, in monotonic seconds.
        log_begins: Size of its log before, in bytes.
    """

    plan: Plan
    handle: Handle
    began: float
    log_begins: int

    @property
    def seconds(self) -> float:
        """How long it has lived, with the processes before it."""
        return self.plan.seconds + time.monotonic() - self.began

    def has_ended(self) -> bool:
        """Return whether the process is gone, or nobody can tell any more."""
        try:
            return self.handle.poll() is not None
        except ExecutorNotReady:
            return True

    def known(self) -> StepResult:
        """Return what is known before it ends."""
        return replace(self.plan.result(), seconds=self.seconds)


def start(plan: Plan, executor: Executor, campaign: Path) -> Attempt:
    """Start the process of a plan.

    Raises:
        OSError: If there is no such program, or its output cannot be kept.
        ExecutorNotReady: If the executor is gone.
    """
    begins = plan.log.stat().st_size if plan.log.exists() else 0
    env = {
        **dict.fromkeys(NOT_OURS),
        CAMPAIGN: str(campaign.absolute()),
        "PYTHONUNBUFFERED": "1",  # the last words before a kill are not lost
        "PYTHONFAULTHANDLER": "1",  # a crash in C leaves a Python stack
    }
    command = full_command(plan.words, plan.runs_dir)
    handle = executor.submit(command, env, plan.log)
    return Attempt(plan, handle, time.monotonic(), begins)


def end(attempts: Collection[Attempt], seconds: float) -> list[Attempt]:
    """Let processes save and end; kill those that do not, and return them.

    Args:
        attempts: Processes under way.
        seconds: That they have to save.
    """
    for attempt in attempts:
        attempt.handle.stop()
    _wait(attempts, seconds)
    late = [attempt for attempt in attempts if not attempt.has_ended()]
    for attempt in late:
        attempt.handle.kill()
    _wait(late, KILL_SECONDS)
    return late


def ended(
    attempt: Attempt, code: int, is_stopping: bool
) -> tuple[StepResult, FinishedRun | None]:
    """Return what the end of a process means for its step, and the run it left.

    Args:
        attempt: The process.
        code: Its exit code; negative for a signal.
        is_stopping: Whether the campaign had asked it to stop.
    """
    plan = attempt.plan
    known = replace(attempt.known(), exit_code=code)
    said = last_lines(plan.log, SHOWN_LINES, attempt.log_begins)
    if code == DONE:
        try:
            run = _left_by(plan, said)
        except RunNotWhole as error:
            return known.failed(str(error), *said), None
        return replace(known, status="finished", run=run.folder), run
    why = reason(code)
    if code == STOPPED or (is_stopping and _is_stop(code, said)):
        return replace(known, status="stopped", evidence=(why,)), None
    return known.failed(why, *said), None


def reason(code: int) -> str:
    """Return in words how a process ended.

    Example:
        >>> reason(77)
        'out of memory (exit code 77)'
        >>> reason(-9)
        'killed by SIGKILL, as when the machine has no memory left'
    """
    try:
        name = signal.Signals(-code if code < 0 else code - 128).name
    except ValueError:
        return in_words(code)
    more = ", as when the machine has no memory left" if name == "SIGKILL" else ""
    return f"killed by {name}{more}"


def _left_by(plan: Plan, said: Sequence[str]) -> FinishedRun:
    """The run that a process finished; what it says itself counts most."""
    folder = named_by(plan.runs_dir, said) or sealed_by(plan.runs_dir, plan.words)
    if folder is None:
        raise RunNotWhole(
            f"Expected a sealed run of this command in {plan.runs_dir}. "
            "Received: none, although it ended with exit code 0. Let the script seal "
            "a run there, and put the command into its run.json as `argv`."
        )
    return trusted(plan.step.name, folder)


def _is_stop(code: int, said: Sequence[str]) -> bool:
    """Whether it ended as programs do that a signal finds before they listen."""
    is_interrupted = bool(said) and said[-1].startswith("KeyboardInterrupt")
    by_signal = code in [end for n in STOP_SIGNALS for end in (-n, 128 + n)]
    return by_signal or (code == 1 and is_interrupted)


def _wait(attempts: Collection[Attempt], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not all(a.has_ended() for a in attempts):
        time.sleep(POLL)
