"""Arms side by side on one measure, and each against the curriculum, paired by seed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dist_invention.campaigns.arm_runs import ArmRun
from dist_invention.campaigns.arms import CURRICULUM
from dist_invention.statistics import (
    holm,
    over_seeds,
    paired_over_seeds,
    probability_of_improvement,
)
from dist_invention.statistics.seeds import SMALLEST

Values = Mapping[str, Mapping[int, float]]  # arm, seed, value


@dataclass(frozen=True)
class Measure:
    """What arms are compared by.

    Args:
        split: The split it is measured on.
        tier: Distance of that split from training.
        metric: Its name.
        unit: Its unit.
        better: `"lower"` or `"higher"`.

    Example:
        >>> Measure("test_far", "far", "mse", "m2", "lower").metric
        'mse'
    """

    split: str
    tier: str
    metric: str
    unit: str
    better: str


def score_rows(runs: Sequence[ArmRun]) -> list[dict[str, Any]]:
    """Return one row a metric and test split: arms side by side and compared.

    Metrics that the experiment puts first come first.

    Args:
        runs: Finished runs that were asked the same within each seed.
    """
    found: dict[Measure, dict[str, dict[int, float]]] = {}
    for run in runs:
        for row in scores_of_tests(run.results):
            keys = ("split", "tier", "metric", "unit", "better")
            values = found.setdefault(Measure(*(row[key] for key in keys)), {})
            if row["value"] is not None:
                values.setdefault(run.arm, {})[run.seed] = row["value"]
    first = headline(runs)
    rank = {name: place for place, name in enumerate(first)}
    order = sorted(found, key=lambda measure: rank.get(measure.metric, len(rank)))
    arms = list(dict.fromkeys(run.arm for run in runs))
    return [compared(measure, arms, found[measure]) for measure in order]


def headline(runs: Iterable[ArmRun]) -> list[str]:
    """Return the metrics that verdicts are about: those that the experiment chose."""
    for run in runs:
        chosen = list(run.results.get("headline", []))
        known = [row["metric"] for row in scores_of_tests(run.results)]
        return chosen or list(dict.fromkeys(known))
    return []


def scores_of_tests(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the scores of whole test splits."""
    tests = {row["name"] for row in results.get("data", []) if row["role"] == "test"}
    return [
        row
        for row in results.get("scores", [])
        if row["stratum"] == "all" and row["split"] in tests
    ]


def compared(measure: Measure, arms: Sequence[str], values: Values) -> dict[str, Any]:
    """Return one row of the summary.

    A difference is the curriculum's value minus the arm's, over the seeds of both.

    Args:
        measure: What was measured.
        arms: All arms, in order.
        values: Results by arm and seed.
    """
    reference = values.get(CURRICULUM, {})
    return {
        "split": measure.split,
        "tier": measure.tier,
        "metric": measure.metric,
        "unit": measure.unit,
        "better": measure.better,
        "arms": [_cell(arm, values.get(arm, {})) for arm in arms],
        "differences": [
            _difference(arm, reference, values.get(arm, {}), measure.better)
            for arm in arms
            if arm != CURRICULUM
        ],
    }


def adjust(rows: Iterable[Mapping[str, Any]]) -> int:
    """Fill in the p-values of one family, after Holm; return how many it has."""
    found = [item for row in rows for item in row["differences"]]
    adjusted = holm([item["p_value"] for item in found])
    for item, value in zip(found, adjusted, strict=True):
        item["p_holm"] = value
    return sum(value is not None for value in adjusted)


def _cell(arm: str, values: Mapping[int, float]) -> dict[str, Any]:
    seeds = sorted(values)
    numbers = [values[seed] for seed in seeds]
    interval, method = None, f"refused: {len(seeds)} seeds, {SMALLEST} needed"
    if len(seeds) >= SMALLEST:
        found = over_seeds(numbers)
        interval, method = found.as_list(), found.method
    return {
        "arm": arm,
        "values": [{"seed": seed, "value": values[seed]} for seed in seeds],
        "mean": sum(numbers) / len(numbers) if numbers else None,
        "interval": interval,
        "interval_method": method,
    }


def _difference(
    arm: str, ours: Mapping[int, float], theirs: Mapping[int, float], better: str
) -> dict[str, Any]:
    seeds = sorted(set(ours) & set(theirs))
    row: dict[str, Any] = {
        "arm": arm,
        "per_seed": [{"seed": s, "value": ours[s] - theirs[s]} for s in seeds],
        "mean": None,
        "interval": None,
        "interval_method": "refused: no seed finished in both arms",
        "p_value": None,
        "p_holm": None,
        "probability_of_improvement": None,
    }
    if not seeds:
        return row
    a, b = [ours[seed] for seed in seeds], [theirs[seed] for seed in seeds]
    found = paired_over_seeds(a, b)
    row["mean"], row["p_value"] = found.mean, found.p_value
    row["interval"] = None if found.interval is None else list(found.interval)
    row["interval_method"] = found.method
    if len(seeds) >= SMALLEST:
        share = probability_of_improvement(a, b, better)
        row["probability_of_improvement"] = float(share)
    return row
