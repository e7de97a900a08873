"""The one sentence that a run comes down to, computed from its scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dist_invention.reports.words import (
    amount,
    is_result,
    number,
    plain,
    tier_phrase,
    tone,
)

_HEADLINE_TIERS = ("far", "near", "in", "regimes")
_OUTSIDE_TIERS = ("near", "far")


@dataclass(frozen=True)
class Headline:
    """A sentence, its tone (`good`, `bad`, `even`) and the score that it is about.

    Example:
        >>> headline({}, missing=("results.json",)).tone
        'even'
    """

    sentence: str
    tone: str
    score: Mapping[str, Any] | None = None


def headline(results: Mapping[str, Any], missing: Sequence[str] = ()) -> Headline:
    """Return the verdict on a run.

    Args:
        results: Content of results.json; empty where there is none.
        missing: What the run lacks before its scores may be shown.
    """
    if missing:
        said = f"This run is not finished, so it has no result yet: {missing[0]} "
        return Headline(f"{said}is missing.", "even")
    score = headline_score(results)
    if score is None:
        return Headline("No score stands beside a baseline, so none is shown.", "bad")
    if is_leak(results):
        return Headline(
            "The audit found a leak: these scores do not say what the model learned.",
            "bad",
            score,
        )
    said = _place(score, results) + _comparison(score)
    if leak_allowed_because(results):
        said += " The audit found a leak that was allowed."
    return Headline(said, tone(score), score)


def headline_score(results: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the first metric on the farthest test tier: far, near, in, regimes."""
    scores = [s for s in scores_of_tests(results) if is_result(s)]
    for tier in (*_HEADLINE_TIERS, None):
        for score in scores:
            if tier is None or score.get("tier") == tier:
                return score
    return None


def scores_of_tests(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the scores of whole test splits; of all splits where none is a test."""
    roles = {item["name"]: item.get("role") for item in results.get("data", ())}
    whole = [s for s in results.get("scores", ()) if s.get("stratum", "all") == "all"]
    tests = [s for s in whole if roles.get(s["split"], "test") == "test"]
    return tests or whole


def is_leak(results: Mapping[str, Any]) -> bool:
    """Say whether the audit found a leak that was not allowed on purpose."""
    return _audited(results) == "leak"


def leak_allowed_because(results: Mapping[str, Any]) -> str:
    """Return why a leak was allowed; empty where there is none, or it was not.

    Example:
        >>> leak_allowed_because({"audit": {"verdict": "allowed leak",
        ...                                 "allowed_because": "a control"}})
        'a control'
    """
    if _audited(results) != "allowed leak":
        return ""
    return str(results["audit"].get("allowed_because") or "no reason was recorded")


def support_of(results: Mapping[str, Any], split: Any) -> str:
    """Return where the audit found a split to lie; empty where it did not look.

    Args:
        results: Content of results.json.
        split: Name of the split.
    """
    rows = (results.get("audit") or {}).get("support") or ()
    found = (row.get("verdict") for row in rows if row.get("split") == split)
    return str(next(found, "") or "")


def beaten(results: Mapping[str, Any]) -> tuple[int, int]:
    """Return in how many tests of the first metric the model beats the best baseline.

    Returns:
        Tests beaten, and tests with a baseline.
    """
    score = headline_score(results)
    if score is None:
        return 0, 0
    same = [
        s
        for s in scores_of_tests(results)
        if s["metric"] == score["metric"] and is_result(s)
    ]
    return sum(s.get("beats_best") is True for s in same), len(same)


def _audited(results: Mapping[str, Any]) -> str:
    return str((results.get("audit") or {}).get("verdict")).strip().lower()


def _place(score: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """Say where the score was measured; what a name promises must have been found."""
    found = support_of(results, score["split"])
    if not found or found == "OUTSIDE SUPPORT":
        return tier_phrase(score)
    if score.get("tier") not in _OUTSIDE_TIERS:
        return tier_phrase(score)
    return f"On {plain(score['split'])}, named {score['tier']} but found {found}"


def _comparison(score: Mapping[str, Any]) -> str:
    best = score["best_baseline"]
    value = amount(score["value"], score.get("unit"))
    name = plain(best["name"])
    start = f", the model's {plain(score['metric'])} is {value}"
    if score.get("better") == "higher" or not best["value"]:
        compared = f", against {number(best['value'])} for the best baseline ({name})"
    else:
        ratio = number(float(score["value"] / best["value"]))
        compared = f", {ratio} times that of the best baseline ({name})"
    end = {"good": ".", "bad": ": the model does not yet beat it."}
    return start + compared + end.get(tone(score), ": too close to call.")
