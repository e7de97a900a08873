"""Score over distance from training: how much is lost, and from where on."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.axes import Points, Scale, scale_over
from dist_invention.reports.frame import (
    HEIGHT,
    across,
    down,
    panel,
    plot_frame,
    stretched_points,
)
from dist_invention.reports.ladder import Rung, farthest, places, rungs_of
from dist_invention.reports.marks import mark
from dist_invention.reports.markup import Markup, absent, element, folded, joined, table
from dist_invention.reports.verdict import headline_score
from dist_invention.reports.words import interval, is_number, number, plain

Score = Mapping[str, Any]
LETTER = 0.021  # width of a letter, as a share of the narrowest plot
ROWS = 3  # of names above the plot
SHARES = Scale(0.0, 1.0)
MARKS = {
    "model": ("circle", "this model, with its interval"),
    "classical": ("square", "best baseline"),
    "trivial": ("triangle", "best trivial baseline"),
}


def ladder(results: Mapping[str, Any]) -> Markup:
    """Return the ladder plot of the first metric, and its numbers below.

    Args:
        results: Content of results.json.
    """
    support = (results.get("audit") or {}).get("support")
    if not support:
        return absent("the audit holds no distance from training to draw scores over.")
    first = headline_score(results)
    rungs = rungs_of(results, first["metric"]) if first else []
    if not rungs or all(rung.distance is None for rung in rungs):
        return absent("no scored test split has a distance from training.")
    units = [row.get("distance_unit") for row in support if row.get("distance_unit")]
    return joined(
        [_drawing(rungs, str(units[0]) if units else "no unit"), _rows(rungs)]
    )


def _drawing(rungs: Sequence[Rung], unit: str) -> Markup:
    axis, where = places(rungs)
    score = rungs[0].score
    heights = [v for rung in rungs for v in _heights(rung.score)]
    values = scale_over(heights, log=score.get("better") != "higher")
    lines = [
        element(
            "polyline",
            points=stretched_points(_line(rungs, where, kind), SHARES, values),
            class_=f"ladder l-{kind}",
        )
        for kind in reversed(MARKS)
    ]
    title = f"{plain(score['metric'])} over distance from training"
    drawing = plot_frame(
        title,
        axis,
        values,
        joined(lines),
        over=[*_names(rungs, where), *_points(rungs, where, values)],
        x_label=f"distance from training ({unit}); 0 is inside",
        x_until=farthest(rungs),
        box="plotbox rungs",
    )
    unit_of_score = "" if score.get("unit") == "1" else score.get("unit")
    scale = "log scale" if values.log else ""
    facts = (unit_of_score, f"{score.get('better', 'lower')} is better", scale)
    keys = [_key(kind, label) for kind, (_, label) in MARKS.items()]
    note = ", ".join(str(fact) for fact in facts if fact)
    return panel(title[:1].upper() + title[1:], f"({note})", drawing, keys)


def _key(kind: str, label: str) -> Markup:
    line = element("line", x1="0", x2="30", y1="7", y2="7", class_=f"ladder l-{kind}")
    shape = mark(MARKS[kind][0], 15, 7, f"m-{kind}")
    icon = element("svg", line, shape, width="30", height="14", aria_hidden="true")
    return element("span", icon, label, class_="key")


def _heights(score: Score) -> list[Any]:
    bounds = score.get("interval") or ()
    return [*(_value(score, kind) for kind in MARKS), *bounds]


def _value(score: Score, kind: str) -> Any:
    if kind == "model":
        return score.get("value")
    name = "best_trivial" if kind == "trivial" else "best_baseline"
    return (score.get(name) or {}).get("value")


def _line(rungs: Sequence[Rung], where: Sequence[float], kind: str) -> Points:
    """Join the first split at each distance; one without a distance is on no line."""
    points: dict[float, tuple[float, float]] = {}
    for rung, x in zip(rungs, where, strict=True):
        value = _value(rung.score, kind)
        if rung.distance is not None and is_number(value):
            points.setdefault(rung.distance, (x, float(value)))
    return list(points.values())


def _points(
    rungs: Sequence[Rung], where: Sequence[float], values: Scale
) -> list[Markup]:
    parts = []
    for rung, x in zip(rungs, where, strict=True):
        bounds, place = rung.score.get("interval"), across(SHARES, x)
        if bounds and all(map(is_number, bounds)):
            low, high = (down(values, v) for v in bounds)
            ends = {"x1": place, "x2": place, "y1": low, "y2": high}
            parts.append(element("line", class_="whisker", **ends))
        for kind in reversed(MARKS):
            value = _value(rung.score, kind)
            if is_number(value):
                said = f"{rung.name}, {MARKS[kind][1]}: {number(value)}"
                y = down(values, value)
                parts.append(mark(MARKS[kind][0], place, y, f"m-{kind}", said))
    return parts


def _names(rungs: Sequence[Rung], where: Sequence[float]) -> list[Markup]:
    """Write each name above its place, one row up where it would meet another."""
    ends = [-1.0] * ROWS
    parts = []
    for rung, x in zip(rungs, where, strict=True):
        text = rung.name if rung.distance is not None else f"{rung.name} *"
        wide = len(text) * LETTER
        start = min(max(x - wide / 2, 0.0), max(1.0 - wide, 0.0))
        row = next((k for k in range(ROWS) if ends[k] <= start), ROWS - 1)
        ends[row] = start + wide + LETTER
        place, y = across(SHARES, x), -8 - 14 * row
        side = "start" if x < wide / 2 else "end" if x > 1 - wide / 2 else "middle"
        parts += [
            element("line", x1=place, x2=place, y1=y + 4, y2=HEIGHT, class_="guide"),
            element("text", text, x=place, y=y, text_anchor=side, class_="rung"),
        ]
    return parts


def _rows(rungs: Sequence[Rung]) -> Markup:
    rows = [
        (
            rung.name,
            str(rung.score["split"]),
            number(rung.distance),
            rung.verdict or "not measured",
            f"{number(rung.score['value'])} {interval(rung.score.get('interval'))}",
            *(_named(rung.score, name) for name in ("best_baseline", "best_trivial")),
        )
        for rung in rungs
    ]
    head = ("Tier", "Split", "Distance", "Support", "This model", "Best baseline")
    inner = table((*head, "Best trivial"), rows, class_="scores")
    unknown = any(rung.distance is None for rung in rungs)
    said = "* Its distance was not measured: it stands beside the axis, on no line."
    note = element("p", said, class_="note") if unknown else ""
    return joined([note, folded("The numbers of this picture", inner)])


def _named(score: Score, name: str) -> str:
    found = score.get(name) or {}
    return f"{number(found.get('value'))} {plain(found.get('name', ''))}".strip()
