"""Move balls frame by frame: free flight by a law, contacts by a learned response."""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from typing import Any

from dist_invention.domains.physics.encounters import (
    FRAME,
    TINY,
    find_encounters,
    impulse_shares,
)
import keras
from keras import ops
import numpy as np

MOST_BOUNCE = 1.3  # restitution; above any law of the world, so that nothing explodes
MOST_FACTOR = 1.1  # how far the learned response may exceed the law's own value

_register = keras.saving.register_keras_serializable(package="dist_invention.physics")


@_register
class FrameStep(keras.layers.Layer):
    """Advance all balls by one frame of 1/60 s.

    Free flight takes drag and gravity. Then every ball meets the walls and the
    other balls: a smooth gate on the clearance says whether they touch, the normal
    impulse is a bounce plus the support that keeps them apart, the tangential
    impulse is friction. A small network, shared by all balls and partners, turns
    restitution and friction of the law into those of this contact. Impulses between
    balls are equal and opposite; absent balls neither move nor touch.

    Args:
        hidden: Width of the network that answers contacts.
        seed: Seed of its initial weights.

    Example:
        >>> FrameStep(hidden=8).get_config()["hidden"]
        8
    """

    def __init__(self, hidden=16, seed=0, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.hidden, self.seed = hidden, seed
        glorot: Any = keras.initializers.GlorotUniform(seed=seed)
        small: Any = keras.initializers.RandomNormal(stddev=0.05, seed=seed + 1)
        self.think = keras.layers.Dense(
            hidden, activation="tanh", kernel_initializer=glorot, dtype="float32"
        )
        self.answer = keras.layers.Dense(2, kernel_initializer=small, dtype="float32")

    def build(self, input_shape=None):
        """Create the weights; the shapes of the inputs do not matter."""
        del input_shape
        self.think.build((None, 5))
        self.answer.build((None, self.hidden))
        self.advance = self._number("advance", 0.5)
        self.log_width = self._number("log_width", -6.0)
        self.log_calm = self._number("log_calm", 0.0)
        self.built = True

    def _number(self, name, value):
        start = keras.initializers.Constant(value)
        return self.add_weight((), start, name=name)

    def call(self, position, velocity, law, radius, share):
        """Return position and velocity one frame later, each (batch, balls, 2).

        Args:
            position: Centres, (batch, balls, 2), m.
            velocity: (batch, balls, 2), m/s.
            law: Effective law, (batch, 4).
            radius: (batch, balls), m.
            share: From `impulse_shares`, (batch, balls, 4 + balls).
        """
        there = ops.minimum(share[..., :1], 1.0)  # walls: 1 for present balls
        fall = FRAME * law[:, None, :1]  # (batch, 1, 1)
        pull = ops.concatenate([ops.zeros_like(fall), fall], axis=-1)
        free = (velocity * ops.exp(FRAME * law[:, None, 1:2]) + pull) * there
        moved = position + FRAME * (velocity + self.advance * (free - velocity))
        meeting = find_encounters(position, velocity, free, radius)
        kick, push = self._contact(meeting, law, share)
        return (moved + push) * there, free + kick

    def _contact(self, meeting, law, share):
        """Return the changes of velocity and position by contacts."""
        gate = ops.sigmoid(-meeting.clearance * ops.exp(-self.log_width)) * share
        closing = ops.relu(meeting.closing)
        restitution, friction = self._respond(closing, law)
        bounce = (1.0 + restitution) * closing
        support = ops.relu(meeting.pressing - bounce)
        speed = ops.sqrt(ops.sum(ops.square(meeting.slide), axis=-1) + TINY)
        grip = ops.minimum(friction * (bounce + support) / speed, 1.0)
        rub = -(gate * grip)[..., None] * meeting.slide
        kicks = (gate * (bounce + support))[..., None] * meeting.normal + rub
        lift = gate * (bounce + self.advance * support)
        pushes = lift[..., None] * meeting.normal + rub
        pushes = pushes * meeting.left[..., None]
        return ops.sum(kicks, axis=-2), ops.sum(pushes, axis=-2)

    def _respond(self, closing, law):
        """Return restitution and friction of each contact."""
        balls = closing.shape[-1] - 4
        weight = ops.exp(self.log_calm) * FRAME * ops.abs(law[:, :1, None])
        ones = ops.ones_like(closing)
        base = law[:, None, 2:] * ones[..., :2]  # (batch, balls, 2)
        features = [
            closing / (closing + weight + TINY),
            ops.tanh(closing),
            base[..., :1] * ones,
            base[..., 1:] * ones,
            ones * np.array([1.0] * 4 + [0.0] * balls, "float32"),
        ]
        answer = self.answer(self.think(ops.stack(features, axis=-1)))
        factor = ops.minimum(2.0 * ops.sigmoid(answer), MOST_FACTOR)
        restitution = ops.minimum(base[..., :1] * factor[..., 0], MOST_BOUNCE)
        return restitution, base[..., 1:] * factor[..., 1]

    def get_config(self):
        """Return the settings, as plain values."""
        return {**super().get_config(), "hidden": self.hidden, "seed": self.seed}


@_register
class Rollout(keras.layers.Layer):
    """Apply a frame step again and again, from the last context frame on.

    The horizon is no weight: a rollout of another length can share the same step.

    Args:
        horizon: Frames to predict.
        step: The frame step; a new one if left out.

    Raises:
        ValueError: If the horizon is not at least one frame.

    Example:
        >>> short = Rollout(horizon=20)
        >>> short.with_horizon(120).step is short.step
        True
    """

    def __init__(self, horizon, step=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        if horizon < 1:
            raise ValueError(
                "Expected a horizon of at least 1 frame. "
                f"Received: horizon={horizon}. Ask for a frame to predict."
            )
        self.horizon = horizon
        self.step = FrameStep() if step is None else step

    def build(self, input_shape=None):
        """Create the weights of the step."""
        del input_shape
        if not self.step.built:
            self.step.build()
        self.built = True

    def call(self, inputs, law):
        """Return position and velocity, each (batch, horizon, balls, 2).

        Args:
            inputs: The physics inputs.
            law: Effective law, (batch, 4).
        """
        share = impulse_shares(inputs["mass"], inputs["present"])
        radius = inputs["radius"]

        def advance(state, _):
            state = tuple(self.step(*state, law, radius, share))
            return state, state

        start = (inputs["context_position"][:, -1], inputs["context_velocity"][:, -1])
        scanned: Any = ops.scan(advance, start, length=self.horizon)
        position, velocity = (ops.moveaxis(values, 0, 1) for values in scanned[1])
        return {"position": position, "velocity": velocity}

    def with_horizon(self, horizon):
        """Return a rollout over another horizon that shares this one's step."""
        return Rollout(horizon, step=self.step, name=self.name)

    def get_config(self):
        """Return the settings, as plain values."""
        step = keras.saving.serialize_keras_object(self.step)
        return {**super().get_config(), "horizon": self.horizon, "step": step}

    @classmethod
    def from_config(cls, config):
        """Return the layer that `get_config` described."""
        step = keras.saving.deserialize_keras_object(config["step"])
        return cls(**{**config, "step": step})
