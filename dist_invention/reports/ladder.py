"""Where each scored split stands: how far from training, by the audit of support."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dist_invention.reports.axes import Scale
from dist_invention.reports.verdict import scores_of_tests
from dist_invention.reports.words import is_number, is_result, plain, tier_name

Score = Mapping[str, Any]
APART = 0.09  # share of the axis between splits that stand at one distance
KNOWN = 0.76  # share of the axis for known distances, where some are not known


@dataclass(frozen=True)
class Rung:
    """One test split on the ladder.

    Args:
        score: Row of results.json: one metric on the whole split.
        distance: From training, in the unit of the audit; None where not measured.
        verdict: Of the support audit; empty where there is none.

    Example:
        >>> Rung({"split": "test_far", "tier": "far"}, 0.6).name
        'Far'
    """

    score: Score
    distance: float | None
    verdict: str = ""

    @property
    def name(self) -> str:
        """Name of the tier, else of the split."""
        tier = self.score.get("tier")
        return tier_name(tier) if tier else plain(self.score.get("split"))


def rungs_of(results: Mapping[str, Any], metric: str) -> list[Rung]:
    """Return the test splits of one metric, nearest first, unknown distances last.

    Args:
        results: Content of results.json.
        metric: Name of the metric.
    """
    support = (results.get("audit") or {}).get("support") or ()
    by_split = {row.get("split"): row for row in support}
    rungs = []
    for score in scores_of_tests(results):
        row = by_split.get(score["split"]) or {}
        distance = row.get("distance")
        if score["metric"] == metric and is_result(score):
            known = float(distance) if is_number(distance) else None
            rungs.append(Rung(score, known, str(row.get("verdict") or "")))
    return sorted(rungs, key=lambda rung: _order(rung.distance))


def places(rungs: Sequence[Rung]) -> tuple[Scale, list[float]]:
    """Return the axis of distance and the place of each rung on it, 0 to 1.

    Splits at one distance stand side by side around it; those without a distance
    stand to the right of the axis.

    Args:
        rungs: In the order of `rungs_of`.
    """
    known = farthest(rungs)
    unknown = [rung for rung in rungs if rung.distance is None]
    room, air = (KNOWN, 1.0) if unknown else (1.0, 1.1)
    axis = Scale(-0.14 * known, known * air)
    found: list[float] = []
    for place, rung in enumerate(rungs):
        if rung.distance is None:
            turn = place - len(rungs) + len(unknown)
            found.append(KNOWN + (1 - KNOWN) * (turn + 0.6) / len(unknown))
            continue
        same = [k for k, other in enumerate(rungs) if other.distance == rung.distance]
        offset = (same.index(place) - (len(same) - 1) / 2) * APART
        found.append(axis.fraction(rung.distance) * room + offset)
    return Scale(axis.low, axis.low + (axis.high - axis.low) / room), found


def farthest(rungs: Sequence[Rung]) -> float:
    """Return the largest known distance; 1 where nothing is outside."""
    known = (rung.distance for rung in rungs if rung.distance is not None)
    return max(known, default=0.0) or 1.0


def _order(distance: float | None) -> tuple[bool, float]:
    return distance is None, distance or 0.0
