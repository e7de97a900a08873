"""The simulator against closed forms, against pymunk, and against itself."""

from dist_invention.domains.physics.contacts import SLOP
from dist_invention.domains.physics.engine import KEPT_OVERLAP
from dist_invention.domains.physics.laws import REGIMES, Law, sample_laws
from dist_invention.domains.physics.rules import (
    FRAME_SECONDS,
    SUBSTEPS,
    energy,
    simulate,
)
from dist_invention.domains.physics.scenes import (
    SLOTS,
    Scenes,
    ball_counts,
    join,
    single_ball,
    spawn,
)
import numpy as np
import pymunk
import pytest

TIME = FRAME_SECONDS * np.arange(61)


def random_scenes(n, num_balls=(1, 4), band="train", seed=5):
    generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
    counts = ball_counts(generator, n, num_balls)
    return spawn(generator, counts, sample_laws(generator, n, band))[0]


def two_balls(law, left, right, mass):
    """Two balls of radius 0.2 m on one height with these speeds along x."""
    scene = single_ball(law, (3.0, 3.0), (left, 0.0), mass=mass[0])
    scene.position[0, 1], scene.velocity[0, 1] = (5.0, 3.0), (right, 0.0)
    scene.radius[0, 1], scene.mass[0, 1], scene.present[0, 1] = 0.2, mass[1], 1.0
    return scene


def pymunk_record(scenes, row, frames, substeps):
    space = pymunk.Space()
    gravity, friction, elasticity, damping = scenes.law[row]
    space.gravity, space.damping = (0.0, gravity), damping
    space.collision_slop, space.collision_bias = SLOP, KEPT_OVERLAP
    corners = [(-1, -1), (9, -1), (9, 7), (-1, 7)]
    shapes = [
        pymunk.Segment(space.static_body, corners[k - 1], corners[k], 1.0)
        for k in range(4)
    ]
    bodies = []
    for slot in np.flatnonzero(scenes.present[row]):
        body = pymunk.Body(scenes.mass[row, slot], float("inf"))
        body.position = tuple(scenes.position[row, slot])
        body.velocity = tuple(scenes.velocity[row, slot])
        bodies.append(body)
        shapes.append(pymunk.Circle(body, scenes.radius[row, slot]))
    for shape in shapes:
        shape.friction, shape.elasticity = friction, elasticity
    space.add(*bodies, *shapes)
    record = np.zeros((frames, SLOTS, 2))
    for frame in range(frames):
        for slot, body in enumerate(bodies):
            record[frame, slot] = body.position
        for _ in range(substeps):
            space.step(FRAME_SECONDS / substeps)
    return record


def test_free_fall_follows_the_parabola():
    law = Law(gravity=-9.81, damping=1.0)
    run = simulate(single_ball(law, (2.0, 5.5), (1.0, 0.5)), 55, substeps=64)
    time = TIME[:55]
    x, y = run.position[0, :, 0].T
    assert np.allclose(x, 2.0 + time, atol=1e-12)
    assert np.allclose(y, 5.5 + 0.5 * time - 9.81 * time**2 / 2, atol=2e-3)
    assert np.allclose(run.velocity[0, :, 0, 1], 0.5 - 9.81 * time, atol=1e-10)
    assert not run.contact.any()


def test_damped_fall_follows_its_closed_form():
    law = Law(gravity=-5.0, damping=0.6)
    run = simulate(single_ball(law, (2.0, 5.0), (1.5, 1.0)), 61, substeps=256)
    rate = -np.log(0.6)
    terminal = -5.0 / rate
    expected = terminal + (1.0 - terminal) * np.exp(-rate * TIME)
    assert np.allclose(run.velocity[0, :, 0, 1], expected, atol=5e-3)
    assert np.allclose(run.velocity[0, :, 0, 0], 1.5 * 0.6**TIME, atol=1e-9)


@pytest.mark.parametrize("elasticity", [0.6, 0.8, 0.95])
def test_bounce_heights_shrink_by_the_square_of_the_restitution(elasticity):
    law = Law(gravity=-9.81, elasticity=elasticity, damping=1.0)
    run = simulate(single_ball(law, (4.0, 2.2), radius=0.2), 150, substeps=64)
    height = run.position[0, :, 0, 1] - 0.2
    touch = int(run.contact[0, :, 0].argmax())
    peak = height[touch:][: 2 * touch].max()
    assert peak / 2.0 == pytest.approx(law.restitution**2, rel=0.02)


@pytest.mark.parametrize("mass", [(1.0, 1.0), (0.5, 2.0)])
def test_elastic_collision_exchanges_speeds_as_in_the_textbook(mass):
    law = Law(gravity=0.0, elasticity=1.0, damping=1.0)
    run = simulate(two_balls(law, 2.0, -1.0, mass), 60)
    a, b = mass
    expected = [
        ((a - b) * 2.0 + 2 * b * -1.0) / (a + b),
        ((b - a) * -1.0 + 2 * a * 2.0) / (a + b),
    ]
    assert np.allclose(run.velocity[0, -1, :2, 0], expected, atol=1e-12)


def test_inelastic_collision_keeps_momentum_and_loses_by_the_restitution():
    law = Law(gravity=0.0, elasticity=0.7, damping=1.0)
    run = simulate(two_balls(law, 2.0, -1.0, (1.0, 2.0)), 60)
    left, right = run.velocity[0, -1, :2, 0]
    assert left + 2 * right == pytest.approx(0.0, abs=1e-12)
    assert right - left == pytest.approx(3.0 * law.restitution)


def test_elastic_walls_keep_the_energy():
    law = Law(gravity=0.0, friction=0.0, elasticity=1.0, damping=1.0)
    scene = single_ball(law, (4.0, 3.0), (3.0, 2.0))
    run = simulate(scene, 300)
    joules = energy(scene, run.position, run.velocity)
    assert run.contact.any()
    assert np.allclose(joules, joules[0, 0], atol=1e-12)


def test_energy_under_gravity_drifts_less_with_more_substeps():
    law = Law(gravity=-9.81, friction=0.0, elasticity=1.0, damping=1.0)
    scene = single_ball(law, (4.0, 3.0), (1.0, 0.0))
    drift = []
    for substeps in (4, 32):
        run = simulate(scene, 200, substeps)
        joules = energy(scene, run.position, run.velocity)
        drift.append(np.abs(joules - joules[0, 0]).max() / joules[0, 0])
    assert drift[1] < 0.25 * drift[0] < 0.1


def test_friction_stops_a_sliding_ball_at_the_rate_of_the_law():
    law = Law(gravity=-10.0, friction=0.5, elasticity=0.0, damping=1.0)
    run = simulate(single_ball(law, (2.0, 0.2), (2.0, 0.0), radius=0.2), 61)
    expected = np.maximum(2.0 - 0.25 * 10.0 * TIME, 0.0)
    assert np.allclose(run.velocity[0, :, 0, 0], expected, atol=0.02)


def test_a_resting_ball_stays_and_keeps_touching():
    law = Law(elasticity=0.5, friction=0.5)
    run = simulate(single_ball(law, (4.0, 1.0)), 300)
    tail = run.position[0, 250:, 0]
    assert np.ptp(tail, axis=0).max() < 1e-6
    assert run.contact[0, 250:, 0].all()


@pytest.mark.parametrize("substeps", [1, 4])
def test_one_ball_moves_as_in_pymunk_through_flight_and_walls(substeps):
    parts = [random_scenes(8, (1, 1)), random_scenes(8, (1, 1), "far")]
    calm = [part.take(part.law[:, 2] < 0.95) for part in parts]
    scenes = join([*calm, *(one_moon(name) for name in ("moon", "jupiter"))])
    run = simulate(scenes, 200, substeps)
    assert run.contact.any(axis=(1, 2)).all()
    for row in range(len(scenes)):
        theirs = pymunk_record(scenes, row, 200, substeps)
        assert np.abs(run.position[row] - theirs).max() < 1e-7


def one_moon(name):
    return single_ball(REGIMES[name], (2.0, 4.0), (1.5, 0.5))


def test_most_scenes_with_pairs_agree_with_pymunk_after_two_seconds():
    scenes = random_scenes(40, (2, 4))
    run = simulate(scenes, 120)
    gaps = [
        np.abs(run.position[row] - pymunk_record(scenes, row, 120, SUBSTEPS)).max()
        for row in range(len(scenes))
    ]
    assert np.median(gaps) < 1e-10
    assert np.mean(np.array(gaps) < 1e-3) > 0.8


def test_a_scene_moves_the_same_in_any_company_to_the_bit():
    scenes = random_scenes(60)
    together = simulate(scenes, 200)
    order = np.arange(60)[::-1][::3]
    apart = simulate(scenes.take(order), 200)
    for name in ("position", "velocity", "contact"):
        assert np.array_equal(getattr(together, name)[order], getattr(apart, name))


def test_windows_are_the_same_frames_as_the_whole_recording():
    scenes = random_scenes(30)
    start = np.arange(30) * 3
    whole, part = simulate(scenes, 130), simulate(scenes, 40, start=start)
    for row in range(30):
        frames = slice(start[row], start[row] + 40)
        assert np.array_equal(part.position[row], whole.position[row, frames])
        assert np.array_equal(part.contact[row], whole.contact[row, frames])


def test_balls_stay_in_the_box_and_empty_slots_stay_empty():
    scenes = random_scenes(100)
    run = simulate(scenes, 300)
    there = scenes.present > 0
    centres = run.position[there.nonzero()[0], :, there.nonzero()[1]]
    assert (centres > -0.05).all()
    assert (centres < [8.05, 6.05]).all()
    empty = run.position[(~there).nonzero()[0], :, (~there).nonzero()[1]]
    assert not empty.any()


def test_a_ball_may_stand_in_any_slot():
    law = Law()
    first = single_ball(law, (2.0, 3.0), (1.0, 0.0))
    swapped = Scenes(
        **{
            name: getattr(first, name)[:, ::-1].copy()
            for name in ("position", "velocity", "radius", "mass", "present")
        },
        law=first.law,
    )
    ours, other = simulate(first, 100), simulate(swapped, 100)
    assert np.array_equal(ours.position[:, :, 0], other.position[:, :, 3])


def test_impossible_requests_are_refused():
    with pytest.raises(ValueError, match="Received: frames=0"):
        simulate(random_scenes(4), 0)
    with pytest.raises(ValueError, match=r"start of shape \(2,\) for 4 scenes"):
        simulate(random_scenes(4), 3, start=np.zeros(2, int))
