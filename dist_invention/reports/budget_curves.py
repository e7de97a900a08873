"""What each arm reaches for its budget: thin lines are seeds, the thick one their mean.

Each arm has a colour, a dash, a shape and a name at the end of its line.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dist_invention.reports.axes import Points, Scale, scale_over, thinned
from dist_invention.reports.frame import (
    HEIGHT,
    across,
    down,
    panel,
    plot_frame,
    steps_scale,
    stretched_points,
)
from dist_invention.reports.marks import mark, shape_of, style_of, swatch
from dist_invention.reports.markup import Markup, absent, element, joined
from dist_invention.reports.words import is_number, plain
import numpy as np

LINE = 13.0  # pixels between two names at the ends of lines
MARKED = 6  # marks on a line, so that shapes can be told
MOST_POINTS = 200

Row = Mapping[str, Any]


def budget_curves(summary: Mapping[str, Any]) -> Markup:
    """Return the curves of all arms on one plot.

    Args:
        summary: Content of summary.json.
    """
    curves = [c for c in summary.get("curves") or () if points_of(c)]
    if not curves:
        return absent("no run left a curve over its budget.")
    arms = list(dict.fromkeys(str(c.get("arm")) for c in curves))
    seeds = {
        arm: [points_of(c) for c in curves if str(c.get("arm")) == arm] for arm in arms
    }
    means = {arm: mean_curve(lines) for arm, lines in seeds.items()}
    steps = steps_scale([line for lines in seeds.values() for line in lines])
    every = (v for lines in seeds.values() for line in lines for _, v in line)
    values = scale_over(every)
    thin = [
        element(
            "polyline",
            points=stretched_points(line, steps, values),
            class_=f"{style_of(k)} seedline",
        )
        for k, arm in enumerate(arms)
        for line in seeds[arm]
    ]
    thick = [
        element(
            "polyline",
            points=stretched_points(means[arm], steps, values),
            class_=f"{style_of(k)} armline",
        )
        for k, arm in enumerate(arms)
    ]
    measure = str(summary.get("curve_measure") or "no measure was recorded")
    drawing = plot_frame(
        f"{measure} over training steps, one line an arm",
        steps,
        values,
        joined([*thin, *thick]),
        over=[*_marks(means, steps, values), *_names(means, values)],
        box="plotbox named",
    )
    note = f"{measure}{', log scale' if values.log else ''}"
    keys = [swatch(place, plain(arm)) for place, arm in enumerate(arms)]
    return panel("What each arm reaches for its budget", note, drawing, keys)


def points_of(curve: Row) -> Points:
    """Return the (step, value) points of a curve; what is not a number is left out.

    Example:
        >>> points_of({"points": [[1, 0.5], [2, None]]})
        [(1.0, 0.5)]
    """
    found = [
        (float(point[0]), float(point[1]))
        for point in curve.get("points") or ()
        if len(point) == 2 and all(map(is_number, point))
    ]
    return thinned(sorted(found), MOST_POINTS)


def mean_curve(lines: Sequence[Points]) -> Points:
    """Return the mean over seeds, where every seed has been.

    Between its points a line is straight. Steps before the latest start or after the
    earliest end have no mean over all seeds, so they are left out.

    Args:
        lines: One line a seed, each sorted by step.

    Example:
        >>> mean_curve([[(0.0, 1.0), (2.0, 3.0)], [(0.0, 3.0), (2.0, 3.0)]])
        [(0.0, 2.0), (2.0, 3.0)]
    """
    first, last = max(line[0][0] for line in lines), min(line[-1][0] for line in lines)
    steps = sorted({x for line in lines for x, _ in line if first <= x <= last})
    tables = [
        np.interp(steps, [x for x, _ in line], [y for _, y in line]) for line in lines
    ]
    means = np.mean(tables, axis=0)
    return list(zip(steps, means.tolist(), strict=True))


def _marks(
    means: Mapping[str, Points], steps: Scale, values: Scale
) -> Iterable[Markup]:
    for place, (arm, points) in enumerate(means.items()):
        stride = max(len(points) // MARKED, 1)
        # Arms that run along one another still show their marks: each starts elsewhere.
        kept = points[place % stride :: stride] if len(points) > MARKED else points
        for step, value in kept:
            yield mark(
                shape_of(place),
                across(steps, step),
                down(values, value),
                f"{style_of(place)} armmark",
                plain(arm),
            )


def _names(means: Mapping[str, Points], values: Scale) -> Iterable[Markup]:
    """Write each name at the right end of its line, moved down where two would meet."""
    ends = [
        (down(values, points[-1][1]), place, arm)
        for place, (arm, points) in enumerate(means.items())
        if points
    ]
    lowest = HEIGHT - LINE * (len(ends) - 1)
    before = -LINE
    for turn, (y, place, arm) in enumerate(sorted(ends)):
        before = max(before + LINE, min(y, lowest + LINE * turn))
        style = f"{style_of(place)} armname"
        yield element("text", plain(arm), x="100%", dx=10, y=before, class_=style)
