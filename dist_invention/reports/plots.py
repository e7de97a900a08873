"""Curves over steps and shares of loss terms, drawn as inline SVG by hand.

Colours and dashes are CSS classes, one set of colours for light and one for dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dist_invention.reports.axes import Points, Scale, scale_over, thinned
from dist_invention.reports.frame import (
    HEIGHT,
    Band,
    across,
    panel,
    plot_frame,
    steps_scale,
    stretched_points,
)
from dist_invention.reports.markup import Markup, element, joined

COLOURS = 6
DOTTED_UP_TO = 40
ROOM_FOR_A_NAME = 17.0  # pixels that an area needs to carry its name


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
        curves: Lines; at most six get a colour and a dash of their own.
        bands: Stages behind the lines.
        note: Unit or scale, written beside the title.
    """
    steps = steps_scale([c.points for c in curves], bands)
    values = scale_over([value for c in curves for _, value in c.points])
    colours = _colours(curves)
    lines = [
        _line(curve, steps, values, colour)
        for curve, colour in zip(curves, colours, strict=True)
    ]
    note = ", ".join(part for part in (note, "log scale" if values.log else "") if part)
    legend = [(c.name, f"c{k}") for c, k in zip(curves, colours, strict=True)]
    spoken = f"{title} over training steps"
    drawing = plot_frame(spoken, steps, values, joined(lines), bands)
    return panel(title, note, drawing, _keys(legend if len(curves) > 1 else []))


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
    steps = steps_scale([[(step, 0.0) for step in common]], bands)
    floor = dict.fromkeys(common, 0.0)
    areas, names = [], []
    for index, (name, values) in enumerate(by_step.items()):
        ceiling = {step: floor[step] + _share(by_step, values, step) for step in common}
        areas.append(_area(steps, floor, ceiling, f"f{index % COLOURS + 1}"))
        names.append(_area_name(name, steps, floor, ceiling))
        floor = ceiling
    drawing = plot_frame(
        f"{title} over training steps",
        steps,
        Scale(0.0, 1.0),
        joined(areas),
        bands,
        over=names,
    )
    legend = [(name, f"f{i % COLOURS + 1}") for i, name in enumerate(by_step)]
    return panel(title, "share of the sum", drawing, _keys(legend))


def legend_swatch(label: object, style: str) -> Markup:
    """Return one legend entry: a piece of the line or the area, then its name."""
    if style.startswith("f"):
        mark = element("rect", x="2", y="1", width="18", height="9", class_=style)
    else:
        mark = element("line", x1="0", x2="24", y1="5.5", y2="5.5", class_=style)
    icon = element("svg", mark, width="24", height="11", aria_hidden="true")
    return element("span", icon, label, class_="key")


def _keys(legend: Sequence[tuple[str, str]]) -> list[Markup]:
    return [legend_swatch(label, style) for label, style in legend]


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


def _line(curve: Curve, steps: Scale, values: Scale, colour: str) -> Markup:
    points = thinned(curve.points)
    path = stretched_points(points, steps, values)
    line = element("polyline", points=path, class_=f"c{colour}")
    if len(points) > DOTTED_UP_TO or curve.is_pale:
        return line
    # A dot in stretched space: a line of length zero with round ends stays round.
    dots = (
        element("path", d=f"M{place.replace(',', ' ')}h0", class_=f"c{colour} dot")
        for place in path.split()
    )
    return joined([line, *dots])


def _area(steps: Scale, floor: dict, ceiling: dict, style: str) -> Markup:
    places = [*ceiling.items(), *reversed(floor.items())]
    path = stretched_points(places, steps, Scale(0.0, 1.0))
    return element("polygon", points=path, class_=style)


def _area_name(name: str, steps: Scale, floor: dict, ceiling: dict) -> Markup:
    """Write the name of an area where it is thickest, if it is thick enough."""
    step = max(floor, key=lambda s: ceiling[s] - floor[s], default=None)
    if step is None or (ceiling[step] - floor[step]) * HEIGHT < ROOM_FOR_A_NAME:
        return Markup("")
    y = HEIGHT * (1 - (ceiling[step] + floor[step]) / 2)
    place = steps.fraction(step)
    side = "start" if place < 0.15 else "end" if place > 0.85 else "middle"
    x = across(steps, step)
    return element("text", name, x=x, y=f"{y:.1f}", text_anchor=side, class_="inside")
