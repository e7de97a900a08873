"""The model among all its baselines, one column a split, as plain text."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.run_data import require_finished
from dist_invention.reports.tables import ordered
from dist_invention.reports.words import interval, is_number, number, plain

BETTER = " *"  # beside a baseline that does better than the model


def rival_table(results: Mapping[str, Any], metric: str) -> str:
    """Return the value of the model and of every baseline on each whole split.

    Args:
        results: Content of results.json.
        metric: Name of the metric.

    Raises:
        UnsealedRunError: If the run did not finish or has no scores.
        ValueError: If nothing was scored by this metric.
    """
    require_finished(results)
    scores = [
        score
        for score in ordered(results["scores"])
        if score["metric"] == metric and score.get("stratum", "all") == "all"
    ]
    if not scores:
        known = sorted({score["metric"] for score in results["scores"]})
        raise ValueError(
            f"Expected a metric among {known}. Received: metric={metric!r}. "
            "Choose one that the run was scored by."
        )
    rows = [["", *(score["split"] for score in scores)], _model(scores)]
    rows += [_baseline(name, kind, scores) for name, kind in _known(scores)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    title = f"{plain(metric)} ({scores[0].get('better', 'lower')} is better)"
    note = f"{BETTER.strip()} does better than this model on that split"
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines), f"  {note}"])


def _known(scores: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Baselines from the best to the worst on the first split."""
    first = scores[0]["baselines"]
    order = sorted(first, key=lambda row: _rank(row["value"], scores[0]))
    return [(row["name"], row.get("kind", "")) for row in order]


def _rank(value: Any, score: Mapping[str, Any]) -> float:
    if not is_number(value):
        return float("inf")
    return value if score.get("better", "lower") == "lower" else -value


def _model(scores: Sequence[Mapping[str, Any]]) -> list[str]:
    cells = [
        f"{number(score.get('value'))} {interval(score.get('interval'))}"
        for score in scores
    ]
    return ["this model", *cells]


def _baseline(name: str, kind: str, scores: Sequence[Mapping[str, Any]]) -> list[str]:
    cells = []
    for score in scores:
        values = {row["name"]: row["value"] for row in score["baselines"]}
        value = values.get(name)
        is_better = _rank(value, score) < _rank(score.get("value"), score)
        cells.append(number(value) + (BETTER if is_better else ""))
    return [f"{plain(name)} (ceiling)" if kind == "ceiling" else plain(name), *cells]
