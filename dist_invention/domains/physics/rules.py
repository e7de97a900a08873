"""How balls move: a simulator over thousands of scenes at once.

The order of a step is Chipmunk's, so that it agrees with pymunk: positions move with
the old velocity, contacts are found, velocities take damping and gravity, contacts
answer. The state is recorded before each step.
"""

from dataclasses import dataclass

import numpy as np

from dist_invention.domains.physics.engine import FRAME_SECONDS, Chunk, slots_in_use
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.scenes import SLOTS, Scenes

__all__ = ["FRAME_SECONDS", "SUBSTEPS", "Law", "Trajectories", "energy", "simulate"]

SUBSTEPS = 4
CHUNK = 8192


@dataclass(frozen=True)
class Trajectories:
    """What a simulation recorded. The arrays are views with scenes last in memory.

    Args:
        position: In m, shape (n, frames, 4, 2).
        velocity: In m/s, shape (n, frames, 4, 2).
        contact: Whether a ball touched a wall or a ball in the step that led to the
            frame, shape (n, frames, 4).

    Example:
        >>> from dist_invention.domains.physics.scenes import single_ball
        >>> simulate(single_ball(Law(), (4.0, 3.0)), frames=3).position.shape
        (1, 3, 4, 2)
    """

    position: np.ndarray
    velocity: np.ndarray
    contact: np.ndarray


def simulate(
    scenes: Scenes,
    frames: int,
    substeps: int = SUBSTEPS,
    start: np.ndarray | None = None,
) -> Trajectories:
    """Simulate scenes and record frames 1/60 s apart.

    Args:
        scenes: The scenes at frame 0.
        frames: Frames to record.
        substeps: Steps a frame.
        start: First frame to record of each scene, shape (n,); 0 if left out.

    Returns:
        The recorded frames; empty slots hold zeros.

    Raises:
        ValueError: If `frames` or `substeps` is not positive, or `start` does not
            hold one number of at least 0 a scene.
    """
    n = len(scenes)
    start = np.zeros(n, int) if start is None else np.asarray(start)
    if frames < 1 or substeps < 1 or start.shape != (n,) or (start < 0).any():
        raise ValueError(
            "Expected frames >= 1, substeps >= 1 and one start >= 0 a scene. "
            f"Received: frames={frames}, substeps={substeps}, start of shape "
            f"{start.shape} for {n} scenes. Correct the request."
        )
    shape = (frames, SLOTS, n)
    results = np.zeros(shape, complex), np.zeros(shape, complex), np.zeros(shape, bool)
    order = np.argsort(start, kind="stable")
    used = slots_in_use(scenes)
    for low in range(0, n, CHUNK):
        rows = order[low : low + CHUNK]
        rows = rows[np.argsort(-used[rows], kind="stable")]
        _run(Chunk(scenes.take(rows), substeps), rows, start[rows], results)
    position, velocity, contact = results
    parts = [values.view(float).reshape(*shape, 2) for values in (position, velocity)]
    parts = [values.transpose(2, 0, 1, 3) for values in parts]
    return Trajectories(*parts, contact.transpose(2, 0, 1))


def energy(scenes: Scenes, position: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Return the mechanical energy of all balls in J: kinetic plus weight times y.

    Args:
        scenes: Masses and laws, n scenes.
        position: In m, shape (n, frames, 4, 2).
        velocity: In m/s, shape (n, frames, 4, 2).

    Returns:
        Energies of shape (n, frames).
    """
    mass = scenes.mass[:, None]
    kinetic = 0.5 * mass * (velocity**2).sum(-1)
    weight = -scenes.law[:, 0, None, None] * mass
    return (kinetic + weight * position[..., 1]).sum(-1)


def _run(chunk, rows, start, results):
    """Advance one chunk and record the frames asked for."""
    frames = len(results[0])
    first, last = int(start.min()), int(start.max()) + frames - 1
    for _ in range(first):
        chunk.advance()
    for frame in range(first, last + 1):
        inside = slice(None)
        if first + frames <= last:
            inside = (start <= frame) & (frame < start + frames)
        _record(chunk, rows, inside, frame - start, results)
        if frame < last:
            chunk.advance()


def _record(chunk, rows, inside, frame, results):
    """Copy the state of the scenes inside their window into the results."""
    for slot, size in enumerate(chunk.sizes):
        if not size:
            continue
        chosen = inside if isinstance(inside, slice) else np.flatnonzero(inside[:size])
        place = (frame[:size][chosen], slot, rows[:size][chosen])
        values = (
            chunk.position(slot),
            chunk.velocity(slot),
            chunk.touched[chunk.blocks[slot]],
        )
        for result, value in zip(results, values, strict=True):
            result[place] = value[chosen]
