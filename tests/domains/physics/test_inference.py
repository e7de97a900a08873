from dist_invention.domains.physics.inference import ContextLaw, GivenLaw
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.rules import simulate
from dist_invention.domains.physics.scenes import single_ball
from keras import ops
import numpy as np
import pytest


def context(law, position, velocity, start=0):
    """Ten frames of one ball among four slots."""
    scenes = single_ball(law, position, velocity)
    run = simulate(scenes, start + 10)
    arrays = {
        "context_position": run.position[:, start:],
        "context_velocity": run.velocity[:, start:],
        "radius": scenes.radius,
        "present": scenes.present,
    }
    return {name: values.astype("float32") for name, values in arrays.items()}


@pytest.mark.parametrize("gravity", [-0.5, -5.0, -20.0])
def test_free_flight_shows_gravity_and_drag_also_outside_the_training_range(gravity):
    law = Law(gravity=gravity, damping=0.8)
    layer = ContextLaw()
    layer.build(None)
    layer.log_strength.assign(np.full(4, -14.0, "float32"))  # hardly any prior
    seen = ops.convert_to_numpy(layer(context(law, (4.0, 4.0), (2.0, 1.0))))[0]
    assert seen[0] == pytest.approx(gravity, rel=0.01)
    assert seen[1] == pytest.approx(np.log(0.8), rel=0.05)


def test_a_bounce_in_the_context_shows_the_restitution():
    estimates = []
    for elasticity in (0.3, 0.6, 0.9):
        law = Law(gravity=-9.8, elasticity=elasticity)
        inputs = context(law, (4.0, 0.5), (0.0, -3.0), start=2)
        layer = ContextLaw()
        layer.build(None)
        layer.log_strength.assign(np.full(4, -8.0, "float32"))
        estimates.append(float(layer(inputs)[0, 2]))
    assert estimates == sorted(estimates)
    assert estimates[2] - estimates[0] > 0.2


def test_an_empty_context_falls_back_to_the_prior():
    inputs = context(Law(), (4.0, 3.0), (0.0, 0.0))
    empty = {name: np.zeros_like(values) for name, values in inputs.items()}
    layer = ContextLaw()
    law = ops.convert_to_numpy(layer(empty))[0]
    prior = ops.convert_to_numpy(layer.prior)
    assert law == pytest.approx(prior * [10.0, 1.0, 1.0, 1.0], rel=1e-4)


def test_the_given_law_is_scaled_and_raised_to_powers():
    layer = GivenLaw()
    law = np.array([[-9.8, 0.4, 0.8, 0.9]], "float32")
    layer({"law": law})
    layer.power.assign([2.0, 2.0])
    effective = ops.convert_to_numpy(layer({"law": law}))[0]
    assert effective == pytest.approx([-9.8, np.log(0.9), 0.64, 0.16], rel=1e-4)
