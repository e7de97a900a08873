"""What ten context frames say about a law: least squares, no learning."""

from collections.abc import Mapping

from dist_invention.domains.physics.rules import BOX, FRAME_SECONDS, SUBSTEPS
import numpy as np

FEWEST_STEPS = 3
NEAR_CONTACT = 1e-2
"""Distance in m below which a step of the context is not trusted to be free."""
GRAVITY_BOUNDS, DAMPING_BOUNDS = (-30.0, 5.0), (0.3, 1.0)


def fit_acceleration(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return one constant acceleration a scene: least squares over all balls.

    A step with a contact would spoil the fit, so it is used only where the context
    has no free steps.

    Args:
        arrays: Arrays of examples.

    Returns:
        Accelerations in m/s2, shape (n, 2).
    """
    velocity = arrays["context_velocity"].astype(float)
    change = np.diff(velocity, axis=1) / FRAME_SECONDS  # (n, 9, 4, 2)
    free = free_steps(arrays)
    present = np.broadcast_to(arrays["present"][:, None], free.shape)
    weight = np.where(np.any(free, axis=(1, 2), keepdims=True), free, present)
    total = np.einsum("nfbc,nfb->nc", change, weight)
    return total / np.einsum("nfb->n", weight)[:, None]


def fit_laws(arrays: Mapping[str, np.ndarray], fallback: np.ndarray) -> np.ndarray:
    """Return laws with gravity and damping fitted to the free steps of the context.

    The simulator's own step is fitted, dv = (k - 1) v + c over one frame with
    k = damping^dt, jointly for both directions. Friction and elasticity are those of
    the fallback: ten frames seldom show a contact.

    Args:
        arrays: Arrays of examples.
        fallback: Law used where the context has under three free steps, shape (4,).

    Returns:
        Laws of shape (n, 4).
    """
    velocity = arrays["context_velocity"].astype(float)
    before = velocity[:, :-1]
    change = np.diff(velocity, axis=1)
    weight = free_steps(arrays)[..., None].astype(float)
    axis = np.array([0.0, 1.0])  # the constant belongs to y alone
    sums = {
        "vv": (weight * before**2).sum(axis=(1, 2, 3)),
        "v1": (weight * before * axis).sum(axis=(1, 2, 3)),
        "11": (weight * axis).sum(axis=(1, 2, 3)),
        "vd": (weight * before * change).sum(axis=(1, 2, 3)),
        "1d": (weight * change * axis).sum(axis=(1, 2, 3)),
    }
    determinant = sums["vv"] * sums["11"] - sums["v1"] ** 2
    known = (sums["11"] >= FEWEST_STEPS) & (determinant > 1e-9)
    safe = np.where(known, determinant, 1.0)
    rate = (sums["vd"] * sums["11"] - sums["v1"] * sums["1d"]) / safe
    fall = (sums["vv"] * sums["1d"] - sums["v1"] * sums["vd"]) / safe
    low, high = (bound**FRAME_SECONDS for bound in DAMPING_BOUNDS)
    keep = np.clip(1.0 + rate, low, high)
    substep = keep ** (1.0 / SUBSTEPS)
    shares = sum(substep**k for k in range(SUBSTEPS))
    gravity = np.clip(fall / shares * SUBSTEPS / FRAME_SECONDS, *GRAVITY_BOUNDS)
    laws = np.tile(np.asarray(fallback, float), (len(velocity), 1))
    laws[known, 0] = gravity[known]
    laws[known, 3] = (keep ** (1.0 / FRAME_SECONDS))[known]
    return laws


def free_steps(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return which steps of the context no contact disturbed, shape (n, 9, 4).

    A step counts as free if the ball is clear of walls and other balls at both of its
    frames, by what it moves in half a frame: a bounce in mid-frame is no nearer to
    either. Only what a model sees is used.

    Args:
        arrays: Arrays of examples.
    """
    position = arrays["context_position"].astype(float)
    radius = arrays["radius"].astype(float)[:, None]
    present = arrays["present"][:, None] > 0
    speed = np.sqrt((arrays["context_velocity"].astype(float) ** 2).sum(-1))
    margin = NEAR_CONTACT + speed * FRAME_SECONDS / 2
    walls = np.minimum(position, BOX - position).min(axis=-1)
    apart = position[:, :, :, None] - position[:, :, None]
    distance = np.sqrt((apart**2).sum(-1)) - radius[..., None] - radius[..., None, :]
    others = present[..., None, :] & ~np.eye(radius.shape[-1], dtype=bool)
    gap = np.where(others, distance, np.inf).min(axis=-1)
    clear = (walls - radius > margin) & (gap > 2 * margin) & present
    return clear[:, :-1] & clear[:, 1:]
