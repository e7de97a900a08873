"""Scores as dots with intervals: the model above its baselines, one panel a tier."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.axes import Scale, scale_over
from dist_invention.reports.dots import Dot, axis_row, dot_row
from dist_invention.reports.markup import Markup, element, joined
from dist_invention.reports.words import (
    interval,
    is_number,
    is_result,
    number,
    plain,
    tier_name,
    tone,
    verdict,
)

FARTHEST = 4.0  # a ceiling this many times better than all else leaves the axis
SHAPES = {
    "model": "circle",
    "classical": "square",
    "trivial": "triangle",
    "ceiling": "diamond",
}


def score_panels(scores: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the panels of one metric, on one axis, so that tiers can be compared.

    Args:
        scores: Rows of results.json of one metric, in the order of the panels.
    """
    shown = [score for score in scores if is_result(score)]
    axis = common_scale(shown)
    return element("div", *(score_panel(s, axis) for s in shown), class_="grid2")


def common_scale(scores: Sequence[Mapping[str, Any]]) -> Scale:
    """Return the axis of a metric: all values, but no ceiling far from the rest."""
    reach = [v for s in scores for v in (s.get("value"), *(s.get("interval") or ()))]
    reach += [b.get("value") for s in scores for b in _rivals(s)]
    found = [v for v in reach if is_number(v) and (v > 0 or not _is_error(scores))]
    low = min(found, default=0.0)
    ceilings = [
        b.get("value") for s in scores for b in s["baselines"] if _is_ceiling(b)
    ]
    near = [v for v in ceilings if is_number(v) and v > low / FARTHEST]
    return scale_over([*found, *near], log=_is_error(scores))


def score_panel(score: Mapping[str, Any], axis: Scale) -> Markup:
    """Return one panel: the model with its interval, then baselines, best first.

    Args:
        score: One row of results.json.
        axis: The axis that the panels share.
    """
    is_lower = score.get("better") != "higher"
    baselines = sorted(
        (b for b in score["baselines"] if is_number(b.get("value"))),
        key=lambda b: b["value"] if is_lower else -b["value"],
    )
    best = score["best_baseline"]["value"]
    rows = [_row("this model", score["value"], axis, best, "model", score)]
    rows += [_row(b["name"], b["value"], axis, best, _kind(b)) for b in baselines]
    where = element("b", tier_name(score.get("tier") or score.get("split")))
    said = element("span", verdict(score), class_=f"said {tone(score)}")
    caption = element("figcaption", where, said)
    scale = axis_row(axis, "log scale" if axis.log else "")
    return element("figure", caption, *rows, scale, class_="panel dots")


def _is_error(scores: Sequence[Mapping[str, Any]]) -> bool:
    return all(score.get("better") != "higher" for score in scores)


def _is_ceiling(baseline: Mapping[str, Any]) -> bool:
    return baseline.get("kind") == "ceiling"


def _rivals(score: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [b for b in score["baselines"] if not _is_ceiling(b)]


def _kind(baseline: Mapping[str, Any]) -> str:
    kind = baseline.get("kind")
    return str(kind) if kind in ("trivial", "classical", "ceiling") else "classical"


def _row(name, value, axis: Scale, best: float, kind: str, score=None) -> Markup:
    bounds = score.get("interval") if score else None
    said = interval(bounds) if bounds else ""
    tail = element("em", " (ceiling)") if kind == "ceiling" else ""
    return dot_row(
        joined([plain(name), tail]),
        number(value),
        axis,
        [Dot(value, f"m-{kind}", SHAPES[kind], said)],
        bounds,
        best,
        kind,
    )
