"""Three-ball scenes as the raw rows of the earlier work, and back.

A row has 25 columns: time in s, then for each ball x, y, vx, vy, mass, radius,
kinetic and potential energy; all SI, not scaled.
"""

# Keras does not type what its operations return.
# pyright: reportOptionalSubscript=false

from keras import ops
import numpy as np

BALLS = 3
ROWS = 10  # context frames, and frames predicted at once
COLUMNS = 1 + 8 * BALLS
TIME_STEP = 1.0 / 60.0
STATE_COLUMNS = np.array([0.0] + [1, 1, 1, 1, 0, 0, 1, 1] * BALLS, "float32")
PARAMETER_COLUMNS = np.array([0.0] + [0, 0, 0, 0, 1, 1, 0, 0] * BALLS, "float32")


def pack(inputs):
    """Return the 25 raw columns of a 3-ball context, shape (batch, 10, 25).

    Args:
        inputs: The physics inputs; the first three ball slots are read.
    """
    position = ops.cast(inputs["context_position"], "float32")[:, :, :BALLS]
    velocity = ops.cast(inputs["context_velocity"], "float32")[:, :, :BALLS]
    gravity = ops.cast(inputs["law"], "float32")[:, :1, None]  # (batch, 1, 1)
    still = ops.zeros_like(position[..., 0])  # (batch, 10, 3)
    mass = still + ops.cast(inputs["mass"], "float32")[:, None, :BALLS]
    radius = still + ops.cast(inputs["radius"], "float32")[:, None, :BALLS]
    kinetic = 0.5 * mass * ops.sum(ops.square(velocity), axis=-1)
    potential = -mass * gravity * position[..., 1]
    scalars = ops.stack([mass, radius, kinetic, potential], axis=-1)
    balls = ops.concatenate([position, velocity, scalars], axis=-1)
    balls = ops.reshape(balls, (-1, ROWS, 8 * BALLS))
    time = ops.zeros_like(balls[..., :1])
    return ops.concatenate([time, balls], axis=-1) + clock(0)


def unpack(rows, slots=BALLS):
    """Return position and velocity from raw columns.

    Args:
        rows: Raw columns, shape (batch, frames, 25).
        slots: Ball slots to return; those after the third stay zero.
    """
    frames = rows.shape[1]
    balls = ops.reshape(rows[..., 1:], (-1, frames, BALLS, 8))[..., :4]
    if slots > BALLS:
        empty = ((0, 0), (0, 0), (0, slots - BALLS), (0, 0))
        balls = ops.pad(balls, empty)
    return {"position": balls[..., :2], "velocity": balls[..., 2:]}


def clock(start):
    """Return rows that hold the time in their first column and zeros elsewhere.

    Args:
        start: Number of the first row's frame, from the first context frame on.

    Returns:
        Array of shape (10, 25); time in s.
    """
    rows = np.zeros((ROWS, COLUMNS), "float32")
    rows[:, 0] = np.arange(start, start + ROWS) * TIME_STEP
    return rows
