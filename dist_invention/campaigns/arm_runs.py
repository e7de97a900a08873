"""What became of each arm and seed of a campaign, over all its commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import json
import os
from pathlib import Path
import re
from typing import Any

from dist_invention.campaigns.finished import FinishedRun, RunNotWhole, trusted
from dist_invention.campaigns.outcome import StepResult

SUMMARY = "summary.json"
NAME = re.compile(r"(?P<arm>.+)-s(?P<seed>\d+)")
SHOWN_LINES = 12  # of the evidence


@dataclass(frozen=True)
class ArmRun:
    """One run of one arm.

    Args:
        arm: Name of the arm.
        seed: Its seed.
        status: `"finished"`, `"failed"` or `"missing"` (not started, or stopped).
        run: The sealed run; `None` unless it finished.
        seconds: How long its processes lived.
        exit_code: Of its process, where there was one.
        evidence: Why it did not finish, and its last words.

    Example:
        >>> ArmRun("joint", 0, "missing").steps is None
        True
    """

    arm: str
    seed: int
    status: str
    run: FinishedRun | None = None
    seconds: float = 0.0
    exit_code: int | None = None
    evidence: tuple[str, ...] = ()

    @property
    def results(self) -> Mapping[str, Any]:
        """Content of results.json; empty where there is none."""
        return {} if self.run is None else self.run.results

    @property
    def stages(self) -> Sequence[Mapping[str, Any]]:
        """The reports of its stages, in the order run."""
        return self.results.get("stages", [])

    @property
    def steps(self) -> int | None:
        """Optimizer steps that it took."""
        if not self.stages:
            return None
        return sum(stage["steps"] for stage in self.stages)

    @property
    def examples(self) -> int | None:
        """Examples that it saw, those of padded tails not counted."""
        plan = self.results.get("curriculum", [])
        if not self.stages or len(plan) != len(self.stages):
            return None
        pairs = zip(plan, self.stages, strict=True)
        return sum(row["examples_per_epoch"] * done["epochs"] for row, done in pairs)

    def as_json(self, folder: Path) -> dict[str, Any]:
        """Return one row of the runs in summary.json.

        Args:
            folder: The campaign's folder; paths are relative to it.
        """
        run = self.run
        return {
            "arm": self.arm,
            "seed": self.seed,
            "run_id": None if run is None else run.run_id,
            "folder": None if run is None else os.path.relpath(run.folder, folder),
            "status": self.status,
            "steps": self.steps,
            "examples": self.examples,
            "seconds": self.results.get("seconds", round(self.seconds, 2)),
            "task_sha256": self.results.get("task_sha256"),
            "exit_code": self.exit_code,
            "evidence": list(self.evidence),
        }


def arm_runs(folder: Path, steps: Mapping[str, StepResult]) -> list[ArmRun]:
    """Return every run of a campaign, those of earlier commands too.

    Args:
        folder: The campaign's folder.
        steps: How the steps of this command ended, by name.

    Returns:
        In order of arms, the curriculum first, then of seeds.

    Raises:
        ValueError: If an earlier summary.json is not one.
    """
    found: dict[tuple[str, int], ArmRun] = {}
    for row in earlier(folder):
        known = _earlier(folder, row)
        found[known.arm, known.seed] = known
    for name, result in steps.items():
        known = _now(name, result)
        found[known.arm, known.seed] = known
    arms = list(dict.fromkeys(arm for arm, _ in found))
    order = sorted(found, key=lambda pair: (arms.index(pair[0]), pair[1]))
    return [found[pair] for pair in order]


def earlier(folder: Path) -> Iterable[Mapping[str, Any]]:
    """Return the runs that an earlier command of the campaign wrote down.

    Raises:
        ValueError: If its summary.json is not one.
    """
    path = folder / SUMMARY
    if not path.exists():
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))["runs"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"Expected {path} to list the runs of the campaign. "
            f"Received: {type(error).__name__}: {error}. "
            "Move the file away: it is made again from the runs."
        ) from error


def _now(name: str, result: StepResult) -> ArmRun:
    place = NAME.fullmatch(name)
    assert place is not None
    ended = {"finished": "finished", "failed": "failed"}.get(result.status, "missing")
    run = None
    evidence = result.evidence
    if ended == "finished" and result.run is not None:
        run, ended, evidence = _sealed(name, result.run)
    return ArmRun(
        place["arm"],
        int(place["seed"]),
        ended,
        run,
        result.seconds,
        result.exit_code,
        tuple(evidence[-SHOWN_LINES:]),
    )


def _earlier(folder: Path, row: Mapping[str, Any]) -> ArmRun:
    run, ended, evidence = None, row["status"], tuple(row["evidence"])
    if ended == "finished":
        run, ended, evidence = _sealed(row["arm"], folder / row["folder"])
    code, seconds = row["exit_code"], row["seconds"]
    return ArmRun(row["arm"], row["seed"], ended, run, seconds, code, evidence)


def _sealed(name: str, place: Path) -> tuple[FinishedRun | None, str, tuple[str, ...]]:
    """Return a run with its status and evidence, hashed before it is trusted."""
    try:
        return trusted(name, place), "finished", ()
    except RunNotWhole as error:
        return None, "failed", (str(error),)
