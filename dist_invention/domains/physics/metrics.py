"""What is measured: errors of motion and energy on the scale of the training data."""

from collections.abc import Mapping
from dataclasses import dataclass

from dist_invention.datasets.split import Split
from dist_invention.domains.physics.rules import FRAME_SECONDS
from dist_invention.evaluation.metrics import Metric
import numpy as np

HORIZONS = {10: "10_frames", 30: "half_second", 60: "1s", 120: "2s"}
"""Frames at which errors are shown, and how the metrics are named after them."""
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Scales:
    """Standard deviations over the training data: the units of every error.

    Args:
        position: In m.
        velocity: In m/s.
        energy: Of the energy change, in J.

    Example:
        >>> Scales(position=2.0, velocity=1.5, energy=10.0).velocity
        1.5
    """

    position: float
    velocity: float
    energy: float


def train_scales(train: Split) -> Scales:
    """Return the scales of a training split; only present balls count.

    Args:
        train: The training split.

    Raises:
        ValueError: If the split has another role; scales come from training alone.
    """
    if train.role != "train":
        raise ValueError(
            "Expected a split of role 'train' to take the scales from. "
            f"Received: `{train.name}` of role {train.role!r}. "
            "Errors of every split are measured on the scale of training."
        )
    present = np.broadcast_to(
        train.arrays["present"][:, None] > 0, train.arrays["contact"].shape
    )
    spread = {
        name: float(train.arrays[name][present].astype(float).std(axis=0).mean())
        for name in ("position", "velocity")
    }
    return Scales(**spread, energy=float(train.arrays["energy_change"].std()))


@dataclass(frozen=True)
class SquaredError:
    """Squared normalised error an example, over a span of frames or at one frame.

    Args:
        field: `"position"` or `"velocity"`.
        scale: Training scale in the unit of the field.
        frame: Frame at which to measure, 1 for the first; 0 for all of them.
        until_contact: Count only frames before the first contact of the window;
            windows without such frames do not apply (NaN).

    Example:
        >>> SquaredError("position", scale=2.0, frame=60).frame
        60
    """

    field: str
    scale: float
    frame: int = 0
    until_contact: bool = False

    def __call__(self, targets: Arrays, outputs: Arrays, split: Split) -> np.ndarray:
        """Return contributions of shape (n,), without unit.

        Args:
            targets: True arrays; `field` of shape (n, H, 4, 2).
            outputs: Predicted arrays of the same shape.
            split: The examples: presence and first contact are read.
        """
        true = np.asarray(targets[self.field], float)
        error = (np.asarray(outputs[self.field], float) - true) / self.scale
        present = split.arrays["present"][:, None, :, None]
        squares = (error**2 * present).sum(axis=(2, 3))
        squares = squares / (2.0 * present.sum(axis=(2, 3)))  # (n, H)
        frames = np.arange(true.shape[1])
        counted = np.ones(squares.shape, bool)
        if self.frame:
            counted &= frames == self.frame - 1
        if self.until_contact:
            counted &= frames < split.arrays["first_contact"][:, None]
        number = counted.sum(axis=1)
        total = np.where(counted, squares, 0.0).sum(axis=1)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)


@dataclass(frozen=True)
class EnergyError:
    """Squared error of the energy change, against the simulator's own, an example.

    Args:
        scale: Training scale in J.

    Example:
        >>> EnergyError(scale=10.0).scale
        10.0
    """

    scale: float

    def __call__(self, targets: Arrays, outputs: Arrays, split: Split) -> np.ndarray:
        """Return the mean over frames, shape (n,), without unit.

        Args:
            targets: True arrays; `energy_change` of shape (n, H) in J.
            outputs: Predicted position and velocity.
            split: The examples: masses, laws and the last context frame are read.
        """
        change = energy_change(outputs, split)
        error = (change - np.asarray(targets["energy_change"], float)) / self.scale
        return (error**2).mean(axis=1)


def energy_change(outputs: Arrays, split: Split) -> np.ndarray:
    """Return the predicted energy minus that of the last context frame, (n, H), in J.

    Args:
        outputs: Predicted position and velocity, shape (n, H, 4, 2).
        split: The examples.
    """
    arrays = split.arrays
    mass = arrays["mass"][:, None].astype(float)
    weight = -arrays["law"][:, 0, None, None].astype(float) * mass

    def total(position, velocity):
        kinetic = 0.5 * mass * (np.asarray(velocity, float) ** 2).sum(-1)
        return (kinetic + weight * np.asarray(position, float)[..., 1]).sum(-1)

    last = total(arrays["context_position"][:, -1:], arrays["context_velocity"][:, -1:])
    return total(outputs["position"], outputs["velocity"]) - last


def physics_metrics(scales: Scales, horizon: int) -> list[Metric]:
    """Return every metric of the world for tests of one horizon.

    Position and velocity over the whole horizon come first, then at 10 frames, half
    a second, 1 s and 2 s as far as the horizon reaches, then before the first
    contact, then energy. All are normalised root mean squares: 0 is perfect, 1 is an
    error as large as the spread of the training data.

    Args:
        scales: Scales of the training data.
        horizon: Frames that are predicted.
    """
    metrics = []
    for name in ("position", "velocity"):
        scale = getattr(scales, name)
        metrics.append(_metric(f"{name}_nrmse", SquaredError(name, scale)))
        for frame, label in HORIZONS.items():
            if frame <= horizon:
                error = SquaredError(name, scale, frame)
                metrics.append(_metric(f"{name}_nrmse_{label}", error))
        free = SquaredError(name, scale, until_contact=True)
        metrics.append(_metric(f"{name}_nrmse_before_contact", free))
    metrics.append(_metric("energy_nrmse", EnergyError(scales.energy)))
    return metrics


def error_over_time(outputs: Arrays, split: Split, scale: float) -> np.ndarray:
    """Return the normalised root mean square position error a frame, shape (H,).

    Args:
        outputs: Predicted arrays.
        split: The examples.
        scale: Training scale of positions in m.
    """
    present = split.arrays["present"][:, None, :, None]
    true = split.arrays["position"].astype(float)
    error = (np.asarray(outputs["position"], float) - true) * present / scale
    balls = 2.0 * present.sum(axis=(2, 3))
    return np.sqrt(((error**2).sum(axis=(2, 3)) / balls).mean(axis=0))


def valid_seconds(outputs: Arrays, split: Split, scale: float, limit: float = 0.3):
    """Return for how long each example stays under a normalised error, shape (n,).

    Args:
        outputs: Predicted arrays.
        split: The examples.
        scale: Training scale of positions in m.
        limit: Normalised error at which a prediction stops to be valid.
    """
    present = split.arrays["present"][:, None, :, None]
    true = split.arrays["position"].astype(float)
    error = (np.asarray(outputs["position"], float) - true) * present / scale
    size = np.sqrt((error**2).sum(axis=(2, 3)) / (2.0 * present.sum(axis=(2, 3))))
    past = size > limit
    first = np.where(past.any(axis=1), past.argmax(axis=1), past.shape[1])
    return first * FRAME_SECONDS


def diary_accuracy(true: np.ndarray, predicted: np.ndarray) -> float:
    """Return max(0, 1 - mean absolute error / 10): the metric of the earlier work.

    It mixes units, and a constant scores 84 %. It is kept for the record alone.

    Args:
        true: Raw columns, any shape.
        predicted: The same shape.
    """
    error = np.abs(np.asarray(predicted, float) - np.asarray(true, float))
    return max(0.0, 1.0 - float(error.mean()) / 10.0)


def _metric(name, per_example):
    return Metric(name, "1", "lower", per_example, reduce="root_mean")
