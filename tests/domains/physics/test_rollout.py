from dist_invention.domains.physics.encounters import impulse_shares
from dist_invention.domains.physics.rollout import FrameStep, Rollout
import keras
import numpy as np
import pytest

EFFECTIVE = np.array([[-9.8, -0.1, 0.6, 0.3]], "float32")


def scene(position, velocity, mass=(1.0, 2.0), present=(1.0, 1.0)):
    frames = np.ones((1, 10, 1, 1), "float32")
    return {
        "context_position": np.array([position], "float32")[:, None] * frames,
        "context_velocity": np.array([velocity], "float32")[:, None] * frames,
        "mass": np.array([mass], "float32"),
        "radius": np.array([[0.2, 0.2]], "float32"),
        "present": np.array([present], "float32"),
    }


@pytest.fixture(scope="module")
def roll():
    """Compiled once for all tests: 120 frames of two balls."""
    inputs = {
        "context_position": keras.Input((10, 2, 2), name="context_position"),
        "context_velocity": keras.Input((10, 2, 2), name="context_velocity"),
        **{k: keras.Input((2,), name=k) for k in ("mass", "radius", "present")},
    }
    law = keras.Input((4,), name="law")
    outputs = Rollout(120)(inputs, law)
    model = keras.Model({**inputs, "law": law}, outputs)

    def roll(inputs, horizon=120, law=EFFECTIVE):
        outputs = model.predict({**inputs, "law": law}, verbose=0)
        return {name: values[:, :horizon] for name, values in outputs.items()}

    return roll


def test_free_flight_follows_gravity_and_drag(roll):
    out = roll(scene([[2, 4], [6, 4]], [[1, 0], [0, 0]]), 30)
    seconds = 0.5
    slow = np.exp(-0.1 * seconds)
    assert out["velocity"][0, -1, 0, 0] == pytest.approx(slow, rel=1e-4)
    fall = -9.8 * (1 - slow) / 0.1
    assert out["velocity"][0, -1, 1, 1] == pytest.approx(fall, rel=1e-2)
    assert out["position"][0, -1, 1, 1] == pytest.approx(4 - 9.8 / 8, abs=0.05)


def test_a_ball_bounces_and_comes_to_rest_on_the_floor(roll):
    out = roll(scene([[2, 0.5], [6, 0.2]], [[0, -1.3], [0, 0]]))
    height = out["position"][0, :, 0, 1]
    assert height.min() > 0.2 - 0.02
    assert out["velocity"][0, :, 0, 1].max() > 0.7
    assert height[-20:] == pytest.approx(0.2, abs=0.02)
    assert out["position"][0, :, 1, 1] == pytest.approx(0.2, abs=0.01)


def test_two_balls_keep_their_momentum_when_they_collide(roll):
    law = np.array([[0.0, 0.0, 0.8, 0.3]], "float32")
    inputs = scene([[3, 3], [3.6, 3.1]], [[2, 0], [0, 0]])
    out = roll(inputs, 20, law)
    momentum = (out["velocity"][0] * [[[1.0], [2.0]]]).sum(axis=1)
    assert momentum == pytest.approx(np.tile([2.0, 0.0], (20, 1)), abs=1e-4)
    assert out["velocity"][0, -1, 1, 0] > 0.5


def test_absent_balls_stay_zero_and_touch_nobody(roll):
    alone = scene([[3, 3], [0, 0]], [[2, 0], [0, 0]], (1, 0), (1, 0))
    ghost = scene([[3, 3], [3.3, 3]], [[2, 0], [0, 0]], (1, 5), (1, 0))
    first, second = roll(alone, 20), roll(ghost, 20)
    for name in ("position", "velocity"):
        assert not first[name][:, :, 1].any()
        assert (first[name][:, :, 0] == second[name][:, :, 0]).all()


def test_restitution_is_bounded_so_that_nothing_explodes(roll):
    law = np.array([[-20.0, 0.0, 5.0, 0.0]], "float32")
    out = roll(scene([[1, 1], [4, 1]], [[3, 3], [-3, 2]]), law=law)
    assert np.isfinite(out["velocity"]).all()
    assert np.abs(out["velocity"]).max() < 200


def test_a_step_moves_by_one_frame_and_keeps_shapes():
    inputs = scene([[2, 4], [6, 4]], [[1, 0], [0, 0]])
    share = impulse_shares(inputs["mass"], inputs["present"])
    state = inputs["context_position"][:, -1], inputs["context_velocity"][:, -1]
    position, velocity = FrameStep()(*state, EFFECTIVE, inputs["radius"], share)
    assert tuple(position.shape) == tuple(velocity.shape) == (1, 2, 2)
    assert float(position[0, 0, 0]) == pytest.approx(2 + 1 / 60, rel=1e-3)


def test_a_rollout_comes_back_from_its_settings_with_its_step():
    rollout = Rollout(7, FrameStep(hidden=5, seed=2))
    config = keras.saving.serialize_keras_object(rollout)
    again = keras.saving.deserialize_keras_object(config)
    assert (again.horizon, again.step.hidden, again.step.seed) == (7, 5, 2)


def test_no_frame_to_predict_is_refused():
    with pytest.raises(ValueError, match="horizon of at least 1 frame"):
        Rollout(0)
