"""The augmented Lagrangian solves a problem whose answer is known."""

from dist_invention.curriculum.balancing import Controller
from dist_invention.curriculum.lagrangian import AugmentedLagrangian
import numpy as np
import pytest


def test_lambda_grows_by_mu_times_the_violation_and_falls_once_it_holds():
    balancer = AugmentedLagrangian({"c": 0.5}, mu=2.0, start=1.0, cap=1.0)
    controller = Controller(balancer, {"f": 1.0, "c": 1.0}, "s")
    lambdas = []
    for value in (1.0, 0.75, 0.5, 0.0, 0.0, 0.0):
        controller.see({"f": 1.0, "c": value}, 0.5)
        lambdas.append(controller.get_state()["state"]["lambdas"]["c"])
    assert lambdas == pytest.approx([2.0, 2.5, 2.5, 1.5, 0.5, 0.0])
    assert controller.weights() == {"f": 1.0, "c": 0.0}


def test_it_finds_the_constrained_minimum():
    """Minimise (x - 3)^2 subject to x^2 <= 1: x = 1 with the multiplier 2."""
    balancer = AugmentedLagrangian({"c": 1.0}, mu=1.0, start=0.0, cap=1.0)
    controller = Controller(balancer, {"f": 1.0, "c": 1.0}, "s")
    x = 3.0
    for _ in range(200):
        weight = controller.weights()["c"]
        for _ in range(20):  # a learner: some steps at fixed weights
            x -= 0.01 * (2 * (x - 3.0) + weight * 2 * x)
        controller.see({"f": (x - 3.0) ** 2, "c": x**2}, 0.5)
    assert x == pytest.approx(1.0, abs=1e-3)
    assert controller.get_state()["state"]["lambdas"]["c"] == pytest.approx(
        2.0, rel=1e-2
    )


def test_a_constraint_that_holds_anyway_ends_without_weight():
    balancer = AugmentedLagrangian({"c": 10.0}, mu=0.1)
    controller = Controller(balancer, {"f": 1.0, "c": 1.0}, "s")
    for _ in range(20):
        controller.see({"f": 1.0, "c": 0.1}, 0.5)
    assert controller.weights()["c"] == 0.0


def test_lambda_is_bounded_and_the_cap_holds_the_share():
    balancer = AugmentedLagrangian({"c": 0.0}, mu=10.0, largest=50.0, cap=0.8)
    controller = Controller(balancer, {"f": 1.0, "c": 1.0}, "s")
    for _ in range(100):
        controller.see({"f": 1.0, "c": 1.0}, 0.5)
    assert controller.get_state()["state"]["lambdas"]["c"] == 50.0
    weights = controller.weights()
    assert weights["c"] / sum(weights.values()) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "settings",
    [
        {"tolerances": {}},
        {"tolerances": {"c": -1.0}},
        {"tolerances": {"c": 1.0}, "mu": 0.0},
        {"tolerances": {"c": 1.0}, "start": 5.0, "largest": 1.0},
    ],
    ids=str,
)
def test_constraints_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match=r"at least one constraint.*Correct"):
        AugmentedLagrangian(**settings)


def test_a_constraint_that_does_not_count_is_named():
    with pytest.raises(ValueError, match=r"name terms among \['f'\].*\['c'\]"):
        Controller(AugmentedLagrangian({"c": 0.1}), {"f": 1.0}, "s")


def test_tolerances_are_in_the_unit_of_the_term_whatever_its_weight():
    balancer = AugmentedLagrangian({"c": 0.5})
    controller = Controller(balancer, {"f": 1.0, "c": 100.0}, "s")
    controller.see({"f": 1.0, "c": 0.5}, 0.5)
    lambdas = controller.get_state()["state"]["lambdas"]
    assert np.isclose(lambdas["c"], 1.0), "0.5 is good enough"
