"""ReLoBRaLo against its own formulas, written out by hand."""

from dist_invention.curriculum.balancing import Controller, Look
from dist_invention.curriculum.relobralo import Relobralo
import numpy as np
import pytest

FIRST = {"a": 4.0, "b": 1.0}
SECOND = {"a": 2.0, "b": 1.0}
THIRD = {"a": 1.0, "b": 0.25}


def balance(now, then, temperature=1.0):
    power = {n: np.exp(now[n] / (temperature * then[n])) for n in now}
    return {n: len(now) * p / sum(power.values()) for n, p in power.items()}


def after(balancer, *rows, draw=0.0):
    state = balancer.first(["a", "b"])
    for row in rows:
        state = balancer.update(state, Look(row, 0.0, lambda name: draw))
    return state["multipliers"]


def test_the_first_look_changes_nothing():
    assert after(Relobralo(), FIRST) == {"a": 1.0, "b": 1.0}


def test_without_history_it_is_the_balance_against_the_last_losses():
    found = after(Relobralo(alpha=0.0), FIRST, SECOND)
    assert found == pytest.approx(balance(SECOND, FIRST))
    found = after(Relobralo(alpha=0.0), FIRST, SECOND, THIRD)
    assert found == pytest.approx(balance(THIRD, SECOND))


def test_history_is_the_last_multiplier():
    alpha = 0.75
    one = {n: alpha + (1 - alpha) * m for n, m in balance(SECOND, FIRST).items()}
    two = balance(THIRD, SECOND)
    wanted = {n: alpha * one[n] + (1 - alpha) * two[n] for n in one}
    assert after(Relobralo(alpha=alpha, rho=1.0), FIRST, SECOND, THIRD) == (
        pytest.approx(wanted)
    )


def test_a_look_back_goes_to_the_first_losses():
    alpha = 0.75
    back, step = balance(THIRD, FIRST), balance(THIRD, SECOND)
    wanted = {n: alpha * back[n] + (1 - alpha) * step[n] for n in back}
    found = after(Relobralo(alpha=alpha, rho=0.0), FIRST, SECOND, THIRD, draw=0.5)
    assert found == pytest.approx(wanted)


def test_multipliers_always_sum_to_the_number_of_terms():
    controller = Controller(Relobralo(rho=0.5), {"a": 1.0, "b": 1.0, "c": 1.0}, "s")
    generator = np.random.Generator(np.random.Philox(key=[0, 0]))
    for _ in range(30):
        losses = dict(zip("abc", generator.exponential(size=3), strict=True))
        controller.see(losses, 0.5)
        multipliers = controller.get_state()["state"]["multipliers"]
        assert sum(multipliers.values()) == pytest.approx(3.0)


def test_the_term_that_falls_least_counts_most_and_units_do_not_matter():
    found = after(Relobralo(alpha=0.0), FIRST, SECOND)
    assert found["b"] > found["a"]
    scaled = [{n: 1e6 * v for n, v in row.items()} for row in (FIRST, SECOND)]
    assert after(Relobralo(alpha=0.0), *scaled) == pytest.approx(found)


def test_a_high_temperature_makes_all_alike():
    found = after(Relobralo(alpha=0.0, temperature=1e6), FIRST, SECOND)
    assert found == pytest.approx({"a": 1.0, "b": 1.0}, abs=1e-5)


def test_a_term_that_is_exactly_zero_does_no_harm():
    found = after(Relobralo(alpha=0.0), {"a": 0.0, "b": 1.0}, {"a": 0.0, "b": 1.0})
    assert all(np.isfinite(list(found.values())))
    found = after(Relobralo(alpha=0.0), {"a": 0.0, "b": 1.0}, {"a": 1.0, "b": 1.0})
    assert found == pytest.approx({"a": 2.0, "b": 0.0})


def test_looks_back_are_as_rare_as_asked():
    controller = Controller(Relobralo(alpha=0.5, rho=0.9), {"a": 1.0, "b": 1.0}, "s")
    drawn = []
    for look in range(400):
        controller._looks = look
        drawn.append(controller._draw("lookback") >= 0.9)
    assert 0.06 < np.mean(drawn) < 0.14


@pytest.mark.parametrize(
    "changes", [{"alpha": 1.0}, {"alpha": -0.1}, {"rho": 1.1}, {"temperature": 0.0}]
)
def test_settings_out_of_range_are_refused(changes):
    with pytest.raises(ValueError, match=r"alpha in \[0, 1\).*within these ranges"):
        Relobralo(**changes)
