"""The training box: borders, widths outside it, padding and gaps, all by hand."""

from dist_invention.evaluation.box import MANY, fit_box
import numpy as np
import pytest


def box_of(*values, padded=True):
    rows = np.array(values, dtype=float)[:, None]
    return fit_box(rows, np.arange(len(rows)), padded)


def test_the_rate_inside_training_leaves_a_row_its_own_group_out():
    box = fit_box(
        np.array([[1.0], [1.0], [5.0], [9.0], [9.5]]), np.array([0, 1, 1, 2, 2])
    )
    assert box.alone.tolist() == [False, False, False, True, True]


def test_exceedance_is_counted_in_widths_of_the_range():
    box = box_of(2.0, 4.0, 3.0)
    asked = np.array([[3.0], [5.0], [0.0], [np.nan], [np.inf]])
    assert box.exceedance(asked)[:, 0].tolist() == [0.0, 0.5, 1.0, 0.0, 0.0]
    below, above, gaps = box.sides(asked)[..., 0].tolist()
    assert below == [False, False, True, False, False]
    assert above == [False, True, False, False, False]
    assert gaps == [False, False, False, True, True]


def test_zeros_apart_from_many_values_are_padding():
    box = box_of(0.0, 0.0, *np.linspace(1.0, 2.0, MANY))
    assert box.zero.tolist() == [True]
    assert box.low.tolist() == [1.0]
    few = box_of(0.0, 0.0, *np.linspace(1.0, 2.0, MANY - 1))
    assert few.zero.tolist() == [False]
    assert few.low.tolist() == [0.0]


def test_zeros_next_to_other_values_or_of_a_parameter_are_values():
    assert not box_of(0.0, *np.linspace(0.02, 1.0, 50)).zero[0]
    assert not box_of(0.0, *np.linspace(-1.0, 1.0, 50)).zero[0]
    assert not box_of(0.0, *np.linspace(1.0, 2.0, 50), padded=False).zero[0]
    negative = box_of(0.0, *np.linspace(-2.0, -1.0, 50))
    assert negative.zero[0]
    assert negative.high[0] == pytest.approx(-1.0)


def test_a_column_without_a_value_has_an_empty_box():
    assert box_of(np.nan, np.nan).low.tolist() == [0.0]
    assert not box_of(np.nan, 1.0).finite[0]
    assert not box_of(0.0, 0.0).sides(np.array([[0.0]])).any()
    assert box_of(0.0, 0.0).sides(np.array([[1.0]]))[1].all()
