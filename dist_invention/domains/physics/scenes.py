"""Scenes: balls in a box, each under its own law, and how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

SLOTS = 4
WIDTH, HEIGHT = 8.0, 6.0
SPEED = 2.0
BIRTH_X, BIRTH_Y = (0.5, 7.5), (1.0, 5.5)
RADIUS, MASS = (0.1, 0.3), (0.5, 2.0)
MAX_ROUNDS = 200


@dataclass(frozen=True)
class Scenes:
    """Many scenes at one moment. Empty slots hold zeros.

    Args:
        position: Centres in m, shape (n, 4, 2); x to the right, y up, the lower
            left corner of the box is the origin.
        velocity: In m/s, shape (n, 4, 2).
        radius: In m, shape (n, 4).
        mass: In kg, shape (n, 4).
        present: 1 for a ball, 0 for an empty slot, shape (n, 4).
        law: Gravity, friction, elasticity, damping, shape (n, 4).
        mechanism: Name of a force beyond the law, `""` for none.
        parameters: Parameters of the mechanism, shape (n, ...).

    Raises:
        ValueError: If an array has another shape.

    Example:
        >>> from dist_invention.domains.physics.laws import Law
        >>> one = single_ball(Law(), position=(4.0, 3.0))
        >>> len(one), one.position[0, 0].tolist()
        (1, [4.0, 3.0])
    """

    position: np.ndarray
    velocity: np.ndarray
    radius: np.ndarray
    mass: np.ndarray
    present: np.ndarray
    law: np.ndarray
    mechanism: str = ""
    parameters: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self):
        n = len(self.law)
        for name, shape in {
            "position": (n, SLOTS, 2),
            "velocity": (n, SLOTS, 2),
            "radius": (n, SLOTS),
            "mass": (n, SLOTS),
            "present": (n, SLOTS),
            "law": (n, 4),
        }.items():
            received = getattr(self, name).shape
            if received != shape:
                raise ValueError(
                    f"Expected `{name}` of the scenes to have shape {shape}. "
                    f"Received: {received}. Give every scene four slots and one law."
                )

    def __len__(self) -> int:
        return len(self.law)

    def take(self, indices: np.ndarray | slice) -> "Scenes":
        """Return these scenes only."""
        names = ("position", "velocity", "radius", "mass", "present", "law")
        chosen: dict[str, Any] = {name: getattr(self, name)[indices] for name in names}
        if self.mechanism:
            chosen["parameters"] = self.parameters[indices]
        return replace(self, **chosen)


def join(parts: Sequence[Scenes]) -> Scenes:
    """Return scenes without mechanism one after the other, as one.

    Args:
        parts: At least one group of scenes.
    """
    names = ("position", "velocity", "radius", "mass", "present", "law")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in names
    }
    return Scenes(**joined)


def single_ball(law, position, velocity=(0.0, 0.0), radius=0.2, mass=1.0) -> Scenes:
    """Return one scene with one ball, for a check or a figure.

    Args:
        law: A `Law`.
        position: Centre in m, two numbers.
        velocity: In m/s, two numbers.
        radius: In m.
        mass: In kg.
    """
    zeros = np.zeros((1, SLOTS))
    scenes = Scenes(
        position=np.zeros((1, SLOTS, 2)),
        velocity=np.zeros((1, SLOTS, 2)),
        radius=zeros.copy(),
        mass=zeros.copy(),
        present=zeros.copy(),
        law=law.to_array()[None],
    )
    scenes.position[0, 0], scenes.velocity[0, 0] = position, velocity
    scenes.radius[0, 0], scenes.mass[0, 0], scenes.present[0, 0] = radius, mass, 1.0
    return scenes


def overlaps(position, radius, present) -> np.ndarray:
    """Return which scenes hold two balls that overlap, shape (n,)."""
    apart = position[:, :, None] - position[:, None]  # (n, 4, 4, 2)
    reach = radius[:, :, None] + radius[:, None]
    both = (present[:, :, None] * present[:, None]) * (1 - np.eye(SLOTS)) > 0
    return (((apart**2).sum(-1) < reach**2) & both).any(axis=(1, 2))


def ball_counts(
    generator: np.random.Generator, n: int, num_balls: tuple[int, int]
) -> np.ndarray:
    """Return how many balls each scene holds: every count equally often, shuffled.

    Args:
        generator: Source of randomness.
        n: Number of scenes.
        num_balls: Least and greatest count, both included.

    Raises:
        ValueError: If the range is not within 1 to 4.
    """
    low, high = num_balls
    if not 1 <= low <= high <= SLOTS:
        raise ValueError(
            f"Expected 1 <= least <= greatest <= {SLOTS} balls. Received: "
            f"num_balls={num_balls}. Give the least and the greatest count."
        )
    return generator.permutation(low + np.arange(n) % (high - low + 1))


def spawn(
    generator: np.random.Generator, counts: np.ndarray, law: np.ndarray
) -> tuple[Scenes, dict[str, Any]]:
    """Draw scenes without overlapping balls.

    A draw with an overlap is rejected as a whole and drawn again.

    Args:
        generator: Source of randomness.
        counts: Balls a scene, shape (n,).
        law: Laws, shape (n, 4).

    Returns:
        The scenes, and a report: for each ball count the scenes kept and the draws
        rejected.

    Raises:
        ValueError: If a stratum still lacks scenes after 200 rounds.
    """
    n = len(counts)
    drawn: dict[str, Any] = {
        name: np.zeros((n, SLOTS, 2)) for name in ("position", "velocity")
    }
    drawn |= {name: np.zeros((n, SLOTS)) for name in ("radius", "mass")}
    present = (np.arange(SLOTS) < np.asarray(counts)[:, None]).astype(float)
    rejected = {int(count): 0 for count in np.unique(counts)}
    open_ = np.arange(n)
    for _ in range(MAX_ROUNDS):
        fresh = _draw(generator, len(open_))
        bad = overlaps(fresh["position"], fresh["radius"], present[open_])
        for name, values in fresh.items():
            drawn[name][open_] = values
        for count in np.unique(counts[open_[bad]]):
            rejected[int(count)] += int((counts[open_[bad]] == count).sum())
        open_ = open_[bad]
        if not len(open_):
            break
    report = _report(counts, rejected, open_)
    for name, values in drawn.items():
        drawn[name] = values * (present if values.ndim == 2 else present[..., None])
    return Scenes(**drawn, present=present, law=law), report


def _draw(generator, n):
    """Draw every slot of `n` scenes, overlapping or not."""
    position = generator.uniform(size=(n, SLOTS, 2))
    low = np.array([BIRTH_X[0], BIRTH_Y[0]])
    high = np.array([BIRTH_X[1], BIRTH_Y[1]])
    return {
        "position": low + (high - low) * position,
        "velocity": generator.uniform(-SPEED, SPEED, (n, SLOTS, 2)),
        "radius": generator.uniform(*RADIUS, (n, SLOTS)),
        "mass": generator.uniform(*MASS, (n, SLOTS)),
    }


def _report(counts, rejected, left):
    """Say what was kept and rejected; fail on a stratum that is not full."""
    report = {
        f"{count} balls": {
            "kept": int((counts == count).sum() - (counts[left] == count).sum()),
            "rejected": number,
        }
        for count, number in rejected.items()
    }
    if len(left):
        raise ValueError(
            f"Expected every stratum of scenes to fill within {MAX_ROUNDS} rounds. "
            f"Received: {report}. Ask for fewer balls or smaller ones."
        )
    return report
