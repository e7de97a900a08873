"""Splits small enough to read."""

from dist_invention.datasets import Field, Split
import numpy as np
import pytest


@pytest.fixture
def make_split():
    """Return a builder of splits: x = start, start + 1, ... and y = 10 x."""

    def make(n=10, name="train", role="train", start=0, **changes):
        x = np.arange(start, start + n, dtype=np.float32)
        content = {
            "arrays": {"x": x, "y": np.stack([10 * x, -x], axis=1)},
            "fields": (Field("x", (), "m"), Field("y", (2,), "J", "an answer")),
            "inputs": ("x",),
            "targets": ("y",),
            "keys": np.array([f"key {value:g}" for value in x]),
            "groups": np.arange(n) // 2,
            "strata": {"half": np.where(x % 2, "odd", "even")},
        }
        return Split(name, role, **{**content, **changes})

    return make
