"""The cap on shares, and the state that a balancer earns."""

import json

from dist_invention.curriculum.balancing import Balancer, Controller, Look, capped
from dist_invention.curriculum.relobralo import Relobralo
import pytest


def shares(weights, losses):
    parts = {name: weight * losses[name] for name, weight in weights.items()}
    return {name: part / sum(parts.values()) for name, part in parts.items()}


@pytest.mark.parametrize("cap", [0.4, 0.5, 0.75, 0.95])
def test_no_term_is_more_than_the_cap(cap):
    losses = {"a": 1381.0, "b": 0.09, "c": 50.0}
    found = shares(capped(dict.fromkeys(losses, 1.0), losses, cap), losses)
    assert max(found.values()) <= cap + 1e-9
    assert found["a"] == pytest.approx(cap)


def test_shares_under_the_cap_are_left_alone():
    weights, losses = {"a": 1.0, "b": 0.3}, {"a": 1.0, "b": 2.0}
    assert capped(weights, losses, 0.95) == weights
    assert capped(weights, {"a": 1e9, "b": 1e-9}, 1.0) == weights


def test_a_cap_that_cannot_hold_makes_equal_shares():
    losses = {"a": 8.0, "b": 2.0, "c": 1.0}
    found = shares(capped(dict.fromkeys(losses, 1.0), losses, 0.1), losses)
    assert list(found.values()) == pytest.approx([1 / 3] * 3)


def test_a_term_alone_is_all_of_the_loss():
    weights = {"a": 1.0, "b": 1.0}
    assert capped(weights, {"a": 5.0, "b": 0.0}, 0.5) == weights


def test_the_sign_of_a_term_does_not_matter_for_its_share():
    found = capped({"a": 1.0, "b": 1.0}, {"a": -9.0, "b": 1.0}, 0.5)
    assert found["a"] == pytest.approx(1 / 9)


def test_a_term_without_weight_stays_without():
    controller = Controller(Balancer(), {"a": 2.0, "b": 0.0}, "first")
    controller.see({"a": 1.0, "b": 1.0}, 0.5)
    assert controller.weights() == {"a": 2.0, "b": 0.0}
    assert controller.counted == ["a"]


class Halving(Balancer):
    """Halves its multipliers at each look, and remembers what it drew."""

    def update(self, state, look: Look):
        halved = {name: m / 2 for name, m in state["multipliers"].items()}
        return {"multipliers": halved, "drawn": look.draw("luck")}


def test_multipliers_turn_the_weights_from_look_to_look():
    controller = Controller(Halving(), {"a": 1.0, "b": 3.0}, "first")
    assert controller.weights() == {"a": 1.0, "b": 3.0}
    controller.see({"a": 1.0, "b": 1.0}, 0.5)
    assert controller.weights() == {"a": 0.5, "b": 1.5}


def test_losses_that_are_not_finite_leave_everything_as_it_was():
    controller = Controller(Halving(), {"a": 1.0}, "first")
    before = controller.get_state()
    controller.see({"a": float("nan")}, 0.5)
    assert controller.get_state() == before


def test_draws_follow_seed_stage_and_look_alone():
    def drawn(seed, stage, looks):
        controller = Controller(Halving(seed=seed), {"a": 1.0}, stage)
        for _ in range(looks):
            controller.see({"a": 1.0}, 0.5)
        return controller.get_state()["state"]["drawn"]

    assert drawn(0, "first", 2) == drawn(0, "first", 2)
    others = {drawn(1, "first", 2), drawn(0, "second", 2), drawn(0, "first", 3)}
    assert len({drawn(0, "first", 2), *others}) == 4


def test_a_state_survives_json_and_goes_on_alike():
    def losses(look):
        return {"a": 1.0 / (1 + look), "b": 2.0}

    whole, first = (
        Controller(Relobralo(rho=0.5, seed=3), {"a": 1.0, "b": 0.1}, "s")
        for _ in range(2)
    )
    for look in range(8):
        whole.see(losses(look), look / 8)
    for look in range(3):
        first.see(losses(look), look / 8)
    second = Controller(Relobralo(rho=0.5, seed=3), {"a": 1.0, "b": 0.1}, "s")
    second.set_state(json.loads(json.dumps(first.get_state())))
    for look in range(3, 8):
        second.see(losses(look), look / 8)
    assert second.get_state() == whole.get_state()


def test_a_state_that_was_taken_does_not_change_later():
    controller = Controller(Relobralo(), {"a": 1.0, "b": 1.0}, "s")
    controller.see({"a": 1.0, "b": 2.0}, 0.1)
    state = controller.get_state()
    kept = json.dumps(state)
    controller.see({"a": 0.5, "b": 2.0}, 0.2)
    assert json.dumps(state) == kept


@pytest.mark.parametrize(
    "changes", [{"every": -1}, {"cap": 0.0}, {"cap": 1.5}], ids=str
)
def test_settings_that_make_no_sense_are_refused(changes):
    with pytest.raises(ValueError, match=r"every 0 or more steps.*cap=1.0 for no cap"):
        Balancer(**changes)
