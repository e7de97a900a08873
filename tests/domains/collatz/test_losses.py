"""Penalties on analytic cases: which of two ways to fail they prefer."""

from dist_invention.domains.collatz.losses import BoundedPenalty, Hinge, shortfall
from keras import ops
import numpy as np
import pytest

SPREAD = {"value": np.array([[0.0, 1.0, 2.0, 3.0]], np.float32)}  # fails three times
ONE_JUMP = {"value": np.array([[0.0, -0.5, -1.0, 3.0]], np.float32)}  # fails once
FALLING = {"value": np.array([[3.0, 2.0, 1.0, 0.0]], np.float32)}


def number(tensor):
    return float(ops.convert_to_numpy(tensor)[0])


def tau(value):
    return {"tau": np.array([value], np.float32)}


def test_the_bounded_penalty_prefers_one_large_failure_to_three_small_ones():
    penalty = BoundedPenalty()
    assert number(penalty({}, tau(0.1), ONE_JUMP)) == pytest.approx(1 / 3, abs=1e-3)
    assert number(penalty({}, tau(0.1), SPREAD)) == pytest.approx(1.0, abs=1e-3)


def test_the_hinge_is_nearly_indifferent_between_them():
    loss = Hinge(margin=0.0)
    assert number(loss({}, {}, SPREAD)) == pytest.approx(1.0)
    assert number(loss({}, {}, ONE_JUMP)) == pytest.approx(4 / 3)


def test_nothing_is_paid_where_v_falls_by_the_margin():
    assert number(BoundedPenalty()({}, tau(0.1), FALLING)) == 0
    assert number(Hinge()({}, {}, FALLING)) == 0


def test_a_high_temperature_makes_the_penalty_a_hinge_over_it():
    bounded = number(BoundedPenalty()({}, tau(1000.0), SPREAD))
    assert 1000 * bounded == pytest.approx(number(Hinge()({}, {}, SPREAD)), rel=1e-2)


def test_shortfall_is_in_bits_and_one_a_step():
    found = ops.convert_to_numpy(
        shortfall(ops.convert_to_tensor(ONE_JUMP["value"]), 0.1)
    )
    np.testing.assert_allclose(found, [[0.0, 0.0, 4.1]], atol=1e-6)
