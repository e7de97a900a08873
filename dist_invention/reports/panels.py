"""Figure records drawn as inline SVG: paths in a box, or lines over an axis."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.axes import Scale, scale_over, tick_text
from dist_invention.reports.markup import Markup, element, joined
from dist_invention.reports.plots import legend_swatch
from dist_invention.reports.words import is_number

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 360.0, 34.0, 10.0, 10.0, 34.0
TALLEST = 330.0
MARGIN = 8.0
ROLES = ("context", "baseline", "true", "predicted")  # drawn in this order
LEGEND = ("context", "true", "predicted", "baseline")


def figure(record: Mapping[str, Any]) -> Markup:
    """Return one figure record as a titled grid of panels with one legend.

    Args:
        record: Plain data as domains write it: kind, title, caption, tier, panels.
    """
    panels = _told_apart(record.get("panels", ()))
    series = [item for panel in panels for item in panel.get("series", ())]
    heading = element("h4", record.get("title", "Untitled"))
    caption = element("p", record.get("caption", ""), class_="note")
    is_path = record.get("kind") == "trajectories"
    grid = element("div", *(panel_plot(p, is_path) for p in panels), class_="grid3")
    return element("div", heading, caption, legend(series), grid, class_="record")


def _told_apart(panels: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the panels with a line style of its own for each baseline's name."""
    series = [item for panel in panels for item in panel.get("series", ())]
    rivals = [item.get("label") for item in series if item.get("role") == "baseline"]
    order = list(dict.fromkeys(rivals))

    def styled(item: Mapping[str, Any]) -> dict[str, Any]:
        is_rival = item.get("role") == "baseline"
        return {**item, "style": order.index(item.get("label")) if is_rival else 0}

    return [{**p, "series": [*map(styled, p.get("series", ()))]} for p in panels]


def _classes(item: Mapping[str, Any], role: str) -> str:
    style = item.get("style")
    return f"r-{role} s{style}" if style else f"r-{role}"


def legend(series: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the legend of the roles that occur, each with its line style."""
    named = {}
    for item in series:
        role = str(item.get("role"))
        if role in LEGEND:
            place = (LEGEND.index(role), item.get("style") or 0)
            named.setdefault((*place, item.get("label", role)), _classes(item, role))
    ordered = sorted(named.items(), key=lambda entry: (*entry[0][:2], str(entry[0][2])))
    keys = joined(legend_swatch(key[2], classes) for key, classes in ordered)
    return element("div", keys, class_="legend")


def panel_plot(panel: Mapping[str, Any], is_path: bool) -> Markup:
    """Return one panel.

    Args:
        panel: Title, labels, units, ranges and series; see the figure record.
        is_path: Whether y over x is a path in space, drawn in its box with its ends
            marked; otherwise lines over an axis.
    """
    series = sorted(panel.get("series", ()), key=_drawing_order)
    x_axis, y_axis = _axis(panel, series, "x"), _axis(panel, series, "y")
    wide, tall = _size(x_axis, y_axis, bool(panel.get("equal_aspect")))
    left = LEFT + (WIDTH - LEFT - RIGHT - wide) / 2
    place = _Place(x_axis, y_axis, left, TOP, wide, tall)
    lines = [_series(item, place, is_path) for item in series]
    height = TOP + tall + BOTTOM
    drawing = element(
        "svg",
        element("title", _spoken(panel, series)),
        _box(place, panel),
        place.clipped(lines),
        *(_name(item, place) for item in series if is_path),
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        role="img",
        class_="path",
    )
    note = _leaving(series, place)
    caption = element("figcaption", element("b", panel.get("title", "")))
    foot = element("p", note, class_="note") if note else ""
    return element("figure", caption, drawing, foot, class_="panel")


class _Place:
    """Where a value stands on the drawing, in pixels of its view box."""

    def __init__(self, x_axis: Scale, y_axis: Scale, left, top, wide, tall):
        self.x_axis, self.y_axis = x_axis, y_axis
        self.left, self.top, self.wide, self.tall = left, top, wide, tall

    def x(self, value: float) -> float:
        return self.left + self.wide * self.x_axis.fraction(value)

    def y(self, value: float) -> float:
        return self.top + self.tall * (1 - self.y_axis.fraction(value))

    def clipped(self, lines) -> Markup:
        """Return the lines, cut a little outside the box."""
        x, y = self.left - MARGIN, self.top - MARGIN
        wide, tall = self.wide + 2 * MARGIN, self.tall + 2 * MARGIN
        size = {"x": f"{x:.1f}", "y": f"{y:.1f}"}
        size |= {"width": f"{wide:.1f}", "height": f"{tall:.1f}"}
        view = f"{x:.1f} {y:.1f} {wide:.1f} {tall:.1f}"
        return element("svg", *lines, viewBox=view, **size)

    def loses(self, item: Mapping[str, Any]) -> bool:
        """Whether a series runs farther out than the margin of the drawing."""
        return any(
            not -0.03 <= axis.fraction(value) <= 1.03
            for axis, name in ((self.x_axis, "x"), (self.y_axis, "y"))
            for value in item.get(name, ())
            if is_number(value)
        )


def _axis(panel: Mapping[str, Any], series, name: str) -> Scale:
    given = panel.get(f"{name}_range")
    if given:
        return Scale(float(given[0]), float(given[1]))
    return scale_over((v for item in series for v in item.get(name, ())), log=False)


def _size(x_axis: Scale, y_axis: Scale, equal_aspect: bool) -> tuple[float, float]:
    wide = WIDTH - LEFT - RIGHT
    if not equal_aspect:
        return wide, 200.0
    ratio = (y_axis.high - y_axis.low) / (x_axis.high - x_axis.low)
    return (
        (wide, wide * ratio) if wide * ratio <= TALLEST else (TALLEST / ratio, TALLEST)
    )


def _box(place: _Place, panel: Mapping[str, Any]) -> Markup:
    right, bottom = place.left + place.wide, place.top + place.tall
    parts = [
        element(
            "rect",
            x=f"{place.left:.1f}",
            y=f"{place.top:.1f}",
            width=f"{place.wide:.1f}",
            height=f"{place.tall:.1f}",
            class_="box",
        )
    ]
    for tick in place.x_axis.ticks(4):
        x = f"{place.x(tick):.1f}"
        parts.append(
            element("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="tick")
        )
        parts.append(
            element(
                "text", tick_text(tick), x=x, y=f"{bottom + 15:.1f}", class_="xtick"
            )
        )
    for tick in place.y_axis.ticks(4):
        y = f"{place.y(tick):.1f}"
        x = f"{place.left - 7:.1f}"
        parts.append(
            element("line", x1=place.left - 4, x2=place.left, y1=y, y2=y, class_="tick")
        )
        parts.append(element("text", tick_text(tick), x=x, y=y, class_="ytick"))
    x_name, y_name = _axis_name(panel, "x"), _axis_name(panel, "y")
    names = f"{x_name}, upwards {y_name}" if y_name else x_name
    parts.append(
        element("text", names, x=f"{right:.1f}", y=f"{bottom + 29:.1f}", class_="axis")
    )
    return joined(parts)


def _axis_name(panel: Mapping[str, Any], name: str) -> str:
    label, unit = panel.get(f"{name}_label") or "", panel.get(f"{name}_unit")
    return f"{label} ({unit})" if unit and unit != "1" else str(label)


def _series(item: Mapping[str, Any], place: _Place, is_path: bool) -> Markup:
    role = item.get("role") if item.get("role") in ROLES else "true"
    pieces = _pieces(item)
    parts = [
        element(
            "polyline",
            points=" ".join(f"{place.x(x):.1f},{place.y(y):.1f}" for x, y in piece),
            class_=_classes(item, str(role)),
        )
        for piece in pieces
    ]
    if is_path and pieces:
        parts.append(_end(str(role), pieces, place))
    return joined(parts)


def _pieces(item: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    """Cut a series where a value is missing, so that no line bridges a hole."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(item.get("x", ()), item.get("y", ()), strict=True):
        if is_number(x) and is_number(y):
            pieces[-1].append((x, y))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _end(role: str, pieces, place: _Place) -> Markup:
    """Mark where the context starts, or where a path ends."""
    x, y = pieces[0][0] if role == "context" else pieces[-1][-1]
    style = "start" if role == "context" else f"end-{role}"
    radius = {"context": 3, "baseline": 3.5}.get(role, 4.5)
    centre = {"cx": f"{place.x(x):.1f}", "cy": f"{place.y(y):.1f}"}
    return element("circle", r=radius, class_=style, **centre)


def _name(item: Mapping[str, Any], place: _Place) -> Markup:
    """Write the name of a group where its context starts."""
    pieces = _pieces(item)
    if item.get("role") != "context" or not pieces:
        return Markup("")
    x, y = place.x(pieces[0][0][0]) + 7, place.y(pieces[0][0][1]) - 7
    name = item.get("group", "")
    return element("text", name, x=f"{x:.1f}", y=f"{y:.1f}", class_="name")


def _drawing_order(item: Mapping[str, Any]) -> int:
    role = item.get("role")
    return ROLES.index(role) if role in ROLES else len(ROLES)


def _leaving(series: Sequence[Mapping[str, Any]], place: _Place) -> str:
    """Return which lines run out of the drawing, as a sentence; empty if none."""
    groups: dict[str, list[str]] = {}
    for item in series:
        if place.loses(item):
            found = groups.setdefault(str(item.get("label")), [])
            found.extend([str(item["group"])] if item.get("group") else [])
    named = (f"{k} ({', '.join(v)})" if v else k for k, v in groups.items())
    return f"Leaves the drawing: {'; '.join(named)}." if groups else ""


def _spoken(panel: Mapping[str, Any], series) -> str:
    labels = list(dict.fromkeys(str(item.get("label")) for item in series))
    return f"{panel.get('title', '')}: {', '.join(labels)}"
