"""Curves over steps and shares of loss terms, drawn as inline SVG by hand.

Widths are per cent and heights are pixels, so that text keeps its size on a phone.
Colours are CSS classes of `style.py`, one set for light and one for dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dist_invention.reports.axes import Points, Scale, scale_over, thinned, tick_text
from dist_invention.reports.markup import Markup, element, joined

HEIGHT = 180
COLOURS = 6
DOTTED_UP_TO = 40


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


@dataclass(frozen=True)
class Curve:
    """One named line: (step, value) points, and whether it is drawn pale.

    Example:
        >>> Curve("loss", [(0.0, 1.0), (1.0, 0.5)]).is_pale
        False
    """

    name: str
    points: Points
    is_pale: bool = False


def curve_plot(
    title: str, curves: Sequence[Curve], bands: Sequence[Band], note: str = ""
) -> Markup:
    """Return one panel of lines over steps, with stage bands and a legend.

    Args:
        title: What is drawn.
        curves: Lines; at most six get a colour of their own.
        bands: Stages behind the lines.
        note: Unit or scale, written beside the title.
    """
    steps = _steps_scale([c.points for c in curves], bands)
    values = scale_over([value for c in curves for _, value in c.points])
    colours = _colours(curves)
    lines = [
        _line(curve, steps, values, colour)
        for curve, colour in zip(curves, colours, strict=True)
    ]
    note = ", ".join(part for part in (note, "log scale" if values.log else "") if part)
    legend = [(c.name, f"c{k}") for c, k in zip(curves, colours, strict=True)]
    drawing = _frame(title, steps, values, bands, joined(lines))
    return _panel(title, note, drawing, legend if len(curves) > 1 else [])


def share_plot(
    title: str, shares: Mapping[str, Points], bands: Sequence[Band]
) -> Markup:
    """Return one panel with the share of each term stacked to 1 over steps.

    Args:
        title: What is drawn.
        shares: Points of each term; a step counts where every term has one.
        bands: Stages behind the areas.
    """
    by_step = {name: dict(points) for name, points in shares.items()}
    common = sorted(set.intersection(*(set(v) for v in by_step.values())))
    common = [s for s, _ in thinned([(step, 0.0) for step in common])]
    steps = _steps_scale([[(step, 0.0) for step in common]], bands)
    floor = dict.fromkeys(common, 0.0)
    areas = []
    for index, values in enumerate(by_step.values()):
        ceiling = {step: floor[step] + _share(by_step, values, step) for step in common}
        areas.append(_area(steps, floor, ceiling, f"f{index % COLOURS + 1}"))
        floor = ceiling
    drawing = _frame(title, steps, Scale(0.0, 1.0), bands, joined(areas))
    legend = [(name, f"f{i % COLOURS + 1}") for i, name in enumerate(by_step)]
    return _panel(title, "share of the sum", drawing, legend)


def legend_swatch(label: object, style: str) -> Markup:
    """Return one legend entry: a piece of the line or the area, then its name."""
    if style.startswith("f"):
        mark = element("rect", x="2", y="1", width="18", height="9", class_=style)
    else:
        mark = element("line", x1="0", x2="24", y1="5.5", y2="5.5", class_=style)
    icon = element("svg", mark, width="24", height="11", aria_hidden="true")
    return element("span", icon, label, class_="key")


def _colours(curves: Sequence[Curve]) -> list[str]:
    """Number the lines 1 .. 6; a pale line takes 0, which is grey."""
    colours, used = [], 0
    for curve in curves:
        used += not curve.is_pale
        colours.append("0" if curve.is_pale else str((used - 1) % COLOURS + 1))
    return colours


def _share(by_step: Mapping[str, dict], values: dict, step: float) -> float:
    total = sum(abs(other[step]) for other in by_step.values())
    return abs(values[step]) / total if total else 0.0


def _steps_scale(lines: Sequence[Points], bands: Sequence[Band]) -> Scale:
    steps = [step for points in lines for step, _ in points]
    steps += [edge for band in bands for edge in (band.first, band.last)]
    low, high = min(steps, default=0.0), max(steps, default=1.0)
    return Scale(low, high if high > low else low + 1.0)


def _panel(title: str, note: str, drawing: Markup, legend) -> Markup:
    caption = element(
        "figcaption", element("b", title), element("span", f" {note}" if note else "")
    )
    keys = joined(legend_swatch(label, style) for label, style in legend)
    foot = element("div", keys, class_="legend") if legend else ""
    return element("figure", caption, drawing, foot, class_="panel")


def _frame(
    title: str, steps: Scale, values: Scale, bands: Sequence[Band], content: Markup
) -> Markup:
    """Return the plot box: bands, grid and numbers, then the content."""
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
        element("title", f"{title} over training steps"),
        *(_band(band, steps) for band in bands),
        *(_grid_line(values, tick) for tick in values.ticks(4)),
        stretched,
        *(_step_text(steps, tick) for tick in steps.ticks(4)),
        *(_band_text(band, steps) for band in bands),
        width="100%",
        height=HEIGHT,
        role="img",
        class_="plot",
    )
    return element("div", drawing, class_="plotbox")


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


def _step_text(steps: Scale, tick: float) -> Markup:
    x = f"{100 * steps.fraction(tick):.2f}%"
    return element("text", tick_text(tick), x=x, y=HEIGHT + 15, class_="xtick")


def _line(curve: Curve, steps: Scale, values: Scale, colour: str) -> Markup:
    points = thinned(curve.points)
    places = [
        (1000 * steps.fraction(step), HEIGHT * (1 - values.fraction(value)))
        for step, value in points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    line = element("polyline", points=path, class_=f"c{colour}")
    if len(points) > DOTTED_UP_TO or curve.is_pale:
        return line
    # A dot in stretched space: a line of length zero with round ends stays round.
    dots = (
        element("path", d=f"M{x:.1f} {y:.1f}h0", class_=f"c{colour} dot")
        for x, y in places
    )
    return joined([line, *dots])


def _area(steps: Scale, floor: dict, ceiling: dict, style: str) -> Markup:
    places = [*ceiling.items(), *reversed(floor.items())]
    path = " ".join(
        f"{1000 * steps.fraction(step):.1f},{HEIGHT * (1 - share):.1f}"
        for step, share in places
    )
    return element("polygon", points=path, class_=style)
