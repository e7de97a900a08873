"""NaN, SIGTERM and the clock: stop cleanly, save first."""

from collections.abc import Mapping
from dataclasses import dataclass
import gc
import math
import signal
import time
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime.state import as_float
from dist_invention.runtime.step import StepResult
from dist_invention.training.checkpoint import Checkpointer

CHECK_EVERY = 10  # steps between two looks at the gradient norms
EXIT_START_AGAIN = 75  # stopped early; the same command goes on


class NotFinite(FloatingPointError):
    """A loss or a gradient was NaN or infinite.

    Args:
        batch: The guilty batch as (stage, epoch, step).
        global_step: Optimizer steps done when it came up.
    """

    def __init__(self, batch: tuple[int, int, int], global_step: int):
        self.batch = batch
        self.global_step = global_step
        stage, epoch, step = batch
        super().__init__(
            "Expected a finite loss and gradient. Received: NaN or infinity in batch "
            f"{step} of epoch {epoch} of stage {stage}, step {global_step}. "
            "Look at that batch, or lower the learning rate."
        )


class SelectNotFinite(FloatingPointError):
    """A score on a select split is NaN or infinite."""


class StoppedEarly(Exception):
    """The run was asked to stop and has saved; the same command goes on.

    Args:
        reason: Why, in words.
    """

    exit_code = EXIT_START_AGAIN

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


@dataclass
class FiniteGuard:
    """Look at every step's gradient norm, in bundles, and name the first bad batch.

    The metric alone is not enough: a fused operation can turn NaN into 0 on its way
    to the loss.

    Args:
        loss_scaled: Whether infinite gradients are normal, as under float16 with
            loss scaling; then only the loss is judged.

    Example:
        >>> guard = FiniteGuard()
        >>> guard.after_step(Place(0, 0, 1, 1), StepResult({"loss": 1.0}, 0.5))
        >>> guard.confirm()
    """

    loss_scaled: bool = False

    def __post_init__(self):
        self._pending: list[tuple[Place, StepResult]] = []

    def after_step(self, place: Place, result: StepResult) -> None:
        """Remember the step; look at the bundle when it is full."""
        self._pending.append((place, result))
        if len(self._pending) >= CHECK_EVERY:
            self.confirm()

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Look at what is left, and at the scores on select splits.

        Raises:
            NotFinite: If a step was not finite.
            SelectNotFinite: If a score on a select split is not.
        """
        self.confirm()
        bad = sorted(name for name, value in logs.items() if not math.isfinite(value))
        if bad:
            raise SelectNotFinite(
                "Expected finite scores on the select splits. Received: NaN or "
                f"infinity in {bad} after epoch {place.epoch} of stage {place.stage}. "
                "Look for NaN in the select data, or lower the learning rate."
            )

    def confirm(self) -> None:
        """Raise if a step since the last look was not finite.

        Raises:
            NotFinite: Naming the first batch at fault.
        """
        pending, self._pending = self._pending, []
        for place, result in pending:
            numbers = [result.logs.get("loss", 0.0)]
            if not self.loss_scaled:
                numbers.append(result.gradient_norm)
            if not all(math.isfinite(as_float(value)) for value in numbers):
                batch = (place.stage, place.epoch, place.step - 1)
                raise NotFinite(batch, place.global_step)


class StopGuard:
    """Stop at the next step after SIGTERM, Ctrl-C or the time limit; save first.

    Use it as a context manager; the old signal handlers come back at its end.

    Args:
        max_hours: Time limit in hours from now, or `None`.

    Example:
        >>> with StopGuard(max_hours=6.0) as guard:
        ...     guard.reason is None
        True
    """

    def __init__(self, max_hours: float | None):
        self.reason: str | None = None
        self.checkpointer: Checkpointer | None = None
        limit = math.inf if max_hours is None else max_hours * 3600
        self._deadline = time.monotonic() + limit
        self._limit = f"the time limit of {max_hours} hours is reached"
        self._old: dict[int, Any] = {}

    def __enter__(self) -> "StopGuard":
        for number in (signal.SIGTERM, signal.SIGINT):
            self._old[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)

    def after_step(self, place: Place, result: StepResult) -> None:
        """Save and stop if it is time."""
        if self.reason is None and time.monotonic() > self._deadline:
            self.reason = self._limit
        if self.reason is not None:
            if self.checkpointer is not None:
                self.checkpointer.save(place)
            raise StoppedEarly(self.reason)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Save and stop if it is time."""
        self.after_step(place, StepResult({}, 0.0))

    def _on_signal(self, number: int, frame: Any) -> None:
        self.reason = f"received {signal.Signals(number).name}"


class GarbageCollector:
    """Collect garbage once an epoch, cheaply: what existed before is frozen.

    Example:
        >>> collector = GarbageCollector()
        >>> collector.freeze()
    """

    def freeze(self) -> None:
        """Take everything that exists now out of later collections."""
        gc.collect()
        gc.freeze()

    def after_step(self, place: Place, result: StepResult) -> None:
        """Nothing to do inside an epoch."""

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Collect what the epoch left behind."""
        gc.collect()
