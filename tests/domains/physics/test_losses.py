from dist_invention.domains.physics.data import random_worlds
from dist_invention.domains.physics.losses import (
    EnergyError,
    MomentumError,
    PositionError,
    VelocityError,
)
from dist_invention.domains.physics.windows import INPUTS, TARGETS
from keras import ops
import numpy as np
import pytest

TERMS = [
    PositionError(2.0),
    VelocityError(1.5),
    EnergyError(10.0),
    MomentumError(2.0),
]


@pytest.fixture(scope="module")
def batch():
    generator = np.random.Generator(np.random.Philox(key=[7, 3]))
    arrays = random_worlds(generator, 32, horizon=20)
    return tuple({name: arrays[name] for name in names} for names in (INPUTS, TARGETS))


def values(term, inputs, targets, outputs):
    return ops.convert_to_numpy(term(inputs, targets, outputs))


def states(targets, **changed):
    return {name: targets[name] for name in ("position", "velocity")} | changed


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_true_trajectories_cost_nothing(term, batch):
    inputs, targets = batch
    cost = values(term, inputs, targets, states(targets))
    assert cost.shape == (32,)
    assert cost == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_wrong_trajectories_cost_something_in_every_sample(term, batch):
    inputs, targets = batch
    ramp = np.arange(20, dtype="float32")[None, :, None, None]
    wrong = {name: targets[name] + 0.3 + 0.1 * ramp for name in states(targets)}
    cost = values(term, inputs, targets, wrong)
    free = (targets["contact"].max(axis=2) == 0).any(axis=1)
    assert np.isfinite(cost).all()
    assert (cost[free] > 0).all()


def test_squared_errors_are_counted_over_present_balls_and_scaled(batch):
    inputs, targets = batch
    present = inputs["present"][:, None, :, None]
    off = states(
        targets,
        position=targets["position"] + 3.0 * present + 99.0 * (1 - present),
    )
    assert values(TERMS[0], inputs, targets, off) == pytest.approx(9.0 / 4.0, rel=1e-4)
    assert values(TERMS[1], inputs, targets, off) == pytest.approx(0.0, abs=1e-9)


def test_energy_error_of_a_lifted_ball_is_its_weight_times_height(batch):
    inputs, targets = batch
    lifted = states(targets, position=targets["position"] + np.float32([0.0, 0.5]))
    weight = -(inputs["mass"].sum(axis=1) * inputs["law"][:, 0])
    expected = (weight * 0.5 / 10.0) ** 2
    cost = values(TERMS[2], inputs, targets, lifted)
    assert cost == pytest.approx(expected, rel=1e-3)


def test_momentum_error_ignores_frames_with_a_true_contact(batch):
    inputs, targets = batch
    kicked = targets["velocity"].copy()
    kicked[:, 10:, 0, 0] += 1.0  # ball 0 is always there; one impulse in frame 10
    everywhere = {**targets, "contact": np.ones_like(targets["contact"])}
    nowhere = {**targets, "contact": np.zeros_like(targets["contact"])}
    outputs = states(targets, velocity=kicked)
    assert not values(TERMS[3], inputs, everywhere, outputs).any()
    force = 60.0 * inputs["mass"][:, 0] / 2.0
    cost = values(TERMS[3], inputs, nowhere, outputs)
    assert cost == pytest.approx(force / 20, rel=0.1)


def test_vertical_motion_has_no_horizontal_momentum(batch):
    inputs, targets = batch
    lifted = states(targets, velocity=targets["velocity"] + np.float32([0.0, 2.0]))
    assert not values(TERMS[3], inputs, targets, lifted).any()
