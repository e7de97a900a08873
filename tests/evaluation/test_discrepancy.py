"""The kernel discrepancy: exact on small cases, honest under the null."""

from dist_invention.datasets.split import Field
from dist_invention.evaluation import discrepancy
from dist_invention.evaluation.discrepancy import _discrepancies, kernel_discrepancy
from dist_invention.evaluation.rows import Rows
import numpy as np
import pytest


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def rows_of(x, groups=None):
    groups = np.arange(len(x)) if groups is None else groups
    return Rows({"x": x}, {}, {"x": Field("x", x.shape[1:], "m")}, groups)


def test_the_discrepancy_is_the_distance_of_the_mean_kernels():
    rng = generator()
    rows = rng.normal(size=(12, 2))
    kernel = np.exp(-((rows[:, None] - rows) ** 2).sum(-1))
    found, _ = _discrepancies(kernel, 5, rng)
    a, b = slice(0, 5), slice(5, 12)
    means = kernel[a, a].mean() + kernel[b, b].mean() - 2 * kernel[a, b].mean()
    assert found == pytest.approx(means)


def test_equal_samples_are_the_least_surprising():
    x = generator(1).normal(size=(60, 3))
    found = kernel_discrepancy(rows_of(x), rows_of(x), generator())
    assert found.p_value == 1.0


def test_fresh_samples_are_called_different_at_the_nominal_rate(monkeypatch):
    monkeypatch.setattr(discrepancy, "PERMUTATIONS", 199)
    p_values = []
    for seed in range(80):
        rng = generator(10 + seed)
        sides = rows_of(rng.normal(size=(60, 3))), rows_of(rng.normal(size=(40, 3)))
        p_values.append(kernel_discrepancy(*sides, rng).p_value)
    assert 0.0 < np.mean(np.array(p_values) <= 0.1) <= 0.19
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.12)


def test_a_shift_is_found_and_its_size_printed_beside_chance():
    rng = generator(2)
    found = kernel_discrepancy(
        rows_of(rng.normal(size=(300, 8))),
        rows_of(0.5 + rng.normal(size=(200, 8))),
        rng,
    )
    assert found.p_value == pytest.approx(1 / (1 + discrepancy.PERMUTATIONS))
    assert found.value > 0.1
    assert "on average over" in found.detail


def test_one_row_a_group_is_drawn_so_that_groups_are_permuted():
    rng = generator(3)
    place = rng.normal(size=(60, 2)).repeat(20, axis=0)
    known, asked = np.split(place, 2)
    groups = np.arange(600) // 20
    found = kernel_discrepancy(rows_of(known, groups), rows_of(asked, groups), rng)
    assert "30 rows of training and 30 of the split" in found.detail
    assert found.p_value > 0.001


def test_few_groups_are_not_measured():
    x = generator(4).normal(size=(40, 2))
    found = kernel_discrepancy(rows_of(x), rows_of(x, np.arange(40) // 10), generator())
    assert "4 groups" in found.value.reason
