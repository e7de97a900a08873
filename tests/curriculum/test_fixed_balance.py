"""Balancers that look at no loss."""

from dist_invention.curriculum.balancing import Controller
from dist_invention.curriculum.fixed_balance import ConstantBalance, RampBalance
import pytest

GIVEN = {"motion": 1.0, "energy": 0.3}


def course(balancer, looks=4):
    controller = Controller(balancer, GIVEN, "physics")
    found = [controller.weights()]
    for look in range(1, looks + 1):
        controller.see({"motion": 1.0, "energy": 1.0}, look / looks)
        found.append(controller.weights())
    return found


def test_constant_multiples_never_move():
    found = course(ConstantBalance({"energy": 2.0}))
    assert found == [{"motion": 1.0, "energy": 0.6}] * 5


def test_a_ramp_brings_its_terms_in_and_leaves_the_others():
    found = course(RampBalance(("energy",), until=0.5))
    assert [row["energy"] for row in found] == pytest.approx([0, 0.15, 0.3, 0.3, 0.3])
    assert {row["motion"] for row in found} == {1.0}


def test_a_ramp_may_begin_anywhere():
    found = course(RampBalance(("energy",), start=2.0, until=1.0))
    assert [row["energy"] for row in found] == pytest.approx(
        [0.6, 0.525, 0.45, 0.375, 0.3]
    )


@pytest.mark.parametrize(
    "balancer", [ConstantBalance({"enrgy": 2.0}), RampBalance(("enrgy",))], ids=repr
)
def test_a_term_that_does_not_count_is_named(balancer):
    with pytest.raises(ValueError, match=r"\['energy', 'motion'\].*\['enrgy'\]"):
        Controller(balancer, GIVEN, "physics")


def test_a_ramp_of_nothing_or_beyond_the_stage_is_refused():
    for terms, until in (((), 0.5), (("energy",), 0.0), (("energy",), 1.5)):
        with pytest.raises(ValueError, match="done within the stage"):
            RampBalance(terms, until=until)
