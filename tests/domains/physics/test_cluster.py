"""Contacts that share balls come to rest together."""

from dist_invention.domains.physics import cluster
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.rules import simulate
from dist_invention.domains.physics.scenes import single_ball
import numpy as np


def tower(law, count=2, radius=0.25):
    """Balls standing on each other in the middle of the floor."""
    scene = single_ball(law, (4.0, radius), radius=radius)
    for slot in range(count):
        scene.position[0, slot] = 4.0, radius * (2 * slot + 1)
        scene.radius[0, slot], scene.mass[0, slot] = radius, 1.0
        scene.present[0, slot] = 1.0
    return scene


def test_a_tower_stands():
    scene = tower(Law(elasticity=0.3, friction=0.8), count=3)
    run = simulate(scene, 240)
    assert np.abs(run.position[0] - run.position[0, :1]).max() < 0.01
    assert np.abs(run.velocity[0, 200:]).max() < 1e-3


def test_a_ball_thrown_into_a_corner_comes_out_of_it():
    law = Law(gravity=-1e-3, friction=0.0, elasticity=1.0, damping=1.0)
    run = simulate(single_ball(law, (7.0, 1.0), (2.0, -2.0), radius=0.2), 120)
    assert np.allclose(run.velocity[0, -1, 0], [-2.0, 2.0], atol=0.01)


def test_the_pairs_of_one_scene_take_turns_in_their_order():
    """The turns are what keeps a ball from being answered twice in one step."""
    turns = cluster._turns(np.array([2, 0, 2, 5, 2, 0]))
    assert [turn.tolist() for turn in turns] == [[1, 0, 3], [5, 2], [4]]


def test_more_iterations_change_little(monkeypatch):
    scene = tower(Law(elasticity=0.3, friction=0.8), count=3)
    few = simulate(scene, 60).position
    monkeypatch.setattr(cluster, "ITERATIONS", 200)
    assert np.abs(simulate(scene, 60).position - few).max() < 5e-3
