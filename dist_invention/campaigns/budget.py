"""What every arm spent, and what it had for it all along the way."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.campaigns.arm_runs import ArmRun
from dist_invention.campaigns.arms import CURRICULUM
from dist_invention.campaigns.differences import Measure, compared
from dist_invention.storage import Journal
import numpy as np

AREA = "area under the budget curve"
TOLERANCE = 0.02  # in examples: a last batch may be padded
Curve = list[tuple[int, float]]  # step and loss at the end of each epoch


def budget(runs: Sequence[ArmRun]) -> dict[str, Any]:
    """Return the steps of each arm and seed, and whether they are equal in a seed.

    Args:
        runs: All runs; those that did not finish have no steps.

    Returns:
        `equal`, `None` while there is no curriculum to compare with; `steps`, `stages`
        and `sentence`.
    """
    steps: dict[str, list[int | None]] = {}
    stages: dict[str, list[Any]] = {}
    for run in runs:
        steps.setdefault(run.arm, []).append(run.steps)
        keys = ("name", "epochs", "steps", "reason")
        taken = [{key: stage[key] for key in keys} for stage in run.stages]
        stages.setdefault(run.arm, []).append({"seed": run.seed, "stages": taken})
    reference = {
        run.seed: run.steps for run in runs if run.arm == CURRICULUM and run.steps
    }
    unlike = [
        f"{run.arm} took {run.steps:,} steps with seed {run.seed}, the curriculum "
        f"{reference[run.seed]:,}"
        for run in runs
        if run.steps and run.steps != reference.get(run.seed, run.steps)
    ]
    seen = {run.seed: run.examples for run in runs if run.arm == CURRICULUM}
    for run in runs:
        planned = seen.get(run.seed)
        if run.examples and planned and abs(run.examples / planned - 1) > TOLERANCE:
            unlike.append(
                f"{run.arm} saw {run.examples:,} examples with seed {run.seed}, the "
                f"curriculum {planned:,}"
            )
    if not any(run.steps for run in runs):
        sentence = "No run is finished yet."
    elif unlike:
        sentence = (
            f"Not every arm took the same steps and examples: {'; '.join(unlike)}."
        )
    else:
        counts = sorted(set(reference.values()))
        said = " or ".join(f"{count:,}" for count in counts) or "not finished"
        sentence = (
            "Every finished arm took as many optimizer steps as the curriculum of its "
            f"seed: {said}. {_examples(runs)}"
        )
    return {
        "equal": not unlike if reference else None,
        "steps": steps,
        "stages": stages,
        "sentence": sentence,
    }


def _examples(runs: Sequence[ArmRun]) -> str:
    """Say how far the arms differ in the examples that they saw."""
    known = {(run.arm, run.seed): run.examples for run in runs if run.examples}
    shares = [
        abs(seen / known[CURRICULUM, seed] - 1)
        for (_, seed), seen in known.items()
        if (CURRICULUM, seed) in known
    ]
    most = max(shares, default=0.0)
    if not most:
        return "They saw as many examples."
    return f"The examples that they saw differ by at most {100 * most:.2g} %."


def curves(runs: Sequence[ArmRun]) -> dict[str, dict[tuple[str, int], Curve]]:
    """Return the loss on each select split after each epoch, by arm and seed.

    The loss is the sum of the loss terms with the weights that the curriculum ends
    with, so that it is the same quantity in all arms and stages.

    Args:
        runs: Finished runs.

    Returns:
        By name of the select split; a run in which a loss was not finite, or not
        logged, is left out.
    """
    found: dict[str, dict[tuple[str, int], Curve]] = {}
    ends = {run.seed: _weights(run) for run in runs if run.arm == CURRICULUM}
    for run in runs:
        if run.run is None:
            continue
        rows = Journal(run.run.folder / "metrics.jsonl").read()
        epochs = [row for row in rows if row["kind"] == "epoch"]
        weights = ends.get(run.seed) or _weights(run)
        for place, split in enumerate(select_splits(run)):
            prefix = "val_" if place == 0 else f"{split}_"
            curve = [
                (row["step"], _loss(row["values"], prefix, weights)) for row in epochs
            ]
            whole = [(step, loss) for step, loss in curve if loss is not None]
            if curve and len(whole) == len(curve) and weights:
                found.setdefault(split, {})[run.arm, run.seed] = whole
    return found


def select_splits(run: ArmRun) -> list[str]:
    """Return the names of a run's select splits, in the order of its validation."""
    data = run.results.get("data", [])
    return [row["name"] for row in data if row["role"] == "select"]


def area_rows(
    runs: Sequence[ArmRun], known: Mapping[str, Mapping[tuple[str, int], Curve]]
) -> list[dict[str, Any]]:
    """Return one row a select split: the mean loss over the budget, arms compared.

    The mean is taken over the steps that all arms of a seed have measured, by straight
    lines between epochs.

    Args:
        runs: Finished runs.
        known: What `curves` returned.
    """
    arms = list(dict.fromkeys(run.arm for run in runs))
    tiers = {
        row["name"]: row["tier"] for run in runs for row in run.results.get("data", [])
    }
    rows = []
    for split, found in known.items():
        values: dict[str, dict[int, float]] = {}
        for seed in sorted({seed for _, seed in found}):
            same = {
                arm: curve for (arm, other), curve in found.items() if other == seed
            }
            begin = max(curve[0][0] for curve in same.values())
            end = min(curve[-1][0] for curve in same.values())
            if begin < end:
                for arm, curve in same.items():
                    values.setdefault(arm, {})[seed] = mean_between(curve, begin, end)
        measure = Measure(split, tiers.get(split, ""), AREA, "1", "lower")
        rows.append(compared(measure, arms, values))
    return rows


def mean_between(curve: Curve, begin: int, end: int) -> float:
    """Return the mean of a curve over some steps, straight between its points.

    Args:
        curve: Steps, in order, and values.
        begin: First step.
        end: Last step, after `begin`.

    Example:
        >>> mean_between([(0, 4.0), (10, 2.0), (20, 2.0)], 0, 20)
        2.5
    """
    steps, values = (
        np.array(column, dtype=float) for column in zip(*curve, strict=True)
    )
    inside = steps[(steps > begin) & (steps < end)]
    at = np.concatenate([[begin], inside, [end]])
    heights = np.interp(at, steps, values)
    area = np.sum(np.diff(at) * (heights[1:] + heights[:-1]) / 2)
    return float(area / (end - begin))


def _weights(run: ArmRun) -> Mapping[str, float]:
    """Return the weights of the loss terms that its exams were graded with."""
    return next((s["exam_weights"] for s in run.stages if "exam_weights" in s), {})


def _loss(
    values: Mapping[str, Any], prefix: str, weights: Mapping[str, float]
) -> float | None:
    loss = 0.0
    for name, weight in weights.items():
        term = values.get(f"{prefix}{name}")
        if not isinstance(term, int | float):
            return None  # not logged, or NaN as text
        loss += weight * term
    return loss
