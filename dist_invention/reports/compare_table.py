"""Sealed runs side by side, as plain text for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dist_invention.reports.comparison import (
    cautions,
    labels,
    read_comparable,
    score_of,
    whole_scores,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.tables import ordered
from dist_invention.reports.words import has_baselines, interval, number, plain


def comparison_table(run_folders: Iterable[str | Path]) -> str:
    """Return one block a metric: a row a run, a column a split, the best baseline last.

    Args:
        run_folders: Folders of sealed runs of one task.

    Raises:
        UnsealedRunError: If a run is not finished and sealed.
        TasksDiffer: If test splits or metrics differ.
        ValueError: If there are fewer than two runs.
    """
    runs = read_comparable(run_folders)
    scores = ordered(whole_scores(runs[0]))
    blocks = [
        _block([s for s in scores if s["metric"] == metric], runs)
        for metric in dict.fromkeys(score["metric"] for score in scores)
    ]
    notes = [
        "Intervals are within one run; the spread between seeds is not in them.",
        *cautions(runs),
    ]
    return "\n\n".join([*blocks, "\n".join(notes)]) + "\n"


def shown_value(score: Mapping[str, Any]) -> str:
    """Return value and interval; a value without a baseline is not shown.

    Example:
        >>> shown_value({"value": 0.5})
        'withheld: no baseline'
    """
    if not score or score.get("value") is None:
        return "not measured"
    if not has_baselines(score):
        return "withheld: no baseline"
    bounds = score.get("interval")
    return f"{number(score['value'])} {interval(bounds) if bounds else ''}".rstrip()


def _block(scores: Sequence[Mapping[str, Any]], runs: Sequence[RunData]) -> str:
    first = scores[0]
    unit = str(first.get("unit") or "1")
    direction = f"{first.get('better', 'lower')} is better"
    title = (
        f"{plain(first['metric'])} ({'' if unit == '1' else unit + ', '}{direction})"
    )
    rows = [["", *(str(score["split"]) for score in scores)]]
    for name, run in zip(labels(runs), runs, strict=True):
        rows.append([name, *(shown_value(score_of(run, score)) for score in scores)])
    rows.append(["best baseline", *(_baseline(score) for score in scores)])
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)])


def _baseline(score: Mapping[str, Any]) -> str:
    best = score.get("best_baseline") or {}
    return f"{number(best.get('value'))} {plain(best.get('name', ''))}".strip()
