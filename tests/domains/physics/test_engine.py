"""A scene sleeps only when nothing in it will move again."""

from dist_invention.domains.physics.engine import Chunk
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.mechanisms import with_mechanism
from dist_invention.domains.physics.rules import simulate
from dist_invention.domains.physics.scenes import join, single_ball
import numpy as np

STILL, FLYING = (2.0, 0.2), (4.0, 4.0)


def frame(chunk):
    before = chunk.q.copy()
    chunk.advance()
    return before


def test_a_scene_at_rest_is_dropped_and_a_moving_one_is_not():
    law = Law(elasticity=0.2, friction=0.5)
    chunk = Chunk(join([single_ball(law, STILL), single_ball(law, FLYING)]), 4)
    for _ in range(3):
        before = frame(chunk)
    chunk.sleep(before)
    assert chunk.number.tolist() == [1]


def test_a_ball_at_its_highest_point_does_not_sleep():
    law = Law(gravity=-1e-6, damping=1.0)
    chunk = Chunk(single_ball(law, FLYING), 4)
    before = frame(chunk)
    chunk.sleep(before)
    assert chunk.number.tolist() == [0]


def test_no_scene_sleeps_under_a_mechanism():
    law = Law(elasticity=0.2, friction=0.5)
    generator = np.random.Generator(np.random.Philox(key=[0, 0]))
    scenes = single_ball(law, STILL)
    chunk = Chunk(with_mechanism(scenes, "time_varying_gravity", generator), 4)
    before = frame(chunk)
    chunk.sleep(before)
    assert chunk.number.tolist() == [0]


def test_sleeping_scenes_are_recorded_to_the_end():
    law = Law(elasticity=0.2, friction=0.5)
    run = simulate(join([single_ball(law, STILL), single_ball(law, FLYING)]), 120)
    assert np.abs(run.position[0, :, 0] - STILL).max() < 2e-3
    assert run.contact[0, 1:, 0].all()


def test_a_fast_ball_does_not_pass_through_another():
    law = Law(gravity=0.0, elasticity=1.0, damping=1.0)
    scene = single_ball(law, (1.0, 3.0), (12.0, 0.0), radius=0.1)
    scene.position[0, 1], scene.radius[0, 1] = (6.0, 3.0), 0.1
    scene.mass[0, 1], scene.present[0, 1] = 1.0, 1.0
    run = simulate(scene, 40)
    assert np.allclose(run.velocity[0, 30, :2, 0], [0.0, 12.0], atol=1e-9)
