"""Read the law of a scene: from its context frames, or from its description.

Both layers return what the rollout needs, the *effective law* of shape (batch, 4):
gravity in m/s2, drag in 1/s (the rate at which velocity grows; negative), the
restitution of a contact and its coefficient of friction.
"""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from dist_invention.domains.physics.encounters import (
    FRAME,
    TINY,
    find_encounters,
    possible_partners,
    relative_to_partners,
)
from dist_invention.domains.physics.trust import Trust
import keras
from keras import ops
import numpy as np

DRAG_RANGE = (-1.0, 0.2)  # 1/s; only a scene at rest comes near
GRAVITY_RANGE = (-50.0, 5.0)  # m/s2
TOUCH_MARGIN = 0.003  # m; what comes nearer may have touched
TOUCH_SHARPNESS = 2000.0  # 1/m
GRAVITY_UNIT = 10.0  # m/s2; keeps the prior's weight near one
FIRST_PRIOR = (-1.0, -0.1, 0.5, 0.3)
FIRST_LOG_STRENGTH = (-4.0, -1.0, -2.0, -2.0)

_register = keras.saving.register_keras_serializable(package="dist_invention.physics")


@_register
class ContextLaw(keras.layers.Layer):
    """Infer the effective law of a scene from its context frames.

    Gravity and drag are a weighted least-squares fit to the finite differences of
    the velocities, over all balls and frames. The weights are learned: first from
    how near each ball is to something, then also from how badly the first fit
    explains it, so that frames with a contact do not spoil the estimate. Restitution
    and friction are fitted likewise to the contacts seen, if any. Learned priors
    hold where the context says nothing. All four are ratios of measurements, so
    they carry over to laws outside the training range.

    Args:
        hidden: Width of the hidden layers that judge measurements.
        seed: Seed of their initial weights.

    Example:
        >>> ContextLaw(hidden=8).get_config()["hidden"]
        8
    """

    def __init__(self, hidden=16, seed=0, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.hidden, self.seed = hidden, seed
        self.by_place = Trust(1, hidden, seed)
        self.by_residual = Trust(1, hidden, seed + 2)
        self.by_event = Trust(2, hidden, seed + 4)

    def build(self, input_shape):
        """Create the weights; the shapes of the inputs do not matter."""
        del input_shape
        self.by_place.build((None, 3))
        self.by_residual.build((None, 4))
        self.by_event.build((None, 6))
        self.prior = self._vector("prior", FIRST_PRIOR)
        self.log_strength = self._vector("log_strength", FIRST_LOG_STRENGTH)
        self.built = True

    def _vector(self, name, values):
        values = np.array(values, "float32")
        return self.add_weight(
            (4,), lambda shape, dtype: ops.cast(values, dtype), name=name
        )

    def call(self, inputs):
        """Return the effective law (batch, 4)."""
        position = inputs["context_position"][:, :-1]  # (batch, steps, balls, 2)
        before = inputs["context_velocity"][:, :-1]
        after = inputs["context_velocity"][:, 1:]
        present = inputs["present"][:, None]  # (batch, 1, balls)
        radius = inputs["radius"][:, None] + 0.0 * position[..., 0]
        gravity, drag = self._fit_flight(position, before, after, radius, present)
        free = before + FRAME * _acceleration(gravity, drag, before)
        possible = possible_partners(present)
        meeting = find_encounters(position, before, free, radius)
        contact = self._fit_contacts(meeting, after - free, possible)
        return ops.stack([gravity, drag, *contact], axis=-1)

    def _fit_flight(self, position, before, after, radius, present):
        """Return gravity and drag (batch,) from the steps without contact."""
        acceleration = (after - before) / FRAME
        meeting = find_encounters(position, before, after, radius)
        away = 10.0 * (1.0 - possible_partners(present))
        clearance = ops.min(meeting.clearance + away, axis=-1)  # (batch, steps, balls)
        near = [ops.tanh(20.0 * clearance), ops.tanh(200.0 * clearance)]
        features = ops.stack([*near, _log_size(acceleration[..., 0])], axis=-1)
        trust = self.by_place(features)[..., 0] * present
        gravity, drag = self._least_squares(trust, before, acceleration)
        residual = acceleration - _acceleration(gravity, drag, before)
        misfit = 0.5 * ops.log(ops.sum(ops.square(residual), axis=-1) + 1e-4)
        size = _log_size(gravity)[:, None, None] + 0.0 * misfit
        features = ops.stack([*near, misfit, size], axis=-1)
        trust = trust * self.by_residual(features)[..., 0]
        return self._least_squares(trust, before, acceleration)

    def _least_squares(self, trust, velocity, acceleration):
        """Fit acceleration = (0, gravity) + drag * velocity, with priors."""
        prior, strength = self.prior, ops.exp(self.log_strength)
        fall, slow = strength[0], strength[1]
        square = _total(trust * ops.sum(ops.square(velocity), axis=-1)) + slow
        work = _total(trust * ops.sum(velocity * acceleration, axis=-1))
        work = work + slow * prior[1]
        rise = _total(trust * velocity[..., 1])
        count = _total(trust) + fall
        pull = _total(trust * acceleration[..., 1]) + fall * GRAVITY_UNIT * prior[0]
        determinant = square * count - rise * rise  # > 0 because of the priors
        drag = (work * count - rise * pull) / determinant
        gravity = (square * pull - rise * work) / determinant
        return ops.clip(gravity, *GRAVITY_RANGE), ops.clip(drag, *DRAG_RANGE)

    def _fit_contacts(self, meeting, change, possible):
        """Return restitution and friction (batch,) from the contacts seen.

        Args:
            meeting: Encounters of balls in free flight.
            change: Velocity changes that free flight does not explain.
            possible: 1 for partners that exist.
        """
        relative = relative_to_partners(change)
        along = ops.sum(relative * meeting.normal, axis=-1)
        across = relative - along[..., None] * meeting.normal
        rub, rest = _norm(across), _norm(meeting.slide + across)
        push, speed = ops.relu(along), ops.relu(meeting.closing)
        near = [ops.tanh(20.0 * meeting.clearance), ops.tanh(200.0 * meeting.clearance)]
        sizes = [_log_size(value) for value in (push, speed, rest, rub)]
        trust = self.by_event(ops.stack([*near, *sizes], axis=-1))
        touched = ops.sigmoid(TOUCH_SHARPNESS * (TOUCH_MARGIN - meeting.clearance))
        pushed = push / (push + speed + TINY)  # no push, no contact
        trust = trust * (possible * touched * pushed)[..., None]
        bounces, rubs = trust[..., 0], trust[..., 1]
        restitution = self._ratio(2, bounces * speed, push - speed, speed)
        friction = self._ratio(3, rubs * push, rub, push)
        return ops.maximum(restitution, 0.0), ops.maximum(friction, 0.0)

    def _ratio(self, index, weight, effect, cause):
        """Return the weighted least-squares slope of effect over cause."""
        strength = ops.exp(self.log_strength[index])
        effect = _total(weight * effect) + strength * self.prior[index]
        return effect / (_total(weight * cause) + strength)

    def get_config(self):
        """Return the settings, as plain values."""
        return {**super().get_config(), "hidden": self.hidden, "seed": self.seed}


@_register
class GivenLaw(keras.layers.Layer):
    """Turn the described law into the effective law, by learned power laws.

    Gravity and the logarithm of damping are scaled; restitution and friction are a
    scale times a power of elasticity and friction. Powers carry over outside the
    training range.

    Example:
        >>> layer = GivenLaw()
        >>> law = np.array([[-9.8, 0.4, 0.8, 0.9]], "float32")
        >>> round(float(layer({"law": law})[0, 0]), 1)
        -9.8
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape):
        """Create the weights; the shapes of the inputs do not matter."""
        del input_shape
        self.scale = self.add_weight((4,), "ones", name="scale")
        self.power = self.add_weight((2,), "ones", name="power")
        self.built = True

    def call(self, inputs):
        """Return the effective law (batch, 4)."""
        gravity, friction, elasticity, damping = (inputs["law"][:, i] for i in range(4))
        responses = [_power(elasticity, self.power[0]), _power(friction, self.power[1])]
        law = ops.stack([gravity, _log(damping), *responses], axis=-1)
        return law * self.scale


def _acceleration(gravity, drag, velocity):
    pull = ops.stack([ops.zeros_like(gravity), gravity], axis=-1)[:, None, None]
    return pull + drag[:, None, None, None] * velocity


def _total(values):
    """Sum over everything but the batch."""
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))


def _norm(vector):
    return ops.sqrt(ops.sum(ops.square(vector), axis=-1) + TINY)


def _log_size(values):
    return 0.5 * ops.log(ops.square(values) + 1e-4)


def _log(values):
    return ops.log(ops.maximum(values, 1e-3))


def _power(values, exponent):
    return ops.exp(exponent * _log(values))
