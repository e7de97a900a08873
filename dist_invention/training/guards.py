"""NaN is named by its batch; garbage is collected where it costs nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import gc
import math
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime.state import as_float, read_state
from dist_invention.runtime.step import StepResult
from dist_invention.storage import NotFiniteState, refuse_nonfinite

CHECK_EVERY = 10  # steps between two looks at the gradient norms


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


class BrokenSince(FloatingPointError):
    """Something is not finite, and the step that broke it is not known yet.

    Args:
        global_step: Optimizer steps done when it was seen.
    """

    def __init__(self, global_step: int):
        self.global_step = global_step
        super().__init__(
            "Expected a finite loss, gradient and state. Received: NaN or infinity at "
            f"step {global_step}, from that step or one before it. "
            "Go back and look at every step."
        )


class SelectNotFinite(FloatingPointError):
    """A score on a select split is NaN or infinite."""


@dataclass
class FiniteGuard:
    """Notice in bundles that something is not finite; find the batch that did it.

    Looking at everything after each step would cost several per cent. So the loss of
    each step and the gradient norm of every tenth are looked at, and each snapshot of
    the variables before it is saved. NaN in a variable stays there, so one of them
    sees it. The metric alone is not enough: a fused operation can turn NaN into 0 on
    its way to the loss. Once it is seen, `look_closely` makes the same steps, taken
    again from the last checkpoint, tell which one it was.

    Args:
        loss_scaled: Whether infinite gradients are normal, as under float16 with
            loss scaling; then only the loss and the variables are judged.

    Example:
        >>> guard = FiniteGuard()
        >>> guard.after_step(Place(0, 0, 1, 1), StepResult({"loss": 1.0}, 0.5))
        >>> guard.confirm()
    """

    loss_scaled: bool = False

    def __post_init__(self):
        self._pending: list[tuple[Place, StepResult]] = []
        self._model: Any = None
        self.closely_until = -1

    def look_closely(self, model: Any, until: int) -> None:
        """Look at the loss and every variable after every step.

        Args:
            model: The compiled model.
            until: The last global step to look at so; there, something was broken.
        """
        self._model, self.closely_until = model, until
        self._pending = []

    def after_step(self, place: Place, result: StepResult) -> None:
        """Remember the step; look at the bundle when it is full.

        Raises:
            BrokenSince: If something is not finite.
            NotFinite: If the batch that did it is known.
        """
        self._pending.append((place, result))
        if place.global_step <= self.closely_until:
            self._find(place)
        elif len(self._pending) >= CHECK_EVERY:
            self.confirm()

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Look at what is left, and at the scores on select splits.

        Raises:
            BrokenSince: If a step was not finite.
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
            BrokenSince: Naming the first step at which it showed.
        """
        for place in self._broken():
            raise BrokenSince(place.global_step)

    def _find(self, place: Place) -> None:
        """Raise if this very step broke the loss or a variable."""
        is_broken = any(True for _ in self._broken())
        try:
            refuse_nonfinite(read_state(self._model))
        except NotFiniteState:
            is_broken = True
        if is_broken:
            raise NotFinite(_batch(place), place.global_step)

    def _broken(self) -> Iterator[Place]:
        """Yield the places of bad steps since the last look, and forget all of them."""
        pending, self._pending = self._pending, []
        for place, result in pending:
            numbers = [result.logs.get("loss", 0.0)]
            if result.gradient_norm is not None and not self.loss_scaled:
                numbers.append(result.gradient_norm)
            if not all(math.isfinite(as_float(value)) for value in numbers):
                yield place


def _batch(place: Place) -> tuple[int, int, int]:
    """The batch that was trained on to reach a place."""
    return place.stage, place.epoch, place.step - 1


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
