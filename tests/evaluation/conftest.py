"""A world of one number: y = (slope * x, x), and a request to raise the slope."""

from dataclasses import dataclass
from types import SimpleNamespace

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.requested_change import Case, Part
import numpy as np
import pytest

FIELDS = (Field("x", (), "m"), Field("slope", (), "1"), Field("y", (2,), "m"))
SLOPE, HIGHER = 2.0, 3.0
Y = Part("y", "m", tolerance=1e-6)


@dataclass(frozen=True)
class Slopes:
    """Lines through the origin; the second number is x whatever the slope."""

    rules: np.ndarray
    request: str = "let every slope be 3 higher"

    def apply(self, rules, request):
        return rules + HIGHER

    def generate(self, rules, inputs):
        return {"y": line(rules, inputs["x"])}


def line(slope, x):
    return np.stack([slope * x, x], axis=-1)


def split(name, x, slope, groups=None, tier="in"):
    arrays = {"x": x, "slope": slope, "y": line(slope, x)}
    ids = np.array([f"{name}-{i}" for i in range(len(x))])
    groups = np.arange(len(x)) if groups is None else groups
    inputs = ("x", "slope")
    return Split(name, "test", arrays, FIELDS, inputs, ("y",), ids, groups, tier=tier)


def slopes(n=30, groups=None, **changes):
    """Return a case of n examples with x from 1 to 2."""
    x = np.linspace(1.0, 2.0, n)
    rules = np.full(n, SLOPE)
    content = {
        "world": Slopes(rules),
        "original": split("before", x, rules, groups),
        "edited": split("after", x, rules + HIGHER, groups, tier="far"),
        "parts": (Y,),
    }
    return Case(**{**content, **changes})


def answering(slope_of, spoils=0.0):
    """Return a model: the slope it uses, and how much the rest moves with it."""

    def predict(asked):
        told = asked.arrays["slope"]
        y = line(slope_of(told), asked.arrays["x"])
        y[:, 1] += spoils * (told - SLOPE)
        return {"y": y}

    return predict


@pytest.fixture(scope="session")
def lines():
    """A small world of lines, a request, and models that hear it more or less."""
    return SimpleNamespace(
        World=Slopes,
        part=Y,
        case=slopes,
        answering=answering,
        listens=answering(lambda slope: slope),
        deaf=answering(lambda slope: np.full_like(slope, SLOPE)),
        half=answering(lambda slope: SLOPE + (slope - SLOPE) / 2),
        contrary=answering(lambda slope: SLOPE - (slope - SLOPE)),
        clumsy=answering(lambda slope: slope, spoils=0.5),
    )
