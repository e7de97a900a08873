"""Inputs of every kind become one table of named numbers."""

from dist_invention.datasets.split import Field
from dist_invention.evaluation.features import COLUMNS, feature_table
from dist_invention.evaluation.rows import Rows
import numpy as np
import pytest


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def table(known, asked, unit="m"):
    sides = [
        Rows(
            {name: np.asarray(array) for name, array in side.items()},
            {},
            {n: Field(n, np.asarray(a).shape[1:], unit) for n, a in side.items()},
            np.arange(len(next(iter(side.values())))),
        )
        for side in (known, asked)
    ]
    return feature_table(*sides)


def test_numbers_are_flattened_named_and_constants_left_out():
    rng = generator()
    x, y = rng.normal(size=(20, 2, 2)), rng.normal(size=(10, 2, 2))
    x[:, 0, 1], y[:, 0, 1] = 3.0, 3.0
    found = table({"x": x}, {"x": y})
    assert found.labels == ("x[0, 0] (m)", "x[1, 0] (m)", "x[1, 1] (m)")
    assert (found.known.shape, found.asked.shape) == ((20, 3), (10, 3))
    assert found.remark() == ""


def test_a_constant_that_changes_is_kept():
    found = table({"x": np.full(20, 3.0)}, {"x": np.full(10, 4.0)})
    assert found.width == 1


def test_the_standard_table_does_not_know_whose_row_is_whose():
    rng = generator(1)
    known, asked = table(
        {"x": rng.normal(size=20)}, {"x": 5 + rng.normal(size=10)}
    ).standard()
    pool = np.concatenate([known, asked])
    assert pool.mean() == pytest.approx(0.0, abs=1e-12)
    assert pool.std() == pytest.approx(1.0)


def test_gaps_are_filled_and_marked():
    x = np.array([1.0, np.nan, 3.0, np.inf])
    found = table({"x": x}, {"x": np.array([2.0])})
    assert found.labels == ("x (m)", "x (m) missing")
    assert found.known[:, 0].tolist() == [1.0, 2.0, 3.0, 2.0]
    assert found.known[:, 1].tolist() == [0.0, 1.0, 0.0, 1.0]


def test_text_becomes_counts_and_a_length():
    found = table(
        {"t": np.array(["turn left left", "turn"])}, {"t": np.array(["walk"])}
    )
    columns = dict(zip(found.labels, found.known.T.tolist(), strict=True))
    assert columns["t: length (symbols)"] == [3.0, 1.0]
    assert columns["t: `left` (count)"] == [2.0, 0.0]
    assert columns["t: `left left` (count)"] == [1.0, 0.0]


def test_many_columns_are_thinned_evenly_in_each_field_and_it_says_so():
    rng = generator(2)
    side = {"x": rng.normal(size=(5, 900)), "y": rng.normal(size=(5, 100))}
    found = table(side, side)
    assert found.width <= COLUMNS
    assert any(label.startswith("y") for label in found.labels)
    assert f"{found.width} of 1000 columns used" in found.remark()


def test_nothing_in_common_is_an_empty_table():
    assert table({"x": np.zeros(3)}, {"y": np.zeros(3)}).width == 0
