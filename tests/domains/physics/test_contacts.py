"""One contact alone has a closed form."""

from dist_invention.domains.physics.contacts import PairContacts, WallContacts
import numpy as np

LIMIT = np.array([3.8, 2.8])


def floor_contact(speed):
    offset = np.array([1.0, -2.85])
    return WallContacts(np.array([1]), offset, speed, LIMIT)


def test_a_wall_gives_back_the_restitution_of_the_speed_before_gravity():
    before = np.array([0.3, -0.2])
    contact = floor_contact(before)
    after = before + np.array([0.0, -0.05])
    contact.bounce(after, np.array([0.5]), np.array([0.0]))
    assert np.allclose(after, [0.3, 0.1])


def test_friction_takes_at_most_its_share_of_the_impulse():
    before = np.array([0.3, -0.2])
    rough, sticky = before.copy(), before.copy()
    floor_contact(before).bounce(rough, np.array([0.0]), np.array([0.5]))
    floor_contact(before).bounce(sticky, np.array([0.0]), np.array([9.0]))
    assert np.allclose(rough, [0.2, 0.0])
    assert np.allclose(sticky, [0.0, 0.0])


def test_a_ball_that_leaves_the_wall_is_left_alone():
    before = np.array([0.3, 0.2])
    after = before.copy()
    floor_contact(before).bounce(after, np.array([0.5]), np.array([0.5]))
    assert np.array_equal(after, before)


def test_deep_overlaps_are_pushed_inwards_and_shallow_ones_are_not():
    contact = floor_contact(np.zeros(2))
    coordinates, moves = contact.push_apart(0.1, slop=0.01)
    assert coordinates.tolist() == [1]
    assert np.allclose(moves, [0.1 * (0.05 - 0.01)])
    assert not len(contact.push_apart(0.1, slop=0.06)[0])


def test_a_pair_exchanges_momentum_along_its_normal_only():
    speed = np.array([1 + 1j, 0j])
    light = np.array([1.0, 0.5])
    pair = PairContacts(
        np.array([0]), np.array([1]), np.array([0.3 + 0j]), np.array([0.4]), speed
    )
    after = speed.copy()
    pair.bounce(after, np.array([1.0, 1.0]), np.zeros(2), light)
    assert np.allclose(after, [-1 / 3 + 1j, 2 / 3])


def test_pushing_a_pair_apart_moves_the_lighter_ball_more():
    pair = PairContacts(
        np.array([0]), np.array([1]), np.array([0.3 + 0j]), np.array([0.4]), np.zeros(2)
    )
    balls, moves = pair.push_apart(0.1, 0.0, np.array([2.0, 1.0]))
    assert balls.tolist() == [0, 1]
    assert np.allclose(moves, [-0.1 * 0.1 * 2 / 3, 0.1 * 0.1 / 3])
    assert not len(pair.push_apart(0.1, 0.2, np.array([2.0, 1.0]))[0])


def test_two_balls_on_one_spot_are_parted_along_a_fixed_direction():
    pair = PairContacts(
        np.array([0]), np.array([1]), np.array([0j]), np.array([0.4]), np.zeros(2)
    )
    assert pair.normal.tolist() == [1.0]
