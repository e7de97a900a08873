"""How balls move: a simulator over thousands of scenes at once.

The order of a step is Chipmunk's, so that it agrees with pymunk: positions move with
the old velocity, contacts are found, velocities take damping and gravity, contacts
answer. The state is recorded before each step.
"""

from dataclasses import dataclass

from dist_invention.domains.physics.engine import Chunk
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.layout import FRAME_SECONDS, slots_in_use
from dist_invention.domains.physics.scenes import HEIGHT, SLOTS, WIDTH, Scenes
import numpy as np

__all__ = [
    "BOX",
    "FRAME_SECONDS",
    "SUBSTEPS",
    "Law",
    "Trajectories",
    "energy",
    "simulate",
]

SUBSTEPS = 4
BOX = np.array([WIDTH, HEIGHT])
CHUNK = 32768
NAP = 8
"""Frames between two looks for scenes at rest."""


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
    return Trajectories(
        _scenes_first(position), _scenes_first(velocity), contact.transpose(2, 0, 1)
    )


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


def _scenes_first(values):
    """Return complex (frames, slots, n) as a real view (n, frames, slots, 2)."""
    return values.view(float).reshape(*values.shape, 2).transpose(2, 0, 1, 3)


def _run(chunk, rows, start, results):
    """Advance one chunk and record the frames asked for."""
    frames, size = len(results[0]), results[0][0].size
    place = chunk.slot * results[0].shape[2] + rows[chunk.scene]
    begin = start[chunk.scene]
    first, last = int(start.min()), int(start.max()) + frames - 1
    flat = [values.reshape(-1) for values in results]
    state = [np.zeros(len(place), values.dtype) for values in results]
    for frame in range(last + 1):
        if len(chunk.number):
            now = chunk.position(), chunk.velocity(), chunk.touched
            for kept, values in zip(state, now, strict=True):
                kept[chunk.number] = values
        if frame >= first:
            _record(flat, state, place, frame - begin, size)
        if frame < last and len(chunk.number):
            before = chunk.q.copy() if frame % NAP == NAP - 1 else None
            chunk.advance()
            if before is not None:
                chunk.sleep(before)


def _record(results, state, place, age, size):
    """Write the state of one frame where each ball's window has its place for it."""
    frames = len(results[0]) // size
    if age[0] == age[-1] and (age == age[0]).all():
        whole = slice(age[0] * size, (age[0] + 1) * size)
        for result, kept in zip(results, state, strict=True):
            result[whole][place] = kept
        return
    inside = np.flatnonzero((age >= 0) & (age < frames))
    target = place[inside] + age[inside] * size
    for result, kept in zip(results, state, strict=True):
        result[target] = kept[inside]
