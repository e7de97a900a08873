"""Decisions over finished, sealed runs; each explains itself in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dist_invention.campaigns.finished import FinishedRun
from dist_invention.campaigns.measures import NotDecided

Runs = Mapping[str, FinishedRun]  # by name of the step that left them


@dataclass(frozen=True)
class Decision:
    """What was decided, and why.

    Args:
        choice: In a few words, as in `--stage-epochs 3 5`.
        reason: One sentence that names the runs it rests on.
        words: Flags for the command of the step that asked.
        skip: Whether that step is left out.

    Example:
        >>> Decision("--seed 3", "It is prime.", ("--seed", "3")).as_json()["skip"]
        False
    """

    choice: str
    reason: str
    words: tuple[str, ...] = ()
    skip: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "choice": self.choice,
            "reason": self.reason,
            "words": list(self.words),
            "skip": self.skip,
        }


class Rule(Protocol):
    """Anything that decides over finished runs."""

    def __call__(self, runs: Runs) -> Decision:
        """Return a decision.

        Args:
            runs: All finished runs that the step waits for, directly or not.

        Raises:
            NotDecided: If the runs do not say what it needs to know.
        """
        ...


@dataclass(frozen=True)
class StageEpochsOf:
    """Copy the epochs that the stages of another run really took.

    Gives `--stage-epochs 3 5`, from `stages[i].epochs` in its results.json.

    Args:
        step: The step whose run is copied.

    Example:
        >>> from pathlib import Path
        >>> stages = [{"name": "easy", "epochs": 3}, {"name": "hard", "epochs": 5}]
        >>> run = FinishedRun("a", Path("runs/a/x"), {}, {"stages": stages})
        >>> StageEpochsOf("a")({"a": run}).words
        ('--stage-epochs', '3', '5')
    """

    step: str

    def __call__(self, runs: Runs) -> Decision:
        """Return the flags; raise NotDecided if the run does not tell its stages."""
        run = run_of(runs, self.step)
        stages = run.results.get("stages") or []
        epochs = [stage.get("epochs") for stage in stages]
        if not epochs or any(not isinstance(n, int) or n < 1 for n in epochs):
            raise NotDecided(
                f"Expected the epochs of each stage in the results of {run.run_id}. "
                f"Received: {epochs or 'no stages'}. Run that step again."
            )
        words = ("--stage-epochs", *map(str, epochs))
        taken = ", ".join(
            f"`{stage.get('name')}` {count}"
            for stage, count in zip(stages, epochs, strict=True)
        )
        reason = f"The stages of {run.run_id} really took this many epochs: {taken}."
        return Decision(" ".join(words), reason, words)


@dataclass(frozen=True)
class SkipIf:
    """Leave a step out where finished runs make it pointless.

    Args:
        question: Returns why to skip, as one sentence, or an empty text to go on.

    Example:
        >>> SkipIf(lambda runs: "Two are enough." if len(runs) > 1 else "")({}).skip
        False
    """

    question: Callable[[Runs], str]

    def __call__(self, runs: Runs) -> Decision:
        """Return whether to skip, and why."""
        why = self.question(runs)
        if why:
            return Decision("skip", why, skip=True)
        return Decision("go on", "Nothing in the finished runs speaks against it.")


def run_of(runs: Runs, name: str) -> FinishedRun:
    """Return the run of a step; raise NotDecided if nobody waits for that."""
    if name not in runs:
        raise NotDecided(
            f"Expected a decision over runs that the step waits for: {sorted(runs)}. "
            f"Received: {name}. Add it to `after`."
        )
    return runs[name]
