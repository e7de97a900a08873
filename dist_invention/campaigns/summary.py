"""Everything that a comparison of arms found, as one plain record: summary.json."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dist_invention.campaigns.arm_runs import ArmRun, arm_runs
from dist_invention.campaigns.arms import CURRICULUM
from dist_invention.campaigns.budget import area_rows, budget, curves
from dist_invention.campaigns.differences import adjust, headline, score_rows
from dist_invention.campaigns.forgetting import forgetting
from dist_invention.campaigns.outcome import StepResult
from dist_invention.campaigns.verdicts import seeds_needed, verdict, verdicts
from dist_invention.statistics.seeds import ENOUGH, SMALLEST
from dist_invention.storage.attempts import now

SCHEMA = 1
QUESTION = (
    "Does the order of the stages help, against the same data, steps and learning "
    "rates without it?"
)


def summarise(
    folder: Path,
    steps: Mapping[str, StepResult],
    experiment: str,
    preset: str,
    command: str,
) -> dict[str, Any]:
    """Return the content of summary.json, from sealed runs that match their manifests.

    Args:
        folder: The campaign's folder; runs of earlier commands in it count too.
        steps: How the steps of this command ended, by name.
        experiment: Name of the experiment.
        preset: Its preset.
        command: The command line, for whoever wants to repeat it.

    Raises:
        ValueError: If an earlier summary.json is not one.
    """
    runs = arm_runs(folder, steps)
    fair, unlike = same_questions([run for run in runs if run.run is not None])
    scores, known = score_rows(fair), curves(fair)
    areas = area_rows(fair, known)
    first = [row for row in scores if row["metric"] in headline(fair)]
    family = adjust(first)
    adjust(row for row in scores if row not in first)
    adjust(areas)
    spent = budget(runs)
    measure = next(iter(known), "")
    return {
        "schema": SCHEMA,
        "campaign": folder.absolute().name,
        "experiment": experiment,
        "preset": preset,
        "reference": CURRICULUM,
        "arms": list(dict.fromkeys(run.arm for run in runs)),
        "seeds": sorted({run.seed for run in runs}),
        "question": QUESTION,
        "created": now(),
        "command": command,
        "runs": [run.as_json(folder) for run in runs],
        "budget": spent,
        "scores": scores,
        "area": areas,
        "forgetting": forgetting(fair),
        "curves": [
            {"arm": arm, "seed": seed, "points": [list(point) for point in curve]}
            for (arm, seed), curve in known.get(measure, {}).items()
        ],
        "curve_measure": f"loss on {measure}, with the weights that the curriculum "
        "ends with (1)"
        if measure
        else "",
        "verdicts": verdicts(first),
        "verdict": verdict(first, spent["equal"] is not False),
        "warnings": [*unlike, *warnings(runs, spent, family), *_unseen(fair, known)],
    }


def same_questions(runs: Sequence[ArmRun]) -> tuple[list[ArmRun], list[str]]:
    """Return the runs that may be compared, and why others may not.

    Args:
        runs: Finished runs.

    Returns:
        Runs whose task is that of their seed's curriculum, and a sentence for each of
        the others. Tasks of different seeds differ, and are never compared.
    """
    tasks: dict[int, str] = {}
    for run in runs:
        if run.arm == CURRICULUM or run.seed not in tasks:
            tasks[run.seed] = run.results["task_sha256"]
    fair, unlike = [], []
    for run in runs:
        task = run.results["task_sha256"]
        if task == tasks[run.seed]:
            fair.append(run)
        else:
            unlike.append(
                f"{run.arm} with seed {run.seed} is not compared: it was asked task "
                f"{task[:8]}, the others of its seed {tasks[run.seed][:8]}."
            )
    return fair, unlike


def warnings(
    runs: Sequence[ArmRun], spent: Mapping[str, Any], family: int
) -> list[str]:
    """Return what a reader must know before believing a number.

    Args:
        runs: All runs.
        spent: What `budget` returned.
        family: How many comparisons the verdicts come from.
    """
    said = []
    lost = [f"{run.arm}-s{run.seed}" for run in runs if run.status == "failed"]
    if lost:
        said.append(f"Failed, and so not counted: {', '.join(lost)}.")
    absent = [f"{run.arm}-s{run.seed}" for run in runs if run.status == "missing"]
    if absent:
        said.append(f"Not done yet: {', '.join(absent)}.")
    if spent["equal"] is False:
        said.append(spent["sentence"])
    seeds = len({run.seed for run in runs if run.run is not None})
    if seeds < SMALLEST:
        said.append(f"No intervals: {SMALLEST} finished seeds are needed, not {seeds}.")
    elif seeds < ENOUGH:
        said.append(f"Intervals over {seeds} seeds are weak: use {ENOUGH} or more.")
    if family and seeds < seeds_needed(family):
        said.append(
            f"With {seeds} seeds the exact paired test cannot show an effect in a "
            f"family of {family} comparisons: {seeds_needed(family)} seeds can."
        )
    leaks = [f"{run.arm}-s{run.seed}" for run in runs if _leaks(run)]
    if leaks:
        said.append(f"The audit found a leak, allowed on purpose: {', '.join(leaks)}.")
    codes = {_code(run) for run in runs if run.run is not None}
    if len(codes) > 1:
        said.append(f"The runs were made by {len(codes)} versions of the code.")
    return said


def _leaks(run: ArmRun) -> bool:
    return "leak" in str(run.results.get("audit", {}).get("verdict", "")).lower()


def _code(run: ArmRun) -> str:
    assert run.run is not None
    code = run.run.about["attempts"][-1].get("code") or {}
    names = ("commit", "dirty", "changes_sha256", "script_sha256")
    return " ".join(str(code.get(name)) for name in names)


def _unseen(runs: Sequence[ArmRun], known: Mapping[str, Any]) -> list[str]:
    """Say which finished runs have no curve, since a loss was not finite or logged."""
    seen = set().union(*known.values()) if known else set()
    lost = [f"{r.arm}-s{r.seed}" for r in runs if r.run and (r.arm, r.seed) not in seen]
    if not lost:
        return []
    return [f"Not in curves and area, for want of finite losses: {', '.join(lost)}."]
