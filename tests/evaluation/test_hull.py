"""Hull membership on shapes whose answer is known, and where it means nothing."""

from types import SimpleNamespace

from dist_invention.datasets.split import Field
from dist_invention.evaluation import hull
from dist_invention.evaluation.hull import (
    DIMENSIONS,
    HullUndecided,
    hull_membership,
    in_hull,
)
from dist_invention.evaluation.rows import Rows
import numpy as np
import pytest

SQUARE = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def rows_of(x, law=None):
    declared = {"x": Field("x", x.shape[1:], "m")}
    parameters = {}
    if law is not None:
        parameters, declared["law"] = {"law": law}, Field("law", law.shape[1:], "1")
    return Rows({"x": x}, parameters, declared, np.arange(len(x)))


@pytest.mark.parametrize(
    ("point", "inside"),
    [((0.5, 0.5), True), ((0.0, 0.3), True), ((1.0, 1.0), True), ((1.01, 0.5), False)],
)
def test_the_hull_of_a_square(point, inside):
    assert in_hull(np.array(point), SQUARE) is inside


def test_the_corner_of_the_box_lies_outside_a_triangle():
    assert not in_hull(np.array([0.9, 0.9]), SQUARE[:3])
    assert in_hull(np.array([0.4, 0.4]), SQUARE[:3])


def test_laws_in_the_box_but_in_a_new_combination_are_outside():
    rng = generator(1)
    law = rng.uniform(size=(500, 2))
    law = np.where(law.sum(axis=1, keepdims=True) > 1, 1 - law, law)  # a triangle
    new = rng.uniform(0.75, 0.95, size=(60, 2))
    x, y = rng.normal(size=(500, 50)), rng.normal(size=(60, 50))
    found = hull_membership(rows_of(x, law), rows_of(y, new), rng)
    assert found.value == 1.0
    assert found.null_rate < 0.2
    assert found.p_value < 1e-6
    assert "2 parameters" in found.detail


def test_fresh_rows_are_outside_as_often_as_training_rows():
    rng = generator(2)
    found = hull_membership(
        rows_of(rng.normal(size=(400, 4))), rows_of(rng.normal(size=(100, 4))), rng
    )
    assert found.p_value > 0.01


def test_a_changed_constant_is_outside():
    rng = generator(3)
    x, y = rng.normal(size=(60, 3)), 0.1 * rng.normal(size=(40, 3))
    x[:, 1], y[:, 1] = 3.0, 4.0
    assert hull_membership(rows_of(x), rows_of(y), rng).value == 1.0


def test_in_many_dimensions_it_refuses_with_the_reason():
    x = generator(4).normal(size=(60, DIMENSIONS + 1))
    found = hull_membership(rows_of(x), rows_of(x), generator())
    assert "13 numeric inputs vary" in found.value.reason
    line = hull_membership(rows_of(x[:, :1]), rows_of(x[:, :1]), generator())
    assert "1 numeric inputs vary" in line.value.reason
    constant = hull_membership(
        rows_of(np.ones((60, 3))), rows_of(x[:, :3]), generator()
    )
    assert "0 numeric inputs vary" in constant.value.reason


def test_a_solver_that_cannot_decide_gives_a_reason_and_no_number(monkeypatch):
    undecided = SimpleNamespace(status=4, message="numerical difficulties.")
    monkeypatch.setattr(hull, "linprog", lambda *args, **named: undecided)
    with pytest.raises(
        HullUndecided, match=r"status 4, numerical difficulties\. Scale"
    ):
        in_hull(np.array([0.5, 0.5]), SQUARE)
    x = generator(6).normal(size=(60, 2))
    found = hull_membership(rows_of(x), rows_of(x[:30]), generator())
    assert "numerical difficulties" in found.value.reason


@pytest.mark.parametrize("seed", range(3))
def test_a_mean_of_points_is_inside_and_a_step_past_a_corner_is_not(seed):
    rng = generator(20 + seed)
    points = rng.normal(size=(300, 6))
    weights = rng.dirichlet(np.ones(300), size=5)
    assert all(in_hull(row, points) for row in weights @ points)
    far = points[np.argmax(points @ np.ones(6))]
    assert in_hull(far, points)
    assert not in_hull(far + 1e-3, points)


def test_few_groups_or_gaps_are_not_measured():
    x = generator(5).normal(size=(60, 2))
    few = hull_membership(rows_of(x), rows_of(x[:10]), generator())
    assert "10 groups" in few.value.reason
    gaps = np.where(x < -2, np.nan, x)
    gaps[0] = np.nan
    assert (
        "not finite"
        in hull_membership(rows_of(gaps), rows_of(x), generator()).value.reason
    )
