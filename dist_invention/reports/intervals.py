"""Scores as dots with intervals: the model above its baselines, one panel a tier."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.axes import Scale, scale_over, tick_text
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

ROW = 22
FARTHEST = 4.0  # a ceiling this many times better than all else leaves the axis


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
    best = axis.fraction(score["best_baseline"]["value"])
    rows = [_row("this model", score["value"], axis, best, "model", score)]
    rows += [_row(b["name"], b["value"], axis, best, _kind(b)) for b in baselines]
    where = element("b", tier_name(score.get("tier") or score.get("split")))
    said = element("span", verdict(score), class_=f"said {tone(score)}")
    caption = element("figcaption", where, said)
    return element("figure", caption, *rows, _axis_row(axis), class_="panel dots")


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
    label = element("span", plain(name), class_="label")
    said = element("em", " (ceiling)") if kind == "ceiling" else ""
    track = element(
        "svg",
        element("title", f"{plain(name)}: {number(value)}"),
        element("line", x1="0", x2="100%", y1=ROW / 2, y2=ROW / 2, class_="rail"),
        _reference(best),
        _whisker((score or {}).get("interval"), axis),
        _mark(axis.fraction(value), kind),
        width="100%",
        height=ROW,
        role="img",
        class_="track",
    )
    shown = element("span", number(value), class_="value")
    bounds = interval(score["interval"]) if score and score.get("interval") else None
    label = element("span", label, said, title=bounds)
    return element("div", label, track, shown, class_=f"row {kind}")


def _reference(best: float) -> Markup:
    x = f"{100 * min(max(best, 0), 1):.2f}%"
    return element("line", x1=x, x2=x, y1=0, y2=ROW, class_="reference")


def _whisker(bounds: Any, axis: Scale) -> Markup:
    if not bounds or not all(map(is_number, bounds)):
        return Markup("")
    low, high = (min(max(axis.fraction(v), 0.0), 1.0) for v in bounds)
    return element(
        "line",
        x1=f"{100 * low:.2f}%",
        x2=f"{100 * high:.2f}%",
        y1=ROW / 2,
        y2=ROW / 2,
        class_="whisker",
    )


def _mark(place: float, kind: str) -> Markup:
    if not 0 <= place <= 1:  # off the axis: an arrow at the edge says so
        end, text = ("start", "\u25c2") if place < 0 else ("end", "\u25b8")
        x = "0" if place < 0 else "100%"
        return element("text", text, x=x, y=ROW / 2 + 4, text_anchor=end, class_="off")
    radius = 5 if kind == "model" else 4.5
    return element(
        "circle", cx=f"{100 * place:.2f}%", cy=ROW / 2, r=radius, class_=f"m-{kind}"
    )


def _axis_row(axis: Scale) -> Markup:
    ticks = joined(
        element("text", tick_text(t), x=f"{100 * axis.fraction(t):.2f}%", y=11)
        for t in axis.ticks(4)
    )
    drawing = element("svg", ticks, width="100%", height=16, class_="track scale")
    blank = element("span", "log scale" if axis.log else "", class_="note")
    return element("div", blank, drawing, element("span"), class_="row scale")
