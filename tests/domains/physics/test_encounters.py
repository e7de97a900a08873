from dist_invention.domains.physics.encounters import (
    FRAME,
    find_encounters,
    impulse_shares,
    possible_partners,
    relative_to_partners,
)
from keras import ops
import numpy as np
import pytest


def meet(position, velocity, end_velocity=None):
    """Two balls of radius 0.1 m and 0.2 m in one scene."""
    position = np.array([position], "float32")
    velocity = np.array([velocity], "float32")
    end = velocity if end_velocity is None else np.array([end_velocity], "float32")
    radius = np.array([[0.1, 0.2]], "float32")
    found = find_encounters(position, velocity, end, radius)
    return {
        name: ops.convert_to_numpy(value)[0] for name, value in found._asdict().items()
    }


def test_ball_meets_the_floor_when_its_gap_is_used_up():
    found = meet([[4.0, 0.1 + 0.01], [6.0, 3.0]], [[1.0, -1.2], [0.0, 0.0]])
    floor = 2
    assert found["normal"][0, floor] == pytest.approx([0.0, 1.0])
    assert found["clearance"][0, floor] == pytest.approx(0.01 - 1.2 * FRAME, abs=1e-6)
    assert found["left"][0, floor] == pytest.approx(FRAME - 0.01 / 1.2, abs=1e-6)
    assert found["closing"][0, floor] == pytest.approx(1.2)
    assert found["slide"][0, floor] == pytest.approx([1.0, 0.0], abs=1e-6)


def test_two_balls_touch_where_their_surfaces_meet():
    found = meet([[4.0, 3.0], [4.32, 3.0]], [[3.0, 0.0], [0.0, 0.0]])
    partner = 4 + 1
    assert found["normal"][0, partner] == pytest.approx([-1.0, 0.0], abs=1e-4)
    assert FRAME - found["left"][0, partner] == pytest.approx(0.02 / 3.0, rel=1e-2)
    assert found["closing"][0, partner] == pytest.approx(3.0, rel=1e-3)
    assert found["clearance"][0, partner] < 0


def test_balls_that_pass_each_other_stay_clear():
    found = meet([[4.0, 3.0], [4.1, 3.5]], [[6.0, 0.0], [-6.0, 0.0]])
    assert found["clearance"][0, 5] == pytest.approx(0.2, abs=1e-3)


def test_shares_follow_mass_and_presence():
    mass = np.array([[1.0, 3.0, 0.0]], "float32")
    present = np.array([[1.0, 1.0, 0.0]], "float32")
    share = ops.convert_to_numpy(impulse_shares(mass, present))[0]
    assert share[0] == pytest.approx([1, 1, 1, 1, 0, 0.75, 0])
    assert share[1] == pytest.approx([1, 1, 1, 1, 0.25, 0, 0])
    assert not share[2].any()
    assert not ops.convert_to_numpy(possible_partners(present))[0, :, 6].any()


def test_relative_velocity_is_own_at_walls_and_opposite_between_balls():
    velocity = np.array([[[1.0, 2.0], [3.0, 5.0]]], "float32")
    relative = ops.convert_to_numpy(relative_to_partners(velocity))[0]
    assert relative[0, 0] == pytest.approx([1.0, 2.0])
    assert relative[0, 5] == pytest.approx(-relative[1, 4])
