"""Windows cut from simulated scenes: the arrays of an example, and its identity."""

from collections.abc import Mapping
import hashlib

from dist_invention.datasets.split import Field
from dist_invention.domains.physics.laws import PARAMETERS
from dist_invention.domains.physics.rules import SUBSTEPS, energy, simulate
from dist_invention.domains.physics.scenes import SLOTS, Scenes
import numpy as np

CONTEXT = 10
SCENE_FRAMES = 300
LATEST_START = 170
"""Latest first frame of a window: 300 - 10 - 120, the same for every horizon."""
SPEED_LIMIT = 24.0
"""In m/s: the smallest radius, 0.1 m, in one sub-step of 1/240 s. Under an elasticity
over 1 balls gain speed at each contact; beyond this the simulator is not trusted."""
KEY_GRAIN = 1e-4
"""Initial states and laws that agree to this many SI units have the same key."""
INPUTS = (
    "context_position",
    "context_velocity",
    "radius",
    "mass",
    "present",
    "law",
)
TARGETS = ("position", "velocity", "energy_change", "contact")


def window_fields(horizon: int) -> tuple[Field, ...]:
    """Return the declaration of every array of an example.

    Args:
        horizon: Frames to predict.
    """
    seen, future = (CONTEXT, SLOTS, 2), (horizon, SLOTS, 2)
    return (
        Field("context_position", seen, "m", "centres; x right, y up"),
        Field("context_velocity", seen, "m/s", "velocities"),
        Field("radius", (SLOTS,), "m", "radii; 0 in an empty slot"),
        Field("mass", (SLOTS,), "kg", "masses; 0 in an empty slot"),
        Field("present", (SLOTS,), "1", "1 for a ball, 0 for an empty slot"),
        Field("law", (4,), "m/s2, 1, 1, 1/s", "gravity, friction, elasticity, damping"),
        Field("position", future, "m", "centres to predict"),
        Field("velocity", future, "m/s", "velocities to predict"),
        Field("energy_change", (horizon,), "J", "mechanical energy since the context"),
        Field("contact", (horizon, SLOTS), "1", "1 if touched just before the frame"),
        Field("first_contact", (), "frame", "first frame with a touch, else horizon"),
    )


def cut_windows(
    scenes: Scenes, horizon: int, start: np.ndarray | None = None
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Simulate scenes and cut one window of 10 + `horizon` frames from each.

    Args:
        scenes: Scenes at frame 0.
        horizon: Frames to predict.
        start: First frame of each window, shape (n,); 0 if left out.

    Returns:
        The arrays of `window_fields`, as float32, and whether a ball ran faster than
        SPEED_LIMIT within the window, shape (n,). Windows that did hold zeros.
    """
    run = simulate(scenes, CONTEXT + horizon, SUBSTEPS, start)
    return _window(scenes, run, CONTEXT)


def cut_future(
    scenes: Scenes, horizon: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Simulate scenes from their state and cut the frames that follow it.

    Args:
        scenes: Scenes at the last frame of a context.
        horizon: Frames to predict.

    Returns:
        As `cut_windows`, with a context of the one frame given.
    """
    run = simulate(scenes, 1 + horizon, SUBSTEPS)
    return _window(scenes, run, 1)


def _window(scenes, run, context):
    """Return the arrays of recorded frames, and which windows ran too fast."""
    squares = (run.velocity**2).sum(-1)
    wild = squares.max(axis=(1, 2)) > SPEED_LIMIT**2
    position = np.where(wild[:, None, None, None], 0.0, run.position)
    velocity = np.where(wild[:, None, None, None], 0.0, run.velocity)
    joules = energy(scenes, position, velocity)
    touched = run.contact[:, context:]  # (n, horizon, 4)
    arrays = {
        "context_position": position[:, :context],
        "context_velocity": velocity[:, :context],
        "radius": scenes.radius,
        "mass": scenes.mass,
        "present": scenes.present,
        "law": scenes.law,
        "position": position[:, context:],
        "velocity": velocity[:, context:],
        "energy_change": joules[:, context:] - joules[:, context - 1 : context],
        "contact": touched,
        "first_contact": _first_contact(touched),
    }
    return {name: values.astype(np.float32) for name, values in arrays.items()}, wild


def trim(arrays: Mapping[str, np.ndarray], horizon: int) -> dict[str, np.ndarray]:
    """Return the same windows with fewer frames to predict.

    Args:
        arrays: Arrays of examples.
        horizon: Frames to keep.
    """
    short = dict(arrays)
    for name in TARGETS:
        short[name] = np.ascontiguousarray(arrays[name][:, :horizon])
    short["first_contact"] = np.minimum(arrays["first_contact"], np.float32(horizon))
    return short


def _first_contact(touched):
    """Return the first frame in which any ball touched, else the horizon."""
    any_ball = touched.any(axis=2)
    return np.where(any_ball.any(axis=1), any_ball.argmax(axis=1), touched.shape[1])


def scenes_at(
    arrays: Mapping[str, np.ndarray], frame: int = -1, law: np.ndarray | None = None
) -> Scenes:
    """Return the scenes as they stand at one frame of the context.

    Args:
        arrays: Arrays of examples.
        frame: Index into the context; the last frame if left out.
        law: Laws to use, shape (n, 4) or (4,); the examples' own if left out.
    """
    n = len(arrays["law"])
    chosen = arrays["law"] if law is None else law
    return Scenes(
        position=arrays["context_position"][:, frame].astype(float),
        velocity=arrays["context_velocity"][:, frame].astype(float),
        radius=arrays["radius"].astype(float),
        mass=arrays["mass"].astype(float),
        present=arrays["present"].astype(float),
        law=np.broadcast_to(np.asarray(chosen, float), (n, len(PARAMETERS))).copy(),
    )


def example_keys(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the identity of examples: a hash of first state and law.

    Balls are sorted first, so that a scene with its balls renamed is the same scene.

    Args:
        arrays: Arrays of examples.

    Returns:
        Hexadecimal text of shape (n,).
    """
    present = arrays["present"][..., None]
    balls = np.concatenate(
        [
            present,
            arrays["context_position"][:, 0],
            arrays["context_velocity"][:, 0],
            arrays["radius"][..., None],
            arrays["mass"][..., None],
        ],
        axis=-1,
    )  # (n, 4, 7)
    grains = _grains(balls)
    order = np.lexsort(
        [grains[..., 3], grains[..., 2], grains[..., 1], -grains[..., 0]], axis=-1
    )
    grains = np.take_along_axis(grains, order[..., None], axis=1)
    rows = np.concatenate([grains.reshape(len(grains), -1), _grains(arrays["law"])], 1)
    return _hashes(rows)


def law_keys(law: np.ndarray) -> np.ndarray:
    """Return the identity of laws, as hexadecimal text of shape (n,).

    Args:
        law: Laws of shape (n, 4).
    """
    return _hashes(_grains(law))


def _grains(values):
    return np.round(np.asarray(values, np.float32) / np.float32(KEY_GRAIN)).astype(
        "<i8"
    )


def _hashes(rows):
    rows = np.ascontiguousarray(rows)
    return np.array([hashlib.blake2b(row, digest_size=12).hexdigest() for row in rows])
