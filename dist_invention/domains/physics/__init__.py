"""Balls in a box: laws of motion to learn, and laws never seen to be asked about."""

from dist_invention.domains.physics.baselines import physics_baselines
from dist_invention.domains.physics.data import excluder, make_splits, random_worlds
from dist_invention.domains.physics.laws import REGIMES, Law, sample_laws
from dist_invention.domains.physics.metrics import physics_metrics, train_scales
from dist_invention.domains.physics.rules import Trajectories, simulate
from dist_invention.domains.physics.scenes import Scenes

__all__ = [
    "REGIMES",
    "Law",
    "Scenes",
    "Trajectories",
    "excluder",
    "make_splits",
    "physics_baselines",
    "physics_metrics",
    "random_worlds",
    "sample_laws",
    "simulate",
    "train_scales",
]
