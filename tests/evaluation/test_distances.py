"""Distances by matrix product and by tree are those of the definition."""

from dist_invention.evaluation.distances import nearest, square_distances
import numpy as np
import pytest


@pytest.mark.parametrize("dim", [2, 30])
def test_both_ways_agree_with_the_definition(dim):
    rng = np.random.Generator(np.random.Philox(key=[dim, 0]))
    a, b = 100 + rng.normal(size=(30, dim)), 100 + rng.normal(size=(40, dim))
    square = ((a[:, None] - b) ** 2).sum(-1)
    np.testing.assert_allclose(square_distances(a, b), square, atol=1e-9)
    np.testing.assert_allclose(nearest(a, b), np.sqrt(square.min(axis=1)), atol=1e-6)


@pytest.mark.parametrize("dim", [2, 30])
def test_a_row_is_not_its_own_neighbour(dim):
    rng = np.random.Generator(np.random.Philox(key=[dim, 1]))
    rows = rng.normal(size=(30, dim))
    assert nearest(rows, rows, skip=1).min() > 1e-3
    assert nearest(rows, rows).max() < 1e-6
