"""The box of a plot: stage bands, grid, numbers and names of the axes, legend.

Widths are per cent and heights are pixels, so that text keeps its size on a phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dist_invention.reports.axes import Points, Scale, tick_text
from dist_invention.reports.markup import Markup, element, joined

HEIGHT = 180
STEPS = "training steps"


@dataclass(frozen=True)
class Band:
    """The steps of one stage, shaded behind a curve.

    Args:
        number: Place of the stage, from 1.
        first: Step at which it starts.
        last: Step at which it ends.

    Example:
        >>> Band(1, 0, 120).last
        120
    """

    number: int
    first: float
    last: float


def steps_scale(lines: Sequence[Points], bands: Sequence[Band] = ()) -> Scale:
    """Return the axis of steps from the first to the last point or edge of a band."""
    steps = [step for points in lines for step, _ in points]
    steps += [edge for band in bands for edge in (band.first, band.last)]
    low, high = min(steps, default=0.0), max(steps, default=1.0)
    return Scale(low, high if high > low else low + 1.0)


def panel(title: str, note: str, drawing: Markup, keys: Iterable[Markup]) -> Markup:
    """Return a drawing with its title, its unit or scale, and its legend.

    Args:
        title: What is drawn.
        note: Unit or scale, beside the title.
        drawing: The drawing.
        keys: Entries of the legend; none where there is nothing to tell apart.
    """
    caption = element(
        "figcaption", element("b", title), element("span", f" {note}" if note else "")
    )
    entries = joined(keys)
    foot = element("div", entries, class_="legend") if entries else ""
    return element("figure", caption, drawing, foot, class_="panel")


def plot_frame(
    spoken: str,
    x_axis: Scale,
    y_axis: Scale,
    content: Markup,
    bands: Sequence[Band] = (),
    over: Iterable[Markup] = (),
    x_label: str = STEPS,
    x_until: float | None = None,
    box: str = "plotbox",
) -> Markup:
    """Return the plot box: bands, grid and numbers, then the content.

    Args:
        spoken: What the drawing shows, for a reader who does not see it.
        x_axis: From left to right.
        y_axis: From bottom to top.
        content: Drawn on 1000 by `HEIGHT`, stretched to the width of the box.
        bands: Stages behind the content.
        over: Drawn last and never stretched: places are per cent and pixels.
        x_label: Name and unit of the lower axis.
        x_until: Where its numbers end; at its end if left out.
        box: CSS classes of the box.
    """
    last = (x_axis.high if x_until is None else x_until) * (1 + 1e-9)
    stretched = element(
        "svg",
        content,
        width="100%",
        height=HEIGHT,
        viewBox=f"0 0 1000 {HEIGHT}",
        preserveAspectRatio="none",
    )
    drawing = element(
        "svg",
        element("title", spoken),
        *(_band(band, x_axis) for band in bands),
        *(_grid_line(y_axis, tick) for tick in y_axis.ticks(4)),
        stretched,
        *(_x_text(x_axis, tick) for tick in x_axis.ticks(4) if tick <= last),
        *(_band_text(band, x_axis) for band in bands),
        *over,
        width="100%",
        height=HEIGHT,
        role="img",
        class_="plot",
    )
    return element("div", drawing, element("p", x_label, class_="xlabel"), class_=box)


def across(x_axis: Scale, value: float) -> str:
    """Return the place of a value from the left, per cent of the width."""
    return f"{100 * x_axis.fraction(value):.2f}%"


def down(y_axis: Scale, value: float) -> float:
    """Return the place of a value from the top of the plot, in pixels."""
    return round(HEIGHT * (1 - y_axis.fraction(value)), 1)


def stretched_points(points: Points, x_axis: Scale, y_axis: Scale) -> str:
    """Return points as a polyline on the stretched 1000 by `HEIGHT`."""
    return " ".join(
        f"{1000 * x_axis.fraction(x):.1f},{HEIGHT * (1 - y_axis.fraction(y)):.1f}"
        for x, y in points
    )


def _band(band: Band, steps: Scale) -> Markup:
    first, last = steps.fraction(band.first), steps.fraction(band.last)
    return element(
        "rect",
        x=f"{100 * first:.2f}%",
        y=0,
        width=f"{100 * (last - first):.2f}%",
        height=HEIGHT,
        class_="band odd" if band.number % 2 else "band",
    )


def _band_text(band: Band, steps: Scale) -> Markup:
    middle = (steps.fraction(band.first) + steps.fraction(band.last)) / 2
    return element("text", band.number, x=f"{100 * middle:.2f}%", y=-5, class_="stage")


def _grid_line(values: Scale, tick: float) -> Markup:
    y = f"{HEIGHT * (1 - values.fraction(tick)):.1f}"
    line = element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid")
    return joined([line, element("text", tick_text(tick), x=-6, y=y, class_="ytick")])


def _x_text(x_axis: Scale, tick: float) -> Markup:
    x = across(x_axis, tick)
    return element("text", tick_text(tick), x=x, y=HEIGHT + 15, class_="xtick")
