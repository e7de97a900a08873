"""Rows keep groups together, draw one of each, and name their numbers."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.rows import (
    Rows,
    component,
    is_numeric,
    is_sequence,
    is_symbolic,
    rows_of,
    shared_fields,
)
import numpy as np


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def split_of(name, x, groups):
    keys = np.array([f"{name}-{i}" for i in range(len(x))])
    field = Field("x", x.shape[1:], "m")
    groups = np.asarray(groups)
    return Split(name, "train", {"x": x}, (field,), ("x",), (), keys, groups)


def rows_in(groups):
    groups = np.asarray(groups)
    x = np.arange(float(len(groups)))
    return Rows({"x": x}, {"law": x}, {"x": Field("x", (), "m")}, groups)


def test_splits_of_training_are_joined_and_their_groups_numbered():
    joined = rows_of(
        [
            split_of("a", np.zeros((2, 3)), ["u", "v"]),
            split_of("b", np.ones((1, 3)), ["v"]),
        ]
    )
    assert joined.inputs["x"].shape == (3, 3)
    assert joined.groups.tolist() == [0, 1, 1]
    assert joined.num_groups == 2


def test_a_field_of_another_shape_is_not_compared():
    joined = rows_of(
        [
            split_of("a", np.zeros((2, 3)), [0, 1]),
            split_of("b", np.zeros((2, 4)), [2, 3]),
        ]
    )
    assert joined.inputs == {}
    assert len(joined) == 4
    assert shared_fields({"x": np.zeros((2, 3))}, {"x": np.zeros((2, 4))}) == {}
    assert shared_fields({"x": np.zeros(2)}, {"x": np.array(["a"])}) == {}


def test_one_row_of_each_group_is_drawn():
    rows = rows_in(np.repeat(np.arange(50), 4))
    drawn = rows.one_per_group(30, generator())
    assert len(drawn) == drawn.num_groups == 30
    places = drawn.inputs["x"].astype(int)
    assert len(set(places // 4)) == 30
    assert len(set(places % 4)) == 4, "any row of a group may be drawn"


def test_no_group_stands_in_both_halves():
    rows = rows_in(np.repeat(np.arange(21), 3))
    a, b = rows.halves(generator())
    assert abs(a.num_groups - b.num_groups) == 1
    assert not set(a.inputs["x"] // 3) & set(b.inputs["x"] // 3)


def test_whole_groups_are_drawn_to_bound_the_rows():
    rows = rows_in(np.repeat(np.arange(100), 5))
    some = rows.whole_groups(60, generator())
    assert len(some) == 60
    assert set(np.bincount(some.groups)) == {5}
    assert rows.whole_groups(500, generator()) is rows
    assert len(rows.whole_groups(1, generator())) == 5


def test_kinds_of_arrays():
    numbers, counts = np.zeros((2, 3)), np.zeros(2, int)
    tokens, grid = np.zeros((2, 9), int), np.zeros((2, 5, 5), np.int8)
    text, mask = np.array(["a b", "c"]), np.zeros((2, 3), bool)
    kinds = [numbers, counts, tokens, grid, text, mask]
    assert [is_numeric(a) for a in kinds] == [True, True, False, True, False, False]
    assert [is_symbolic(a) for a in kinds] == [False, True, True, True, True, True]
    assert [is_sequence(a) for a in kinds] == [False, False, True, False, True, False]


def test_a_number_is_named_by_its_meaning_or_its_place():
    law = Field("law", (2,), "m/s2, 1", "gravity, friction")
    assert component(law, 1) == ("law: friction", "1")
    assert component(Field("x", (), "kg"), 0) == ("x", "kg")
    assert component(Field("v", (10, 4, 2), "m/s", "centres"), 9) == (
        "v[1, 0, 1]",
        "m/s",
    )
