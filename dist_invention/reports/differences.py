"""Paired differences of the reference and each arm: dots, whiskers, a zero line."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.arms_table import unit_note
from dist_invention.reports.axes import Scale, scale_over
from dist_invention.reports.dots import ZERO, Dot, axis_row, dot_row
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    section,
    table,
)
from dist_invention.reports.words import (
    interval,
    is_number,
    number,
    plain,
    tier_name,
    titled,
)

SYMBOLS = {"benefit": "\u25b2", "harm": "\u25bc"}
ALIKE = 6.0  # panels whose reach differs by more have an axis each
TONES = {"benefit": "good", "harm": "bad"}

Row = Mapping[str, Any]


def differences_section(summary: Mapping[str, Any], reference: str) -> Markup:
    """Return one panel a test: the difference to each arm, every seed as a point.

    Args:
        summary: Content of summary.json.
        reference: The arm that the others are compared with.
    """
    title = f"Paired differences: {plain(reference)} minus each arm"
    scores = [s for s in summary.get("scores") or () if s.get("differences")]
    if not scores:
        said = "no two arms have a finished run of the same seed and task."
        return section("differences", title, absent(said))
    lede = (
        "A difference is taken between runs of the same seed on the same test. Each "
        "small point is a seed, the diamond is their mean, the bar its 95 % interval. "
        "An interval that holds 0 is no evidence either way; over few seeds one that "
        "does not is not yet evidence, since a verdict needs the corrected test too."
    )
    blocks = []
    for place, metric in enumerate(dict.fromkeys(s["metric"] for s in scores)):
        same = [s for s in scores if s["metric"] == metric]
        panels = difference_panels(same, summary.get("verdicts") or (), reference)
        numbers = folded("The numbers", _numbers(same))
        name = f"{titled(metric)}{unit_note(same[0])}"
        inner = joined([panels, numbers])
        blocks.append(
            joined([element("h3", name), inner]) if place == 0 else folded(name, inner)
        )
    return section("differences", title, element("p", lede, class_="lede"), *blocks)


def difference_panels(
    scores: Sequence[Row], verdicts: Sequence[Row], reference: str
) -> Markup:
    """Return the panels of one metric, on one axis where none would vanish on it.

    Args:
        scores: Rows of the summary of one metric, one a test.
        verdicts: What each difference comes down to.
        reference: The arm that the others are compared with.
    """
    reaches = [max(map(abs, _values([score]))) for score in scores]
    is_alike = min(reaches) * ALIKE >= max(reaches)
    axes = [scale_over(_values(scores if is_alike else [s]), log=False) for s in scores]
    pairs = zip(scores, axes, strict=True)
    panels = (_panel(score, verdicts, reference, axis) for score, axis in pairs)
    said = "Each panel has an axis of its own: the differences are of different sizes."
    note = "" if is_alike else element("p", said, class_="note")
    return joined([note, element("div", *panels, class_="grid2")])


def sides(better: Any, reference: str) -> str:
    """Return what lies left and right of zero, in words.

    Example:
        >>> sides("lower", "curriculum")
        'Left of 0 curriculum is better, right of it the arm.'
    """
    left, right = plain(reference), "the arm"
    if better == "higher":
        left, right = right, left
    return f"Left of 0 {left} is better, right of it {right}."


def _values(scores: Sequence[Row]) -> list[float]:
    """Return every value and bound of some panels, and 0."""
    found: list[Any] = [0.0]
    for difference in (d for score in scores for d in score["differences"]):
        found += [point.get("value") for point in difference.get("per_seed") or ()]
        found += [difference.get("mean"), *(difference.get("interval") or ())]
    return [float(value) for value in found if is_number(value)]


def _panel(score: Row, verdicts: Sequence[Row], reference: str, axis: Scale) -> Markup:
    said = {
        str(v.get("arm")): str(v.get("verdict"))
        for v in verdicts
        if (v.get("split"), v.get("metric")) == (score.get("split"), score["metric"])
    }
    rows = [
        _row(difference, axis, said.get(str(difference.get("arm")), ""), reference)
        for difference in score["differences"]
    ]
    where = element("b", tier_name(score.get("tier") or score.get("split")))
    note = element("span", f" {plain(score.get('split', ''))}")
    caption = element("figcaption", where, note)
    foot = element("p", sides(score.get("better"), reference), class_="note")
    unit = str(score.get("unit") or "1")
    scale = axis_row(axis, "" if unit == "1" else f"({unit})")
    return element("figure", caption, *rows, scale, foot, class_="panel dots")


def _row(difference: Row, axis: Scale, verdict: str, reference: str) -> Markup:
    seeds = [
        Dot(float(p["value"]), "m-seed", "point", f"seed {p.get('seed')}")
        for p in difference.get("per_seed") or ()
        if is_number(p.get("value"))
    ]
    mean, bounds = difference.get("mean"), difference.get("interval")
    dots = [*seeds]
    if is_number(mean):
        dots.append(Dot(float(mean), "m-model", "diamond", f"mean {number(mean)}"))
    parts: list[object] = [plain(difference.get("arm", "unnamed"))]
    if verdict:
        found = {"benefit": "is better", "harm": "is worse"}.get(verdict)
        words = f"{plain(reference)} {found}" if found else verdict
        words = f"{SYMBOLS.get(verdict, chr(0x25CB))} {words}"
        parts.append(element("small", words, class_=TONES.get(verdict)))
    if not bounds:
        parts.append(element("small", f"no interval, n {len(seeds)}"))
    return dot_row(joined(parts), number(mean), axis, dots, bounds, 0.0, "paired", ZERO)


def _numbers(scores: Sequence[Row]) -> Markup:
    head = ("Test", "Arm", "Mean", "95 % interval", "p", "p, Holm", "P(better)")
    rows = [
        (
            element("th", plain(score.get("split")), scope="row"),
            plain(difference.get("arm")),
            element("td", number(difference.get("mean")), class_="num"),
            _interval_cell(difference),
            *(_cell(difference, name) for name in ("p_value", "p_holm")),
            _cell(difference, "probability_of_improvement"),
            element("td", _seeds(difference.get("per_seed") or ()), class_="num"),
        )
        for score in scores
        for difference in score["differences"]
    ]
    return table((*head, "Every seed"), rows, class_="scores")


def _interval_cell(difference: Row) -> Markup:
    bounds = difference.get("interval")
    method = element("small", str(difference.get("interval_method") or "no method"))
    said = interval(bounds) if bounds else "none"
    return element("td", said, method)


def _cell(difference: Row, name: str) -> Markup:
    value = difference.get(name)
    return element("td", number(value) if is_number(value) else "none", class_="num")


def _seeds(points: Sequence[Row]) -> str:
    return ", ".join(f"{p.get('seed')}: {number(p.get('value'))}" for p in points)
