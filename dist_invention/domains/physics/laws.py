"""The laws of a world: their ranges, named regimes and how far out they lie."""

from dataclasses import dataclass, fields

import numpy as np

PARAMETERS = ("gravity", "friction", "elasticity", "damping")
UNITS = {"gravity": "m/s2", "friction": "1", "elasticity": "1", "damping": "1/s"}
BANDS = ("train", "near", "far", "frontier", "regimes")

TRAIN = np.array([[-12.0, -3.0], [0.1, 0.8], [0.2, 0.9], [0.85, 0.98]])
NEAR = np.array([[-14.0, -2.5], [0.05, 0.9], [0.15, 0.95], [0.82, 0.99]])
FAR = np.array(
    [
        [[-20.0, -15.0], [-2.0, -0.5]],
        [[0.0, 0.05], [0.9, 1.0]],
        [[0.05, 0.15], [0.95, 1.1]],
        [[0.7, 0.82], [0.99, 1.0]],
    ]
)
FRONTIER_SHARE = 0.2
"""The frontier is the outer fifth of a training range: a tenth at each end."""


@dataclass(frozen=True)
class Law:
    """How one world moves.

    Args:
        gravity: Vertical acceleration in m/s2; negative is down.
        friction: Friction of every ball and wall. A contact has the product of the
            two, so its coefficient is `friction ** 2`.
        elasticity: Elasticity of every ball and wall. A contact has the product of
            the two, so its coefficient of restitution is `elasticity ** 2`.
        damping: Fraction of the velocity kept per second.

    Raises:
        ValueError: If friction or elasticity is negative, or damping is not in
            (0, 1].

    Example:
        >>> Law(gravity=-9.81, elasticity=0.5).restitution
        0.25
    """

    gravity: float = -9.81
    friction: float = 0.4
    elasticity: float = 0.8
    damping: float = 0.95

    def __post_init__(self):
        if self.friction < 0 or self.elasticity < 0 or not 0 < self.damping <= 1:
            raise ValueError(
                "Expected friction >= 0, elasticity >= 0 and damping in (0, 1]. "
                f"Received: friction={self.friction}, elasticity={self.elasticity}, "
                f"damping={self.damping}. Give a law that a contact can obey."
            )

    @property
    def restitution(self) -> float:
        """Return the share of the normal speed that a contact gives back."""
        return self.elasticity**2

    def to_array(self) -> np.ndarray:
        """Return the law as an array of shape (4,), in the order of PARAMETERS."""
        return np.array([getattr(self, item.name) for item in fields(self)])


REGIMES = {
    "moon": Law(-1.62, 0.7, 0.8, 1.0),
    "jupiter": Law(-24.79, 0.5, 0.6, 0.9),
    "underwater": Law(-6.0, 0.3, 0.4, 0.7),
    "ice_rink": Law(-9.81, 0.02, 0.9, 0.98),
    "rubber_room": Law(-9.81, 0.9, 0.99, 0.95),
    "space_station": Law(-0.2, 0.8, 0.7, 1.0),
    "thick_atmosphere": Law(-9.81, 0.6, 0.8, 0.75),
    "super_earth": Law(-19.62, 0.4, 0.7, 0.92),
}


def inside(laws: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Return which parameters lie inside a box of ranges.

    Args:
        laws: Laws, shape (n, 4).
        box: Lowest and highest value a parameter, shape (4, 2), as TRAIN or NEAR.

    Returns:
        Booleans of shape (n, 4).
    """
    return (laws >= box[:, 0]) & (laws <= box[:, 1])


def in_frontier(laws: np.ndarray) -> np.ndarray:
    """Return which parameters lie in the outer fifth of the training range, (n, 4)."""
    edge = FRONTIER_SHARE / 2 * (TRAIN[:, 1] - TRAIN[:, 0])
    core = np.stack([TRAIN[:, 0] + edge, TRAIN[:, 1] - edge], axis=1)
    return inside(laws, TRAIN) & ~inside(laws, core)


def sample_laws(generator: np.random.Generator, n: int, band: str) -> np.ndarray:
    """Draw laws from a band.

    Args:
        generator: Source of randomness.
        n: Number of laws.
        band: `"train"` (uniform in the training box), `"frontier"` (training box,
            at least one parameter in the outer fifth of its range), `"near"` (near
            box, outside the training box), `"far"` (every parameter in one of its
            two outer intervals) or `"regimes"` (the named laws in turn).

    Returns:
        Laws of shape (n, 4) in the order of PARAMETERS.

    Raises:
        ValueError: If the band is unknown or `n` is not positive.
    """
    if band not in BANDS or n < 1:
        raise ValueError(
            f"Expected a band of {BANDS} and n >= 1. Received: band={band!r}, n={n}. "
            "Name one of the bands and ask for at least one law."
        )
    if band == "regimes":
        table = np.stack([law.to_array() for law in REGIMES.values()])
        return table[np.arange(n) % len(table)]
    if band == "far":
        side = generator.integers(0, 2, (n, 4))
        box = FAR[np.arange(4), side]  # (n, 4, 2)
        return generator.uniform(box[..., 0], box[..., 1])
    if band == "near":
        return _draw(generator, n, NEAR, lambda x: ~inside(x, TRAIN).all(axis=1))
    if band == "frontier":
        return _draw(generator, n, TRAIN, lambda x: in_frontier(x).any(axis=1))
    return generator.uniform(TRAIN[:, 0], TRAIN[:, 1], (n, 4))


def _draw(generator, n, box, accepts):
    """Draw uniformly from a box until `n` laws are accepted."""
    kept = np.empty((0, 4))
    while len(kept) < n:
        drawn = generator.uniform(box[:, 0], box[:, 1], (2 * n + 8, 4))
        kept = np.concatenate([kept, drawn[accepts(drawn)]])
    return kept[:n]


def grid_laws(points: int) -> np.ndarray:
    """Return a grid of laws strictly inside the training box: interpolation.

    Args:
        points: Values a parameter; they are the midpoints of equal cells.

    Returns:
        Laws of shape (points ** 4, 4).
    """
    step = (np.arange(points) + 0.5) / points
    axes = [low + (high - low) * step for low, high in TRAIN]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 4)


def ladder_laws(
    generator: np.random.Generator, n: int, band: str, parameter: str
) -> np.ndarray:
    """Draw laws that leave the training box in one parameter only, or jointly.

    Args:
        generator: Source of randomness.
        n: Number of laws.
        band: `"in"` (nothing leaves), `"near"` (between the training and the near
            box) or `"far"` (the outer intervals).
        parameter: Name of the parameter that leaves, or `"joint"` for all four.

    Returns:
        Laws of shape (n, 4); the other parameters are uniform in the training box.

    Raises:
        ValueError: If the band or the parameter is unknown.
    """
    if band not in ("in", "near", "far") or parameter not in (*PARAMETERS, "joint"):
        raise ValueError(
            "Expected a band of ('in', 'near', 'far') and a parameter of "
            f"{(*PARAMETERS, 'joint')}. Received: band={band!r}, "
            f"parameter={parameter!r}. Name a rung of the ladder."
        )
    laws = sample_laws(generator, n, "train")
    chosen = [k for k, name in enumerate(PARAMETERS) if parameter in (name, "joint")]
    for k in chosen if band != "in" else []:
        ring = [[NEAR[k, 0], TRAIN[k, 0]], [TRAIN[k, 1], NEAR[k, 1]]]
        box = np.array(ring if band == "near" else FAR[k])
        box = box[generator.integers(0, 2, n)]
        laws[:, k] = generator.uniform(box[:, 0], box[:, 1])
    return laws
