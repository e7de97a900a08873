"""Pictures as plain data: where V fails on a path, at which steps, which paths."""

from collections.abc import Iterable, Mapping
import math
from typing import Any

from dist_invention.datasets.split import Split
from dist_invention.domains.collatz.hardness import (
    MOST,
    Rates,
    rates_by_valuation,
    record_rates,
)
from dist_invention.domains.collatz.metrics import violations
import numpy as np

SCHEMA = 1
GROWTHS = np.linspace(-0.42, -0.06, 25)  # bits a step, the span of the law's line

Outputs = Mapping[str, np.ndarray]


def path_figure(
    split: Split,
    outputs: Outputs,
    baseline: tuple[str, Outputs] | None = None,
    stratum: str = "seed",
) -> dict[str, Any]:
    """Return log2 n and V along whole paths down to 1, violated steps marked.

    Args:
        split: Transitions, those of a path in order and down to 1.
        outputs: `value` (n, 2) of the model, in bits.
        baseline: Name and outputs of a formula drawn beside it.
        stratum: Name of the stratum that holds the path of each row.

    Returns:
        A figure record; each panel is a path.
    """
    height = np.asarray(split.arrays["height"], np.float64)
    names = np.asarray(split.strata[stratum]).astype(str)
    panels = []
    for name in dict.fromkeys(names.tolist()):
        rows = np.flatnonzero(names == name)
        size = -np.cumsum(height[rows, 1][::-1])[::-1]  # the last value is 1: 0 bits
        value = np.asarray(outputs["value"], np.float64)[rows] + size[:, None]
        series = [
            _line("log2 n", "true", [*range(len(rows) + 1)], [*size, 0.0]),
            _line("V, the model", "predicted", [*range(len(rows))], value[:, 0]),
            _failed(value),
        ]
        if baseline:
            rival = np.asarray(baseline[1]["value"], np.float64)[rows, 0] + size
            series.append(_line(baseline[0], "baseline", [*range(len(rows))], rival))
        count = int(violations(value).sum())
        title = f"{name}: {count} of {len(rows)} steps violated"
        panels.append(_panel(title, ("step", "1"), ("bits", "1"), series))
    return _record(
        split,
        "lines",
        "where V fails to fall",
        "A step is violated where V(T n) is not below V(n): a dotted line up to V(n).",
        panels,
    )


def direction_figure(
    found: Mapping[str, Mapping[int, Rates]],
    title: str,
    growth_bits: float | None = None,
) -> dict[str, Any]:
    """Return the share of violated growth and decay steps over the lookahead.

    Args:
        found: Rates by lookahead by name of the predictor; the first is drawn as the
            model. One panel for growth steps, one for decay steps.
        title: Which steps were judged.
        growth_bits: Mean growth a step of a random path whose exact PEAK rates are
            drawn with them, in bits.

    Returns:
        A figure record.
    """
    most = max(max(by_lookahead) for by_lookahead in found.values())
    panels = []
    for name in ("growth", "decay"):
        series = []
        for k, (label, by_lookahead) in enumerate(found.items()):
            seen = sorted(by_lookahead)
            shares = [getattr(by_lookahead[at], name) for at in seen]
            series.append(_line(label, "baseline" if k else "predicted", seen, shares))
        if growth_bits is not None:
            seen = [*range(most + 1)]
            law = [getattr(record_rates(growth_bits, at), name) for at in seen]
            series.append(_line("PEAK on a random path, exact", "true", seen, law))
        axes = (("lookahead", "1"), ("share violated", "1"))
        panels.append(_panel(f"{name} steps", *axes, series))
    return {
        "schema": SCHEMA,
        "kind": "lines",
        "title": f"{title}: growth and decay steps",
        "caption": "PEAK fails where the value that comes into sight is a record. A "
        "growth step at lookahead L fails as often as all steps at L - 1; a decay step "
        "less often, since the record must make good the decay too.",
        "tier": "",
        "panels": panels,
    }


def valuation_figure(
    split: Split, predictions: Mapping[str, Outputs]
) -> dict[str, Any]:
    """Return the share of violated steps by the valuation of the step.

    A V that looks ahead fails at all of them. One that looks behind all but never
    fails at valuations 1 and 2, which only make the known past longer: its violations
    are decay steps.

    Args:
        split: Transitions.
        predictions: Outputs by name; the first one is the model.

    Returns:
        A figure record.
    """
    height, series = split.arrays["height"], []
    for k, (label, outputs) in enumerate(predictions.items()):
        shares = rates_by_valuation(outputs["value"], height)
        role = "baseline" if k else "predicted"
        series.append(_line(label, role, [*range(1, MOST + 1)], shares))
    return _record(
        split,
        "lines",
        "which steps fail",
        f"k = 1 is growth; {MOST} stands for {MOST} or more. Residues modulo 3^j look "
        "behind: they know the past after k = 1 and 2, and guess after k >= 3.",
        [_panel("", ("valuation k", "1"), ("share violated", "1"), series)],
    )


def hardness_figure(
    split: Split,
    predictions: Mapping[str, Outputs],
    stratum: str = "seed",
) -> dict[str, Any]:
    """Return what makes a path hard: its mean growth a step, and its length.

    Args:
        split: Transitions, those of a path in order and down to 1.
        predictions: Outputs by name; the first one is the model.
        stratum: Name of the stratum that holds the path of each row.

    Returns:
        A figure record with two panels: share violated over mean growth, with the
        exact law of PEAK on a random path, and number violated over steps.
    """
    height = np.asarray(split.arrays["height"], np.float64)
    names = np.asarray(split.strata[stratum]).astype(str)
    lookahead = height.shape[1] - 2
    law = [record_rates(float(growth), lookahead).every for growth in GROWTHS]
    shares = [_line("PEAK on a random path, exact", "true", GROWTHS, law)]
    numbers, paths = [], []
    for name in dict.fromkeys(names.tolist()):
        rows = names == name
        steps, growth = int(rows.sum()), float(height[rows, 1].mean())
        paths.append((name, growth, steps))
        for k, (label, outputs) in enumerate(predictions.items()):
            count = int(violations(np.asarray(outputs["value"])[rows]).sum())
            role = "baseline" if k else "predicted"
            shares.append(_line(label, role, [growth], [count / steps], name))
            numbers.append(_line(label, role, [steps], [count], name))
    longest = 1.3 * max(steps for *_, steps in paths)
    shares += _flags(paths, 1, shares)
    numbers += _flags(paths, 2, numbers)
    growth_axes = (("mean growth a step", "bit"), ("share violated", "1"))
    steps_axes = (("steps", "1"), ("violated", "1"))
    panels = [
        _panel("share violated", *growth_axes, shares, (-0.44, 0.04)),
        _panel("number violated", *steps_axes, numbers, (0.0, longest)),
    ]
    return _record(
        split,
        "trajectories",
        f"what makes a path hard, lookahead {lookahead}",
        "A path of s steps from n grows by -log2(n) / s bits a step. Random integers "
        "fall by 0.415 bits; the nearer to 0, the more often there is a new record.",
        panels,
    )


def _flags(paths, place, series):
    """Return a flag with its name for each path, each at a height of its own."""
    top = max(max(line["y"]) for line in series) or 1.0
    flags = []
    for rank, path in enumerate(sorted(paths, key=lambda path: path[place])):
        height = top * (1.7 - 0.13 * rank)
        x = [path[place], path[place]]
        flags.append(_line("path", "context", x, [height, 0.0], path[0]))
    return flags


def _failed(value: np.ndarray) -> dict[str, Any]:
    """Return a line from 0 up to V for each violated step, with holes between them."""
    steps, bits = [], []
    for step in np.flatnonzero(violations(value)):
        steps += [int(step)] * 3
        bits += [0.0, value[step, 0], None]
    return _line("a violated step", "context", steps, bits)


def _record(split, kind, title, caption, panels):
    return {
        "schema": SCHEMA,
        "kind": kind,
        "title": f"{split.name}: {title}",
        "caption": caption,
        "tier": split.tier,
        "panels": panels,
    }


def _panel(title, x_axis, y_axis, series, x_range=None):
    return {
        "title": title,
        "x_label": x_axis[0],
        "y_label": y_axis[0],
        "x_unit": x_axis[1],
        "y_unit": y_axis[1],
        "x_range": list(x_range) if x_range else None,
        "y_range": None,
        "equal_aspect": False,
        "series": series,
    }


def _line(label: str, role: str, x: Iterable, y: Iterable, group: str = ""):
    line = {"label": label, "role": role, "group": group or label}
    return {**line, "x": _plain(x), "y": _plain(y)}


def _plain(values) -> list[float | None]:
    """Return rounded numbers; what is no number stays a hole."""
    return [
        None if value is None or math.isnan(value) else round(float(value), 4)
        for value in values
    ]
