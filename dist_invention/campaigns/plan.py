"""What a step will do: its command once the decisions are made, or why it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dist_invention.campaigns.command import asked
from dist_invention.campaigns.decisions import Decision
from dist_invention.campaigns.finished import (
    FinishedRun,
    RunNotWhole,
    made_by,
    sealed_by,
    trusted,
)
from dist_invention.campaigns.measures import NotDecided
from dist_invention.campaigns.outcome import StepResult
from dist_invention.campaigns.step import Step

OUTPUT = "output.log"


@dataclass(frozen=True)
class Plan:
    """A step whose command is known.

    Args:
        step: The step.
        words: Script and flags, those of the decisions too.
        decisions: What was decided.
        runs_dir: Folder of its runs.
        tries: Processes so far that stopped early without being asked to.
        seconds: How long all processes so far lived.

    Example:
        >>> step = Step("a", ("a.py",))
        >>> Plan(step, step.command, (), Path("runs/a")).log
        PosixPath('runs/a/output.log')
    """

    step: Step
    words: tuple[str, ...]
    decisions: tuple[Decision, ...]
    runs_dir: Path
    tries: int = 0
    seconds: float = 0.0

    @property
    def log(self) -> Path:
        """File with everything that its processes say."""
        return self.runs_dir / OUTPUT

    def result(self) -> StepResult:
        """Return what is known before it ends."""
        return StepResult(
            self.step.name,
            "not started",
            seconds=self.seconds,
            command=self.words,
            decisions=self.decisions,
            log=self.log if self.log.exists() else None,
        )


def make_plan(
    step: Step, runs: Mapping[str, FinishedRun], campaign: Path
) -> Plan | StepResult:
    """Ask a step's rules; return its plan, or its end where there is nothing to start.

    Args:
        step: A step whose waiting is over.
        runs: The finished runs that it waited for, directly or not.
        campaign: The campaign's folder.
    """
    words, decisions = step.command, []
    for rule in step.decide:
        try:
            decision = rule(runs)
        except NotDecided as error:
            known = {"command": words, "decisions": tuple(decisions)}
            return StepResult(step.name, "failed", evidence=(str(error),), **known)
        decisions.append(decision)
        words = (*words, *decision.words)
        if decision.skip:
            why = (decision.reason,)
            made = tuple(decisions)
            return StepResult(step.name, "skipped", evidence=why, decisions=made)
    return Plan(step, words, tuple(decisions), step.folder(campaign))


def done_before(
    plan: Plan, known: tuple[Sequence[str], Path] | None
) -> FinishedRun | None:
    """Return the run of an earlier command that needs no other process.

    Args:
        plan: The step and its command.
        known: Command and run that this campaign recorded earlier, if any.

    Returns:
        A sealed run of the same command, made by the script as it is now, that
        matches its manifest. In doubt `None`: the script itself then says whether
        there is anything to do.
    """
    folder = sealed_by(plan.runs_dir, plan.words, by_this_script=True)
    if folder is None and known is not None and asked(known[0]) == asked(plan.words):
        folder = known[1] if made_by(known[1], plan.words[0]) else None
    try:
        return None if folder is None else trusted(plan.step.name, folder)
    except RunNotWhole:
        return None
