"""Pictures as plain data: the frames, paths and error curves that a report draws."""

from collections.abc import Mapping
from typing import Any

from dist_invention.datasets.split import Split
from dist_invention.domains.physics.laws import PARAMETERS, UNITS
from dist_invention.domains.physics.metrics import error_over_time
from dist_invention.domains.physics.rules import BOX, FRAME_SECONDS
import numpy as np

SCHEMA = 1
Outputs = Mapping[str, np.ndarray]


def trajectory_figure(
    split: Split,
    outputs: Outputs,
    baseline: tuple[str, Outputs],
    example: int,
) -> dict[str, Any]:
    """Return the paths of one example: context, truth, prediction and one baseline.

    Args:
        split: The examples.
        outputs: Predicted arrays of the whole split.
        baseline: Name and outputs of one baseline.
        example: Row to draw.

    Returns:
        A figure record with two panels: the box, and height over time.
    """
    name, rival = baseline
    sources = [
        ("context", "context", split.arrays["context_position"][example]),
        ("true", "true", split.arrays["position"][example]),
        ("predicted", "predicted", np.asarray(outputs["position"])[example]),
        (name, "baseline", np.asarray(rival["position"])[example]),
    ]
    balls = np.flatnonzero(split.arrays["present"][example])
    context = len(split.arrays["context_position"][example])
    paths, heights = [], []
    for label, role, points in sources:
        frames = np.arange(len(points)) + (0 if role == "context" else context)
        for ball in balls:
            shared = {"label": label, "role": role, "group": f"ball {ball + 1}"}
            x, y = _plain(points[:, ball, 0]), _plain(points[:, ball, 1])
            paths.append({**shared, "x": x, "y": y})
            time = _plain((frames - context + 1) * FRAME_SECONDS)
            heights.append({**shared, "x": time, "y": y})
    return {
        "schema": SCHEMA,
        "kind": "trajectories",
        "title": f"{split.name}: example {example}",
        "caption": describe_law(split.arrays["law"][example]),
        "tier": split.tier,
        "panels": [
            _panel("In the box", ("x", "m"), ("y", "m"), paths, box=True),
            _panel("Height over time", ("time", "s"), ("y", "m"), heights),
        ],
    }


def error_figure(
    split: Split, predictions: Mapping[str, Outputs], scale: float
) -> dict[str, Any]:
    """Return how the position error grows with time, one line a predictor.

    Args:
        split: The examples.
        predictions: Outputs by name; the first one is the model.
        scale: Training scale of positions in m.
    """
    series = []
    for k, (label, outputs) in enumerate(predictions.items()):
        curve = error_over_time(outputs, split, scale)
        time = (np.arange(len(curve)) + 1) * FRAME_SECONDS
        role = "baseline" if k else "predicted"
        line = {"label": label, "role": role, "group": label}
        series.append({**line, "x": _plain(time), "y": _plain(curve)})
    return {
        "schema": SCHEMA,
        "kind": "lines",
        "title": f"{split.name}: position error over time",
        "caption": f"Root mean square over {len(split)} windows; "
        "1 is the spread of the training data.",
        "tier": split.tier,
        "panels": [
            _panel("", ("time", "s"), ("normalised error", "1"), series),
        ],
    }


def telling_example(split: Split) -> int:
    """Return the row whose balls move and touch about as much as the median window.

    Args:
        split: The examples.
    """
    travelled = np.abs(np.diff(split.arrays["position"], axis=1)).sum(axis=(1, 2, 3))
    touched = split.arrays["first_contact"] < split.arrays["position"].shape[1]
    moving = np.flatnonzero(touched) if touched.any() else np.arange(len(split))
    order = moving[np.argsort(travelled[moving], kind="stable")]
    return int(order[len(order) // 2])


def describe_law(law: np.ndarray) -> str:
    """Return a law as one line with units.

    Args:
        law: Shape (4,).
    """
    parts = [
        f"{name} {value:.3g} {UNITS[name]}" if UNITS[name] != "1"
        else f"{name} {value:.3g}"
        for name, value in zip(PARAMETERS, law, strict=True)
    ]  # fmt: skip
    return ", ".join(parts)


def _panel(title, x_axis, y_axis, series, box=False):
    return {
        "title": title,
        "x_label": x_axis[0],
        "y_label": y_axis[0],
        "x_unit": x_axis[1],
        "y_unit": y_axis[1],
        "x_range": [0.0, float(BOX[0])] if box else None,
        "y_range": [0.0, float(BOX[1])] if box else None,
        "equal_aspect": box,
        "series": series,
    }


def _plain(values):
    """Return rounded numbers: tenths of a millimetre are enough for a picture."""
    return [round(float(value), 4) for value in values]
