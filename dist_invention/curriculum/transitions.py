"""When to leave a stage. A transition answers with its reason, or with `None`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

History = Sequence[Mapping[str, float]]  # one dict of metrics per finished epoch


class Transition(Protocol):
    """Anything that can say why a stage should end now."""

    def reason_to_leave(self, history: History) -> str | None:
        """Return why to leave now, or `None` to stay."""
        ...


@dataclass(frozen=True)
class AfterEpochs:
    """Leave after a fixed number of epochs.

    Args:
        epochs: Length of the stage in epochs, at least 1.

    Example:
        >>> AfterEpochs(2).reason_to_leave([{"loss": 1.0}, {"loss": 0.5}])
        '2 of 2 epochs done'
    """

    epochs: int

    def __post_init__(self):
        if self.epochs < 1:
            raise ValueError(
                "A stage lasts at least one epoch. "
                f"Received: epochs={self.epochs}. "
                "To skip a stage, leave it out of the list."
            )

    def reason_to_leave(self, history: History) -> str | None:
        """Return why to leave now, or `None` to stay."""
        if len(history) < self.epochs:
            return None
        return f"{len(history)} of {self.epochs} epochs done"


@dataclass(frozen=True)
class WhenReaches:
    """Leave as soon as a metric is at least as good as a target.

    Args:
        monitor: Name of the metric, as `fit()` logs it.
        target: Value to reach, in the metric's own unit.
        mode: `"max"` if larger is better, `"min"` if smaller is better.

    Example:
        >>> rule = WhenReaches("val_accuracy", 0.95)
        >>> rule.reason_to_leave([{"val_accuracy": 0.97}])
        'val_accuracy=0.97 reached 0.95'
    """

    monitor: str
    target: float
    mode: str = "max"

    def __post_init__(self):
        if self.mode not in ("max", "min"):
            raise ValueError(
                f"Expected `mode` to be 'max' or 'min'. Received: mode={self.mode!r}. "
                "Say which direction is better."
            )

    def reason_to_leave(self, history: History) -> str | None:
        """Return why to leave now, or `None` to stay."""
        if not history:
            return None
        value = monitored(history[-1], self.monitor)
        reached = value >= self.target if self.mode == "max" else value <= self.target
        return f"{self.monitor}={value:g} reached {self.target:g}" if reached else None


@dataclass(frozen=True)
class AnyOf:
    """Leave when any of several transitions would.

    Args:
        transitions: Asked in order; the first reason is the answer.

    Example:
        >>> rule = AnyOf((WhenReaches("loss", 0.1, mode="min"), AfterEpochs(1)))
        >>> rule.reason_to_leave([{"loss": 0.4}])
        '1 of 1 epochs done'
    """

    transitions: tuple[Transition, ...]

    def reason_to_leave(self, history: History) -> str | None:
        """Return why to leave now, or `None` to stay."""
        reasons = (rule.reason_to_leave(history) for rule in self.transitions)
        return next((reason for reason in reasons if reason), None)


@dataclass(frozen=True)
class AllOf:
    """Leave when every one of several transitions would.

    Args:
        transitions: All must give a reason.

    Example:
        >>> rule = AllOf((AfterEpochs(1), WhenReaches("loss", 0.5, mode="min")))
        >>> rule.reason_to_leave([{"loss": 0.4}])
        '1 of 1 epochs done, and loss=0.4 reached 0.5'
    """

    transitions: tuple[Transition, ...]

    def reason_to_leave(self, history: History) -> str | None:
        """Return why to leave now, or `None` to stay."""
        reasons = [rule.reason_to_leave(history) for rule in self.transitions]
        if not all(reasons):
            return None
        return ", and ".join(reason for reason in reasons if reason)


@dataclass(frozen=True)
class WhenPlateaus:
    """Leave when a metric has not improved for some epochs: early stopping.

    Args:
        monitor: Name of the metric, as `fit()` logs it. Choose one of a select
            split, so `val_...`.
        patience: Epochs without improvement, at least 1.
        min_change: Relative improvement that counts, as in 0.01 for one per cent.
        mode: `"max"` if larger is better, `"min"` if smaller is better.

    Example:
        >>> rule = WhenPlateaus("val_loss", patience=1)
        >>> rule.reason_to_leave([{"val_loss": 1.0}, {"val_loss": 1.0}])
        'val_loss has not improved on 1 for 1 epochs'
    """

    monitor: str
    patience: int
    min_change: float = 0.0
    mode: str = "min"

    def __post_init__(self):
        if self.mode not in ("max", "min"):
            raise ValueError(
                f"Expected `mode` to be 'max' or 'min'. Received: mode={self.mode!r}. "
                "Say which direction is better."
            )
        if self.patience < 1:
            raise ValueError(
                "Expected a patience of at least one epoch. "
                f"Received: patience={self.patience}. Raise it."
            )

    def reason_to_leave(self, history: History) -> str | None:
        """Return why to leave now, or `None` to stay."""
        values = [monitored(logs, self.monitor) for logs in history]
        if not values:
            return None
        sign = 1 if self.mode == "min" else -1
        best, since = values[0], 0
        for value in values[1:]:
            since += 1
            if sign * (best - value) > self.min_change * abs(best):
                best, since = value, 0
        if since < self.patience:
            return None
        return f"{self.monitor} has not improved on {best:g} for {since} epochs"


def monitored(logs: Mapping[str, float], name: str) -> float:
    """Return a logged metric.

    Raises:
        ValueError: If no such metric was logged.
    """
    if name not in logs:
        raise ValueError(
            f"Expected a logged metric `{name}`. Logged: {sorted(logs)}. "
            "Correct `monitor`, or add the loss term or the select split it needs."
        )
    return logs[name]
