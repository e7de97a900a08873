"""What each arm still knows of every stage, after each stage."""

from collections.abc import Sequence
from typing import Any

from dist_invention.campaigns.arm_runs import ArmRun


def forgetting(runs: Sequence[ArmRun]) -> list[dict[str, Any]]:
    """Return one matrix an arm: after each stage, the loss on every stage's exam.

    Args:
        runs: Finished runs.

    Returns:
        Rows with `stages` in the order run (numbered where seeds differ in it),
        `exams`, `matrix` (mean over seeds, `None` where one is missing) and `n`: the
        seeds in which the arm had as many stages as in most.
    """
    rows = []
    for arm in dict.fromkeys(run.arm for run in runs):
        same = [run for run in runs if run.arm == arm and _is_examined(run)]
        if not same:
            continue
        lengths = [len(run.stages) for run in same]
        count = max(set(lengths), key=lengths.count)
        same = [run for run in same if len(run.stages) == count]
        orders = {tuple(stage["name"] for stage in run.stages) for run in same}
        stages = [f"stage {number}" for number in range(1, count + 1)]
        if len(orders) == 1:
            stages = list(orders.pop())
        exams = list(same[0].stages[0]["exams"])
        rows.append(
            {
                "arm": arm,
                "stages": stages,
                "exams": exams,
                "matrix": [
                    [_mean(same, place, exam) for exam in exams]
                    for place in range(count)
                ],
                "n": len(same),
            }
        )
    return rows


def _is_examined(run: ArmRun) -> bool:
    return bool(run.stages) and all(stage.get("exams") for stage in run.stages)


def _mean(runs: Sequence[ArmRun], place: int, exam: str) -> float | None:
    losses = [run.stages[place]["exams"].get(exam) for run in runs]
    known = [loss for loss in losses if loss is not None]
    return sum(known) / len(known) if len(known) == len(losses) else None
