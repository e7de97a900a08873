from dist_invention.domains.physics.data import random_worlds
from dist_invention.domains.physics.raw_rows import clock, pack, unpack
from keras import ops
import numpy as np
import pytest


@pytest.fixture(scope="module")
def inputs():
    generator = np.random.Generator(np.random.Philox(key=[7, 1]))
    return random_worlds(generator, 4, num_balls=(3, 3), horizon=2)


def test_the_columns_are_time_then_eight_numbers_a_ball(inputs):
    rows = ops.convert_to_numpy(pack(inputs))
    assert rows.shape == (4, 10, 25)
    assert rows[0, :, 0] == pytest.approx(np.arange(10) / 60)
    second = rows[:, :, 9:17]
    assert (second[..., :2] == inputs["context_position"][:, :, 1]).all()
    assert (second[..., 2:4] == inputs["context_velocity"][:, :, 1]).all()
    mass, height = inputs["mass"][:, None, 1], second[..., 1]
    assert (second[..., 4] == mass).all()
    assert (second[..., 5] == inputs["radius"][:, None, 1]).all()
    kinetic = 0.5 * mass * (second[..., 2:4] ** 2).sum(-1)
    assert second[..., 6] == pytest.approx(kinetic, rel=1e-5)
    potential = -mass * inputs["law"][:, None, 0] * height
    assert second[..., 7] == pytest.approx(potential, rel=1e-5)


def test_unpacking_gives_back_the_states(inputs):
    states = unpack(pack(inputs), slots=4)
    position = ops.convert_to_numpy(states["position"])
    velocity = ops.convert_to_numpy(states["velocity"])
    assert (position == inputs["context_position"]).all()
    assert (velocity == inputs["context_velocity"]).all()
    assert unpack(pack(inputs))["position"].shape[2] == 3


def test_the_clock_counts_frames_of_a_sixtieth():
    assert clock(10)[0, 0] == pytest.approx(10 / 60)
    assert not clock(10)[:, 1:].any()
