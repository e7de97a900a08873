"""Where and when a ball meets a wall or another ball within one frame.

Every ball has 4 + B possible partners: the four walls of the box, then the B ball
slots (itself included, masked). Plain functions on tensors, shared by the encoder
of the context and by the rollout.
"""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from typing import Any, NamedTuple

from keras import ops
import numpy as np

BOX = (8.0, 6.0)  # m
FRAME = 1.0 / 60.0  # s
WALLS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], "float32")  # inward normals
WALL_OFFSETS = np.array([0, BOX[0], 0, BOX[1]], "float32")
TINY = 1e-6
SLOWEST = 1e-3  # m/s; slower approaches count as this, so that gradients stay small


class Encounters(NamedTuple):
    """Possible contacts of each ball with its 4 + B partners within a frame.

    Attributes:
        normal: From partner to ball at the moment of touch, (..., B, 4 + B, 2).
        clearance: Smallest distance between the surfaces in this frame, m.
        left: Time left in the frame after the touch, s.
        closing: Approach speed at the touch, m/s.
        pressing: Approach speed at the end of the frame, were there no contact, m/s.
        slide: Tangential part of the relative velocity at that end, m/s.

    Example:
        >>> Encounters._fields[0]
        'normal'
    """

    normal: Any
    clearance: Any
    left: Any
    closing: Any
    pressing: Any
    slide: Any


def find_encounters(position, velocity, end_velocity, radius) -> Encounters:
    """Return what balls that move freely for one frame would meet.

    Args:
        position: At the start of the frame, (..., B, 2), m.
        velocity: At the start of the frame, (..., B, 2), m/s.
        end_velocity: At its end if nothing is touched, (..., B, 2), m/s.
        radius: (..., B), m.
    """
    mean = 0.5 * (velocity + end_velocity)
    walls = _wall_touch(position, mean, radius)
    balls = _ball_touch(position, mean, radius)
    normal, clearance, time = (
        ops.concatenate(pair, axis=axis)
        for pair, axis in zip(zip(walls, balls, strict=True), (-2, -1, -1), strict=True)
    )
    start, end = relative_to_partners(velocity), relative_to_partners(end_velocity)
    touch = start + (end - start) * (time / FRAME)[..., None]
    pressing = -ops.sum(end * normal, axis=-1)
    return Encounters(
        normal=normal,
        clearance=clearance,
        left=FRAME - time,
        closing=-ops.sum(touch * normal, axis=-1),
        pressing=pressing,
        slide=end + pressing[..., None] * normal,
    )


def impulse_shares(mass, present):
    """Return what part of a relative velocity change each ball takes.

    Args:
        mass: (..., B), kg.
        present: (..., B), 1 or 0.

    Returns:
        Shares (..., B, 4 + B): 1 at walls, m_other / (m + m_other) at balls, 0 for
        absent balls and for a ball with itself.
    """
    mine, other = mass[..., :, None], mass[..., None, :]
    pairs = other / ops.maximum(mine + other, TINY)
    walls = ops.ones_like(pairs[..., :1]) * np.ones(4, "float32")
    return ops.concatenate([walls, pairs], axis=-1) * possible_partners(present)


def possible_partners(present):
    """Return 1 where ball and partner are both there, else 0: (..., B, 4 + B).

    Args:
        present: (..., B), 1 or 0.
    """
    others = 1.0 - np.eye(present.shape[-1], dtype="float32")
    pairs = present[..., :, None] * present[..., None, :] * others
    walls = present[..., :, None] * np.ones(4, "float32")
    return ops.concatenate([walls, pairs], axis=-1)


def relative_to_partners(velocity):
    """Return velocities (..., B, 4 + B, 2) relative to walls and other balls."""
    mine = velocity[..., :, None, :]
    pairs = mine - velocity[..., None, :, :]
    return ops.concatenate([mine + np.zeros((4, 2), "float32"), pairs], axis=-2)


def _wall_touch(position, velocity, radius):
    """Return normal, clearance and time of touch at the four walls."""
    gap = ops.matmul(position, WALLS.T) + WALL_OFFSETS - radius[..., None]
    approach = -ops.matmul(velocity, WALLS.T)
    normal = WALLS + 0.0 * position[..., :, None, :]
    time = _within_frame(gap / ops.maximum(approach, SLOWEST))
    return normal, ops.minimum(gap, gap - approach * FRAME), time


def _ball_touch(position, velocity, radius):
    """Return normal, clearance and time of touch at the other balls.

    Straight relative paths touch where |offset + velocity t| is the sum of radii.
    """
    offset = position[..., :, None, :] - position[..., None, :, :]
    offset = offset + np.eye(position.shape[-2], dtype="float32")[..., None]
    speed = velocity[..., :, None, :] - velocity[..., None, :, :]
    reach = radius[..., :, None] + radius[..., None, :]
    square = ops.sum(ops.square(speed), axis=-1) + TINY
    towards = -ops.sum(offset * speed, axis=-1)
    outside = ops.sum(ops.square(offset), axis=-1) - ops.square(reach)
    nearest = _within_frame(towards / square)
    closest = offset + speed * nearest[..., None]
    clearance = _length(closest) - reach
    root = ops.sqrt(ops.maximum(ops.square(towards) - square * outside, TINY))
    time = _within_frame((towards - root) / square)
    touch = offset + speed * time[..., None]
    return touch / _length(touch)[..., None], clearance, time


def _within_frame(time):
    return ops.clip(time, 0.0, FRAME)


def _length(vector):
    return ops.sqrt(ops.sum(ops.square(vector), axis=-1) + 1e-12)
