"""Each mechanism against its closed form, and each control against its force."""

from dist_invention.domains.physics import mechanisms
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.rules import FRAME_SECONDS, simulate
from dist_invention.domains.physics.scenes import single_ball
import numpy as np
import pytest

TIME = FRAME_SECONDS * np.arange(60)


def under(name, parameters, law, position, velocity=(0.0, 0.0)):
    generator = np.random.Generator(np.random.Philox(key=[0, 0]))
    scenes = mechanisms.with_mechanism(
        single_ball(law, position, velocity), name, generator
    )
    scenes.parameters[:] = parameters
    return scenes


def test_a_magnetic_force_turns_the_velocity_at_constant_speed():
    law = Law(gravity=0.0, damping=1.0)
    scenes = under("magnetic", [1.5], law, (4.0, 3.0), (1.0, 0.0))
    velocity = simulate(scenes, 60, substeps=64).velocity[0, :, 0]
    angle = np.unwrap(np.arctan2(velocity[:, 1], velocity[:, 0]))
    assert np.allclose(angle, 1.5 * TIME, atol=1e-3)


def test_gravity_that_varies_in_time_integrates_to_its_cosine():
    law = Law(gravity=-2.0, damping=1.0)
    scenes = under("time_varying_gravity", [0.4, 1.0, 0.0], law, (4.0, 5.0))
    velocity = simulate(scenes, 60, substeps=64).velocity[0, :, 0, 1]
    turn = 2 * np.pi
    expected = -2.0 * (TIME + 0.4 * (1 - np.cos(turn * TIME)) / turn)
    assert np.allclose(velocity, expected, atol=2e-3)


def test_gravity_that_depends_on_height_falls_off_by_its_scale():
    law = Law(gravity=-3.0, damping=1.0)
    scenes = under("height_dependent_gravity", [1.0], law, (4.0, 4.0))
    velocity = simulate(scenes, 3, substeps=4).velocity[0, :, 0, 1]
    assert velocity[1] / FRAME_SECONDS == pytest.approx(-3.0 * np.exp(-4.0), rel=1e-2)


def test_a_rotating_frame_adds_centrifugal_and_coriolis_terms():
    law = Law(gravity=0.0, damping=1.0)
    scenes = under("rotating_frame", [0.5], law, (5.0, 3.0), (0.0, 2.0))
    change = np.diff(simulate(scenes, 2, substeps=64).velocity[0, :, 0], axis=0)[0]
    expected = [0.5**2 * 1.0 + 2 * 0.5 * 2.0, 0.0]
    assert np.allclose(change / FRAME_SECONDS, expected, atol=0.05)


def test_springs_keep_the_momentum():
    law = Law(gravity=0.0, damping=1.0)
    scenes = under("springs", [4.0, 1.0], law, (3.0, 3.0))
    scenes.position[0, 1], scenes.radius[0, 1] = (5.0, 3.5), 0.2
    scenes.mass[0, 1], scenes.present[0, 1] = 2.0, 1.0
    run = simulate(scenes, 40)
    momentum = (run.velocity[0] * scenes.mass[0, :, None]).sum(axis=1)
    assert np.abs(run.velocity[0, -1]).max() > 0.1
    assert np.abs(momentum).max() < 1e-12


def test_the_control_has_the_mean_force_of_the_mechanism():
    law = Law(gravity=-4.0, damping=1.0)
    scenes = under("height_dependent_gravity", [1.0], law, (4.0, 1.5))
    run = simulate(scenes, 60)
    control = mechanisms.matched_control(
        scenes, run.position, run.velocity, FRAME_SECONDS
    )
    height = run.position[0, :, 0, 1]
    assert control.mechanism == ""
    assert control.law[0, 0] == pytest.approx(-4.0 * np.exp(-height).mean())
    assert np.array_equal(control.position, scenes.position)


def test_unknown_mechanisms_and_missing_ones_are_refused():
    scene = single_ball(Law(), (4.0, 3.0))
    with pytest.raises(ValueError, match="Received: 'wind'"):
        mechanisms.with_mechanism(scene, "wind", np.random.default_rng(0))
    with pytest.raises(ValueError, match="Expected scenes with a mechanism"):
        mechanisms.matched_control(scene, np.zeros(1), np.zeros(1), FRAME_SECONDS)
