"""How a campaign and each of its steps ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from dist_invention.campaigns.decisions import Decision
from dist_invention.runtime.exit_codes import DONE, FAILED, STOPPED

SHOWN_LINES = 5  # of a failed process, on the terminal
WAS = {"stopped": "was ", "skipped": "was ", "not started": "was "}
Status = Literal["finished", "failed", "not started", "stopped", "skipped"]


@dataclass(frozen=True)
class StepResult:
    """How one step ended, with its evidence.

    Args:
        name: The step's name.
        status: `finished`: its run is sealed and matches its manifest. `failed`: see
            the evidence. `not started`: what it waits for did not finish, or the
            campaign was stopped before. `stopped`: saved, and the same command goes on.
            `skipped`: a decision rule said so, of it or of one it waits for.
        run: Its sealed run; `None` unless it finished.
        exit_code: Of its process; the negative number of a signal that killed it;
            `None` if no process was needed or none was started.
        evidence: Why, in words, then the last lines of its output if it failed.
        seconds: How long its processes lived in this campaign, all attempts.
        was_done: Whether it was finished before this command.
        command: Script and flags as the decisions made them; empty if they were not
            made.
        decisions: What was decided for it, each with its reason.
        log: File with everything that it said; `None` if it never spoke.

    Example:
        >>> StepResult("joint-s0", "not started", evidence=("a-s0 failed",)).as_json()[
        ...     "evidence"]
        ['a-s0 failed']
    """

    name: str
    status: Status
    run: Path | None = None
    exit_code: int | None = None
    evidence: tuple[str, ...] = ()
    seconds: float = 0.0
    was_done: bool = False
    command: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    log: Path | None = None

    def failed(self, *evidence: str) -> "StepResult":
        """Return that it failed, with this evidence."""
        return replace(self, status="failed", evidence=evidence)

    @classmethod
    def kept_back(cls, name: str, cause: "StepResult") -> "StepResult":
        """Return that a step cannot start, since one that it waits for did not finish.

        Args:
            name: Name of the step.
            cause: How the other ended.

        Example:
            >>> StepResult.kept_back("b", StepResult("a", "failed")).evidence
            ('a failed',)
        """
        status = "skipped" if cause.status == "skipped" else "not started"
        return cls(name, status, evidence=(cause.as_cause(),))

    def as_cause(self) -> str:
        """Return why a step that waits for this one cannot start.

        Example:
            >>> StepResult("a", "failed").as_cause()
            'a failed'
        """
        if self.status == "not started" and self.evidence:
            return self.evidence[0]  # the first cause, however long the chain
        return f"{self.name} {WAS.get(self.status, '')}{self.status}"

    def lines(self) -> list[str]:
        """Return what a person should read when it ends."""
        why = self.evidence[0] if self.evidence else ""
        if self.status == "finished":
            how = (
                "was finished" if self.was_done else f"finished in {self.seconds:.0f} s"
            )
            return [f"{self.name}: {how}: {self.run}"]
        lines = [f"{self.name}: {self.status}: {why}"]
        if self.status == "failed":
            lines += [f"| {line}" for line in self.evidence[1:][-SHOWN_LINES:]]
            lines += [f"| all it said: {self.log}"] if self.log else []
        return lines

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "status": self.status,
            "run": None if self.run is None else str(self.run),
            "exit_code": self.exit_code,
            "evidence": list(self.evidence),
            "seconds": round(self.seconds, 2),
            "was_done": self.was_done,
            "command": list(self.command),
            "decisions": [decision.as_json() for decision in self.decisions],
            "log": None if self.log is None else str(self.log),
        }


@dataclass(frozen=True)
class Outcome:
    """How a campaign ended.

    Args:
        steps: One result a step, by name, in the campaign's order.
        stopped: Why it stopped early; empty if it came to its end.

    Example:
        >>> Outcome({}).exit_code
        0
    """

    steps: Mapping[str, StepResult] = field(default_factory=dict)
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """0: all finished or skipped. 75: the same command goes on. 1: some failed."""
        states = {result.status for result in self.steps.values()}
        if states <= {"finished", "skipped"}:
            return DONE
        is_stopped = self.stopped or "stopped" in states
        return STOPPED if is_stopped else FAILED

    @property
    def word(self) -> str:
        """Its end in one word: finished, failed or stopped."""
        return {DONE: "finished", FAILED: "failed"}.get(self.exit_code, "stopped")

    def lines(self) -> list[str]:
        """Return what a person should read at the end."""
        states = [item.status for item in self.steps.values()]
        counts = {word: states.count(word) for word in dict.fromkeys(states)}
        said = ", ".join(f"{count} {word}" for word, count in counts.items())
        lines = [f"campaign {self.word}: {said or 'no steps'}"]
        if self.exit_code == STOPPED:
            why = f"{self.stopped}. " if self.stopped else ""
            lines.append(f"{why}Everything is saved; the same command goes on.")
        return lines

    def named(self, status: Status) -> list[StepResult]:
        """Return the steps that ended in one way."""
        return [item for item in self.steps.values() if item.status == status]
