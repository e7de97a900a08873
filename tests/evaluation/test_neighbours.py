"""Rows far from training are counted against distances inside training."""

from dist_invention.datasets.split import Field
from dist_invention.evaluation.neighbours import neighbour_distances
from dist_invention.evaluation.rows import Rows
import numpy as np
import pytest


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def rows_of(x, per_group=1):
    declared = {"x": Field("x", x.shape[1:], "m")}
    return Rows({"x": x}, {}, declared, np.arange(len(x)) // per_group)


@pytest.mark.parametrize("dim", [3, 60])
def test_fresh_rows_lie_beyond_at_the_nominal_rate(dim):
    found = []
    for seed in range(30):
        rng = generator(seed)
        sides = (
            rows_of(rng.normal(size=(300, dim))),
            rows_of(rng.normal(size=(200, dim))),
        )
        found.append(neighbour_distances(*sides, rng))
    assert np.mean([check.value for check in found]) == pytest.approx(0.01, abs=0.006)
    assert np.mean([check.p_value <= 0.05 for check in found]) <= 0.1


@pytest.mark.parametrize("dim", [3, 60])
def test_rows_apart_are_beyond(dim):
    rng = generator(dim)
    x, y = rng.normal(size=(400, dim)), rng.normal(size=(100, dim))
    y[:50] += 10.0
    found = neighbour_distances(rows_of(x), rows_of(y), rng)
    assert found.value == pytest.approx(0.5, abs=0.05)
    assert found.p_value < 1e-9
    assert found.reveals == "outside"


def test_a_hole_inside_the_box_is_outside():
    rng = generator(9)
    angle = rng.uniform(0, 2 * np.pi, 600)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1) * rng.uniform(0.9, 1, (600, 1))
    found = neighbour_distances(rows_of(ring), rows_of(0.2 * ring[:100]), rng)
    assert found.value == 1.0


def test_windows_of_one_trajectory_do_not_make_training_look_dense():
    rng = generator(4)
    x = np.repeat(rng.normal(size=(150, 4)), 10, axis=0)
    x += 1e-4 * rng.normal(size=x.shape)
    fresh = np.repeat(rng.normal(size=(100, 4)), 10, axis=0)
    found = neighbour_distances(rows_of(x, 10), rows_of(fresh, 10), rng)
    assert found.p_value > 0.01


def test_few_groups_and_constant_inputs_are_not_measured():
    rng = generator(5)
    few = neighbour_distances(
        rows_of(np.ones((100, 2)), 10), rows_of(np.ones((100, 2))), rng
    )
    assert "10 groups on one side" in few.value.reason
    same = neighbour_distances(
        rows_of(np.ones((30, 2))), rows_of(np.ones((30, 2))), rng
    )
    assert same.value.reason == "no input varies"
