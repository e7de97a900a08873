"""Rows of dots on a common axis: a name, a track with marks and intervals, a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dist_invention.reports.axes import Scale, tick_text
from dist_invention.reports.marks import mark
from dist_invention.reports.markup import Markup, element, joined, plain_text
from dist_invention.reports.words import is_number, number

ROW = 22
ZERO = "zeroline"  # the line at no difference, drawn through the rows
BEYOND = 12


@dataclass(frozen=True)
class Dot:
    """One value on a track.

    Args:
        value: Where it stands.
        style: CSS classes.
        shape: A name in `marks.SHAPES`.
        said: What is shown on hovering.

    Example:
        >>> Dot(0.5, "m-model").shape
        'circle'
    """

    value: float
    style: str
    shape: str = "circle"
    said: str = ""


def dot_row(
    label: object,
    shown: object,
    axis: Scale,
    dots: Iterable[Dot],
    bounds: Any = None,
    reference: float | None = None,
    style: str = "",
    line: str = "reference",
) -> Markup:
    """Return one row.

    Args:
        label: Name, at the left.
        shown: Number, at the right.
        axis: The axis that the rows share.
        dots: Marks, the last on top; one off the axis becomes an arrow at its edge.
        bounds: Ends of an interval, drawn as a bar; none where it was not measured.
        reference: Value at which a dotted line stands; none if left out.
        style: CSS classes of the row.
        line: CSS class of the line at the reference.
    """
    dots = list(dots)
    spoken = ", ".join(number(dot.value) for dot in dots)
    track = element(
        "svg",
        element("title", plain_text(label), ": ", spoken or "not measured"),
        element("line", x1="0", x2="100%", y1=ROW / 2, y2=ROW / 2, class_="rail"),
        _reference(reference, axis, line),
        _whisker(bounds, axis),
        *(_mark(dot, axis) for dot in dots),
        width="100%",
        height=ROW,
        role="img",
        class_="track",
    )
    name = element("span", label)
    value = element("span", shown, class_="value")
    return element("div", name, track, value, class_=f"row {style}".rstrip())


def axis_row(axis: Scale, note: object = "", tail: object = "") -> Markup:
    """Return the numbers of the axis below the rows.

    Args:
        axis: The axis that the rows share.
        note: At the left, such as the unit.
        tail: At the right.
    """
    ticks = joined(
        element("text", tick_text(t), x=f"{100 * axis.fraction(t):.2f}%", y=11)
        for t in axis.ticks(4)
    )
    drawing = element("svg", ticks, width="100%", height=16, class_="track scale")
    left = element("span", note, class_="note")
    return element("div", left, drawing, element("span", tail), class_="row scale")


def _reference(value: float | None, axis: Scale, line: str) -> Markup:
    if value is None:
        return Markup("")
    x = f"{100 * min(max(axis.fraction(value), 0), 1):.2f}%"
    ends = {"y1": -BEYOND, "y2": ROW + BEYOND} if line == ZERO else {"y1": 0, "y2": ROW}
    return element("line", x1=x, x2=x, class_=line, **ends)


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


def _mark(dot: Dot, axis: Scale) -> Markup:
    place = axis.fraction(dot.value)
    if 0 <= place <= 1:
        return mark(dot.shape, f"{100 * place:.2f}%", ROW // 2, dot.style, dot.said)
    end, text = ("start", "\u25c2") if place < 0 else ("end", "\u25b8")
    x = "0" if place < 0 else "100%"
    return element("text", text, x=x, y=ROW / 2 + 4, text_anchor=end, class_="off")
