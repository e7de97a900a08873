"""Predictors that learn nothing, or only a law: every score stands beside them."""

from collections.abc import Callable, Mapping

from dist_invention.datasets.split import Split
from dist_invention.domains.physics.fitting import fit_acceleration, fit_laws
from dist_invention.domains.physics.rules import BOX, FRAME_SECONDS, simulate
from dist_invention.domains.physics.windows import scenes_at
from dist_invention.evaluation.baselines import Baseline
import numpy as np

Outputs = Mapping[str, np.ndarray]


def physics_baselines(train: Split) -> list[Baseline]:
    """Return every baseline of the world, those that need train fitted on it.

    Args:
        train: The training split; only its means are used.
    """
    mean_law = train.arrays["law"].mean(axis=0)
    table: list[tuple[str, Callable[[Split], Outputs], str]] = [
        ("zeros", predict_zeros, "trivial"),
        ("train mean", TrainMean(train), "trivial"),
        ("copy last", copy_last, "trivial"),
        ("constant velocity", constant_velocity, "trivial"),
        ("constant acceleration fitted", constant_acceleration, "classical"),
        ("constant acceleration in the box", stopped_acceleration, "classical"),
        ("simulator, train-mean law", SimulatorWith(mean_law), "classical"),
        ("simulator, fitted law", SimulatorWith(mean_law, fitted=True), "classical"),
        ("simulator, true law", simulate_true_law, "ceiling"),
    ]
    return [Baseline(name, predict, kind) for name, predict, kind in table]


def predict_zeros(split: Split) -> Outputs:
    """Predict zeros everywhere, in the shape of the targets."""
    return {
        name: np.zeros_like(split.arrays[name]) for name in ("position", "velocity")
    }


class TrainMean:
    """Predict the training mean of every frame, over all present balls.

    Args:
        train: The training split.

    Example:
        >>> from dist_invention.domains.physics.data import make_splits
        >>> splits = make_splits(0, scenes_train=160, horizon_test=30)
        >>> TrainMean(splits["train"])(splits["test_in"])["position"].shape
        (11, 30, 4, 2)
    """

    def __init__(self, train: Split):
        weight = train.arrays["present"][:, None, :, None]
        self.mean = {
            name: (train.arrays[name] * weight).sum(axis=(0, 1, 2))
            / (weight.sum() * train.arrays[name].shape[1])
            for name in ("position", "velocity")
        }

    def __call__(self, split: Split) -> Outputs:
        """Return the mean at every place."""
        return _masked(
            split,
            *(
                np.broadcast_to(self.mean[name], split.arrays[name].shape)
                for name in ("position", "velocity")
            ),
        )


def copy_last(split: Split) -> Outputs:
    """Predict the last context frame, for ever."""
    shape = split.arrays["position"].shape
    last = [
        split.arrays[f"context_{name}"][:, -1:] for name in ("position", "velocity")
    ]
    return _masked(split, *(np.broadcast_to(values, shape) for values in last))


def constant_velocity(split: Split) -> Outputs:
    """Predict straight lines from the last context frame."""
    return _fly(split, np.zeros((len(split), 2)))


def constant_acceleration(split: Split) -> Outputs:
    """Predict parabolas: one acceleration a scene, fitted to its context."""
    return _fly(split, fit_acceleration(split.arrays))


def stopped_acceleration(split: Split) -> Outputs:
    """Predict the fitted parabolas, stopped where they reach a wall."""
    free = constant_acceleration(split)
    radius = split.arrays["radius"][:, None, :, None]
    position = np.clip(free["position"], radius, BOX - radius)
    velocity = np.where(position == free["position"], free["velocity"], 0.0)
    return _masked(split, position, velocity)


class SimulatorWith:
    """Run the simulator from the last context frame under one law, or a fitted one.

    Args:
        law: Gravity, friction, elasticity, damping, shape (4,): the law itself, or
            what stands in where the context shows too little.
        fitted: Whether gravity and damping are fitted to each context.

    Example:
        >>> SimulatorWith(np.array([-9.81, 0.4, 0.8, 0.95])).fitted
        False
    """

    def __init__(self, law: np.ndarray, fitted: bool = False):
        self.law, self.fitted = np.asarray(law, float), fitted

    def __call__(self, split: Split) -> Outputs:
        """Return the simulated future of every example."""
        law = fit_laws(split.arrays, self.law) if self.fitted else self.law
        return _roll(split, law)


def simulate_true_law(split: Split) -> Outputs:
    """Run the simulator under the true law: what nobody can beat by much."""
    return _roll(split, None)


def _roll(split, law):
    """Simulate on from the last context frame."""
    horizon = split.arrays["position"].shape[1]
    run = simulate(scenes_at(split.arrays, law=law), 1 + horizon)
    return _masked(split, run.position[:, 1:], run.velocity[:, 1:])


def _fly(split, acceleration):
    """Follow parabolas without contacts; accelerations of shape (n, 2) in m/s2."""
    horizon = split.arrays["position"].shape[1]
    time = FRAME_SECONDS * np.arange(1, horizon + 1)[None, :, None, None]
    start = split.arrays["context_position"][:, -1:].astype(float)
    speed = split.arrays["context_velocity"][:, -1:].astype(float)
    pull = acceleration[:, None, None, :]
    position = start + speed * time + 0.5 * pull * time**2
    return _masked(split, position, speed + pull * time)


def _masked(split, position, velocity):
    """Return outputs with zeros in empty slots."""
    present = split.arrays["present"][:, None, :, None]
    return {
        "position": (position * present).astype(np.float32),
        "velocity": (velocity * present).astype(np.float32),
    }
