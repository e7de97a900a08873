"""Uncertainty weighting finds the variance that each term tells of, within bounds."""

import math

from dist_invention.curriculum.balancing import Controller
from dist_invention.curriculum.uncertainty import UncertaintyWeighting
import pytest


def settle(losses, looks=400, **settings):
    balancer = UncertaintyWeighting(cap=1.0, **settings)
    controller = Controller(balancer, dict.fromkeys(losses, 1.0), "s")
    for _ in range(looks):
        controller.see(losses, 0.5)
    return controller


def test_it_settles_where_each_term_is_as_large_as_its_weight():
    losses = {"a": 20.0, "b": 0.05, "c": 1.0}
    weights = settle(losses).weights()
    parts = {name: weights[name] * losses[name] for name in losses}
    assert parts == pytest.approx(dict.fromkeys(losses, 1.0), rel=1e-3)


def test_the_log_variance_settles_at_the_log_of_the_loss():
    state = settle({"a": 7.0}).get_state()["state"]
    assert state["log_variances"]["a"] == pytest.approx(math.log(7.0), rel=1e-3)


def test_a_term_that_vanishes_does_not_count_without_limit():
    controller = settle({"a": 1e-12, "b": 1.0}, bound=3.0)
    assert controller.weights()["a"] == pytest.approx(math.exp(3.0))


def test_a_term_that_explodes_moves_one_step_at_a_time():
    one = settle({"a": 1e9}, looks=1).get_state()["state"]
    assert one["log_variances"] == {"a": 1.0}
    many = settle({"a": 1e9}, bound=3.0)
    assert many.weights()["a"] == pytest.approx(math.exp(-3.0))


@pytest.mark.parametrize("changes", [{"rate": 0.0}, {"bound": 0.0}], ids=str)
def test_settings_out_of_range_are_refused(changes):
    with pytest.raises(ValueError, match="log-variances over 0"):
        UncertaintyWeighting(**changes)
