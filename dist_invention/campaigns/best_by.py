"""The best of several finished runs, by a split that may choose."""

from collections.abc import Sequence
from dataclasses import dataclass
import math

from dist_invention.campaigns.decisions import Decision, Runs, run_of
from dist_invention.campaigns.finished import FinishedRun
from dist_invention.campaigns.measures import (
    NotDecided,
    role_of,
    score_on_select,
    score_on_test,
)

BETTER = {"lower": min, "higher": max}


@dataclass(frozen=True)
class BestBy:
    """Choose the best of several finished runs and take flags from its configuration.

    The measure is the run's own on a split whose role is `select`, at the end or at
    the checkpoint that it selected. A test split chooses nothing.

    Args:
        among: Names of the candidate steps.
        metric: What they are compared by, as the run logs it, as in `loss`.
        split: The split it is measured on.
        better: `lower` or `higher`.
        flags: Keys of the winner's configuration that become flags, as in
            `learning_rate`.
        report_only: Reason to look at a test split all the same. Nothing may follow
            from it then, so `flags` must be empty.

    Raises:
        ValueError: If there is no candidate, no direction, or a reason beside flags.

    Example:
        >>> BestBy(("a", "b"), "loss", "select_in", "lower", ("epochs",)).better
        'lower'
    """

    among: tuple[str, ...]
    metric: str
    split: str
    better: str
    flags: tuple[str, ...] = ()
    report_only: str = ""

    def __post_init__(self):
        if not self.among or self.better not in BETTER:
            raise ValueError(
                "Expected candidates, and `lower` or `higher` as the better direction. "
                f"Received: among={self.among}, better={self.better!r}. Give both."
            )
        if self.report_only and self.flags:
            raise ValueError(
                "Expected nothing to follow from a decision that only reports. "
                f"Received: flags={self.flags}. Leave out `flags` or `report_only`."
            )

    def __call__(self, runs: Runs) -> Decision:
        """Return the choice.

        Raises:
            NotDecided: If the split is a test split, the tasks differ, or a value was
                not measured.
        """
        found = {name: run_of(runs, name) for name in self.among}
        _require_one_task(list(found.values()))
        values = {name: self._value(run) for name, run in found.items()}
        best = BETTER[self.better](values, key=lambda name: values[name])
        said = ", ".join(f"{name} {value:.6g}" for name, value in values.items())
        only = f" It is only reported: {self.report_only}." if self.report_only else ""
        return Decision(
            best,
            f"{best} has the {self._superlative} {self.metric} on {self.split}: "
            f"{said}.{only}",
            _flags(found[best], self.flags),
        )

    @property
    def _superlative(self) -> str:
        return "lowest" if self.better == "lower" else "highest"

    def _value(self, run: FinishedRun) -> float:
        role = role_of(run, self.split)
        if role == "test" and not self.report_only:
            raise NotDecided(
                "Expected a choice by a split whose role is `select`. "
                f"Received: {self.split}, which is a test split of {run.run_id}. "
                "Choose by a select split; to show it only, give `report_only`."
            )
        value = (score_on_test if role == "test" else score_on_select)(
            run, self.metric, self.split
        )
        if not math.isfinite(value):
            raise NotDecided(
                f"Expected a finite {self.metric} on {self.split}. "
                f"Received: {value} from {run.run_id}. Leave that candidate out."
            )
        return value


def _require_one_task(runs: Sequence[FinishedRun]) -> None:
    tasks = {str(run.results.get("task_sha256")): run.run_id for run in runs}
    if len(tasks) > 1 or "None" in tasks:
        raise NotDecided(
            "Expected candidates that answered the same task, by its hash. "
            f"Received: {tasks}. Compare runs with the same test splits and metrics."
        )


def _flags(run: FinishedRun, keys: Sequence[str]) -> tuple[str, ...]:
    """Flags that give these keys the values that they have in a run."""
    config = run.about["config"]
    words: list[str] = []
    for key in keys:
        if key not in config or config[key] is None:
            raise NotDecided(
                f"Expected `{key}` in the configuration of {run.run_id}. "
                f"Received: {config.get(key, 'no such key')}. Correct `flags`."
            )
        value, flag = config[key], key.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            items = value if isinstance(value, list) else [value]
            words += [f"--{flag}", *map(str, items)]
    return tuple(words)
