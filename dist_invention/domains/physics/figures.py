"""Pictures as plain data: the frames, paths and error curves that a report draws."""

from collections.abc import Mapping, Sequence
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
    examples: Sequence[int],
) -> dict[str, Any]:
    """Return the paths of some examples: context, truth, prediction, one baseline.

    Args:
        split: The examples.
        outputs: Predicted arrays of the whole split.
        baseline: Name and outputs of one baseline.
        examples: Rows to draw, a panel each.

    Returns:
        A figure record; each panel is the box.
    """
    name, rival = baseline
    sources = [
        ("context", "context", split.arrays["context_position"]),
        ("true", "true", split.arrays["position"]),
        ("predicted", "predicted", np.asarray(outputs["position"])),
        (name, "baseline", np.asarray(rival["position"])),
    ]
    panels = []
    for example in examples:
        series = [
            {
                "label": label,
                "role": role,
                "group": f"ball {ball + 1}",
                "x": _plain(positions[example, :, ball, 0]),
                "y": _plain(positions[example, :, ball, 1]),
            }
            for label, role, positions in sources
            for ball in np.flatnonzero(split.arrays["present"][example])
        ]
        title = describe_law(split.arrays["law"][example])
        panels.append(_panel(title, ("x", "m"), ("y", "m"), series, box=True))
    seconds = split.arrays["position"].shape[1] * FRAME_SECONDS
    return {
        "schema": SCHEMA,
        "kind": "trajectories",
        "title": f"{split.name}: paths over {seconds:.3g} s",
        "caption": "Windows chosen by how far their balls move, before any prediction: "
        f"rows {', '.join(map(str, examples))}.",
        "tier": split.tier,
        "panels": panels,
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


def telling_examples(
    split: Split, shares: Sequence[float] = (0.5, 0.75, 0.95)
) -> list[int]:
    """Return rows whose balls touch something and move; no prediction is looked at.

    Args:
        split: The examples.
        shares: Quantiles of the distance travelled, one row each.
    """
    travelled = np.abs(np.diff(split.arrays["position"], axis=1)).sum(axis=(1, 2, 3))
    touched = split.arrays["first_contact"] < split.arrays["position"].shape[1]
    moving = np.flatnonzero(touched) if touched.any() else np.arange(len(split))
    order = moving[np.argsort(travelled[moving], kind="stable")]
    return [
        int(order[min(int(share * len(order)), len(order) - 1)]) for share in shares
    ]


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
