"""Forces beyond the four parameters of a law, and the control that each one needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dist_invention.domains.physics.scenes import Scenes
import numpy as np


@dataclass(frozen=True)
class Bodies:
    """What a force may depend on; all arrays have shape (slots, n).

    Args:
        position: Complex, in m.
        velocity: Complex, in m/s.
        mass: In kg.
        present: Whether the slot holds a ball.
        gravity: In m/s2, negative is down.
        time: Seconds since frame 0.

    Example:
        >>> one = np.ones((1, 1))
        >>> Bodies(one * 1j, one * 0j, one, one > 0, -9.81 * one, 0.0).time
        0.0
    """

    position: np.ndarray
    velocity: np.ndarray
    mass: np.ndarray
    present: np.ndarray
    gravity: np.ndarray
    time: float


@dataclass(frozen=True)
class Mechanism:
    """One force: its parameters, their ranges, and the acceleration it adds.

    Args:
        names: Names of the parameters, with units.
        ranges: Lowest and highest value a parameter, shape (p, 2).
        force: From bodies and parameters (n, p) to accelerations in m/s2, complex,
            shape (slots, n), added to gravity.

    Example:
        >>> MECHANISMS["rotating_frame"].names
        ('angular_velocity_rad_per_s',)
    """

    names: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    force: Callable[[Bodies, np.ndarray], np.ndarray]

    def sample(self, generator: np.random.Generator, n: int) -> np.ndarray:
        """Draw parameters uniformly from their ranges, shape (n, p)."""
        low, high = np.array(self.ranges).T
        return generator.uniform(low, high, (n, len(self.ranges)))


def _time_varying(bodies, parameters):
    amplitude, frequency, phase = parameters.T
    wave = np.sin(2 * np.pi * frequency * bodies.time + phase)
    return 1j * bodies.gravity * amplitude * wave


def _height_dependent(bodies, parameters):
    scale = parameters[:, 0]
    return 1j * bodies.gravity * np.expm1(-bodies.position.imag / scale)


def _rotating_frame(bodies, parameters):
    turn = parameters[:, 0]
    offset = bodies.position - (4.0 + 3.0j)
    return turn**2 * offset - 2j * turn * bodies.velocity


def _springs(bodies, parameters):
    stiffness, rest = parameters.T
    total = np.zeros_like(bodies.position)
    for low in range(len(total)):
        for high in range(low + 1, len(total)):
            apart = bodies.position[high] - bodies.position[low]
            length = np.maximum(np.abs(apart), 1e-9)
            both = bodies.present[high] & bodies.present[low]
            pull = stiffness * (length - rest) * apart / length * both
            total[low] += pull
            total[high] -= pull
    return total / np.where(bodies.present, bodies.mass, 1.0)


def _magnetic(bodies, parameters):
    return 1j * parameters[:, 0] * bodies.velocity


MECHANISMS = {
    "time_varying_gravity": Mechanism(
        ("amplitude", "frequency_hz", "phase_rad"),
        ((0.2, 0.4), (0.5, 2.0), (0.0, 2 * np.pi)),
        _time_varying,
    ),
    "height_dependent_gravity": Mechanism(
        ("scale_m",), ((1.0, 1.0),), _height_dependent
    ),
    "rotating_frame": Mechanism(
        ("angular_velocity_rad_per_s",), ((0.1, 0.5),), _rotating_frame
    ),
    "springs": Mechanism(
        ("stiffness_n_per_m", "rest_length_m"), ((1.0, 5.0), (0.5, 2.0)), _springs
    ),
    "magnetic": Mechanism(("charge_times_field_per_s",), ((0.5, 2.0),), _magnetic),
}


def with_mechanism(scenes: Scenes, name: str, generator: np.random.Generator) -> Scenes:
    """Return the same scenes under one more force.

    Args:
        scenes: The scenes at frame 0.
        name: A key of MECHANISMS.
        generator: Source of the parameters.

    Raises:
        ValueError: If the mechanism is unknown.
    """
    if name not in MECHANISMS:
        raise ValueError(
            f"Expected a mechanism of {tuple(MECHANISMS)}. Received: {name!r}. "
            "Name one of them."
        )
    drawn = MECHANISMS[name].sample(generator, len(scenes))
    return replace(scenes, mechanism=name, parameters=drawn)


def matched_control(scenes: Scenes, position, velocity, frame_seconds: float) -> Scenes:
    """Return the parameter shift that has the same mean force, without mechanism.

    The vertical acceleration of the mechanism is averaged over the recorded frames,
    weighted by mass, and added to gravity. A model that fails on the mechanism but
    not on this control fails because of the mechanism.

    Args:
        scenes: Scenes with a mechanism, at frame 0.
        position: Recorded under the mechanism, in m, shape (n, frames, 4, 2).
        velocity: In m/s, the same shape.
        frame_seconds: Seconds between two frames.

    Raises:
        ValueError: If the scenes have no mechanism.
    """
    if not scenes.mechanism:
        raise ValueError(
            "Expected scenes with a mechanism. Received: mechanism=''. "
            "Call `with_mechanism` first; without one there is nothing to match."
        )
    force = MECHANISMS[scenes.mechanism].force
    share = scenes.mass / scenes.mass.sum(axis=1, keepdims=True)
    mean = np.zeros(len(scenes))
    for frame in range(position.shape[1]):
        bodies = Bodies(
            (position[:, frame, :, 0] + 1j * position[:, frame, :, 1]).T,
            (velocity[:, frame, :, 0] + 1j * velocity[:, frame, :, 1]).T,
            scenes.mass.T,
            scenes.present.T > 0,
            np.tile(scenes.law[:, 0], (scenes.mass.shape[1], 1)),
            frame * frame_seconds,
        )
        mean += (force(bodies, scenes.parameters).imag * share.T).sum(axis=0)
    law = scenes.law.copy()
    law[:, 0] += mean / position.shape[1]
    return replace(scenes, law=law, mechanism="", parameters=np.zeros((0, 0)))
