"""The named loss terms of the physics world: numbers without unit, one a sample."""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keras import ops

FRAMES_PER_SECOND = 60.0
SMALL_KICK = 0.05  # below this the momentum term is quadratic, above it is linear


@dataclass(frozen=True)
class PositionError:
    """Squared position error in units of the training scale.

    Args:
        scale: Standard deviation of positions in the training data, m.

    Example:
        >>> PositionError(scale=2.0).name
        'position'
    """

    scale: float
    name: str = "position"

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return the mean over frames and present balls.

        Args:
            inputs: Fields the model saw; `present` (batch, balls) is read.
            targets: True fields; `position` (batch, frames, balls, 2) in m.
            outputs: Predicted fields of the same shapes as the targets.

        Returns:
            One number a sample, shape (batch,).
        """
        return _squared_error("position", self.scale, inputs, targets, outputs)


@dataclass(frozen=True)
class VelocityError:
    """Squared velocity error in units of the training scale.

    Args:
        scale: Standard deviation of velocities in the training data, m/s.

    Example:
        >>> VelocityError(scale=1.5).name
        'velocity'
    """

    scale: float
    name: str = "velocity"

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return the mean over frames and present balls, shape (batch,).

        Args:
            inputs: Fields the model saw; `present` (batch, balls) is read.
            targets: True fields; `velocity` (batch, frames, balls, 2) in m/s.
            outputs: Predicted fields of the same shapes as the targets.
        """
        return _squared_error("velocity", self.scale, inputs, targets, outputs)


@dataclass(frozen=True)
class EnergyError:
    """Predicted change of mechanical energy against the simulator's own change.

    Energy is kinetic plus potential, over all present balls, counted from the last
    context frame. Gravity is read from `law`, as a label: a model that infers the
    law never sees it.

    Args:
        scale: Typical change of energy in the training data, J.

    Example:
        >>> EnergyError(scale=10.0).name
        'energy'
    """

    scale: float
    name: str = "energy"

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return the mean squared error over frames, shape (batch,).

        Args:
            inputs: `context_position`, `context_velocity`, `mass`, `present`, `law`.
            targets: `energy_change` (batch, frames) in J.
            outputs: Predicted `position` and `velocity`.
        """
        start = _energy(
            inputs,
            inputs["context_position"][:, -1:],
            inputs["context_velocity"][:, -1:],
        )  # (batch, 1)
        energy = _energy(inputs, outputs["position"], outputs["velocity"])
        error = (energy - start - _float(targets["energy_change"])) / self.scale
        return ops.mean(ops.square(error), axis=1)


@dataclass(frozen=True)
class MomentumError:
    """Change of horizontal momentum where no ball touches anything.

    Between contacts the total horizontal momentum changes by damping alone. The
    residual of that rule, predicted minus true, is a force; it is averaged over the
    frames without a true contact, so it is zero for the true trajectory under any
    mechanism. Small residuals count squared and large ones linearly: one impulse
    in one frame is a large force.

    Args:
        scale: Typical horizontal momentum of a scene, kg m/s.

    Example:
        >>> MomentumError(scale=2.0).name
        'momentum'
    """

    scale: float
    name: str = "momentum"

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return the mean over frames without contact, shape (batch,).

        Args:
            inputs: `context_velocity`, `mass`, `present`, `law` (damping per second).
            targets: `velocity` and `contact` (batch, frames, balls).
            outputs: Predicted `velocity`.
        """
        kept = _float(inputs["law"])[:, 3:4] ** (1.0 / FRAMES_PER_SECOND)
        start = _horizontal_momentum(inputs, inputs["context_velocity"][:, -1:])
        kicks = []
        for velocity in (outputs["velocity"], targets["velocity"]):
            momentum = _horizontal_momentum(inputs, velocity)  # (batch, frames)
            before = ops.concatenate([start, momentum[:, :-1]], axis=1)
            kicks.append(momentum - kept * before)
        force = (kicks[0] - kicks[1]) * (FRAMES_PER_SECOND / self.scale)  # per second
        size = ops.sqrt(ops.square(force) + SMALL_KICK**2) - SMALL_KICK
        free = 1.0 - ops.max(_float(targets["contact"]), axis=2)  # (batch, frames)
        return ops.sum(size * free, axis=1) / ops.maximum(ops.sum(free, axis=1), 1.0)


def _float(values):
    return ops.cast(values, "float32")


def _squared_error(name, scale, inputs, targets, outputs):
    error = (_float(outputs[name]) - _float(targets[name])) / scale
    present = _float(inputs["present"])[:, None, :]  # (batch, 1, balls)
    per_ball = ops.mean(ops.square(error), axis=-1) * present
    count = ops.maximum(ops.sum(present, axis=(1, 2)), 1.0)
    return ops.sum(ops.mean(per_ball, axis=1), axis=1) / count


def _energy(inputs, position, velocity):
    """Return mechanical energy (batch, frames), J."""
    mass = (_float(inputs["mass"]) * _float(inputs["present"]))[:, None, :]
    gravity = _float(inputs["law"])[:, 0, None, None]
    kinetic = 0.5 * ops.sum(ops.square(_float(velocity)), axis=-1)
    potential = -gravity * _float(position)[..., 1]
    return ops.sum(mass * (kinetic + potential), axis=2)


def _horizontal_momentum(inputs, velocity):
    """Return the scene's momentum along x (batch, frames), kg m/s."""
    mass = (_float(inputs["mass"]) * _float(inputs["present"]))[:, None, :]
    return ops.sum(mass * _float(velocity)[..., 0], axis=2)
