"""The record's learning rate: halved on a plateau of the loss of single batches."""

from collections.abc import Mapping
import logging
from typing import Any

from dist_invention.runtime.state import as_float
import keras
import numpy as np

PATIENCE = 2000  # batches, of the record's 100,000
RECORD_STEPS = 100_000

log = logging.getLogger(__name__)


class PlateauPerBatch(keras.callbacks.Callback):
    """Lower the rate when no batch was better for long, as the record does.

    It is PyTorch's `ReduceLROnPlateau` (mode `min`, relative threshold) asked after
    each batch with that batch's own loss, noise and all: the least of many noisy
    losses is hard to beat, so that the rate falls though learning goes on.

    The rate that the stage sets for its first batch is where it begins; from then on
    this callback holds the rate, whatever the stage's schedule says. The journal has
    the rate of each epoch; `changes` has every change.

    Keras tells means since the beginning of the epoch, from which the loss of a batch
    is taken off again; to six digits in an epoch of a few hundred batches.

    Args:
        factor: What the rate is multiplied by, between 0 and 1.
        patience: Batches without a new least loss that are borne.
        threshold: Relative distance under the least loss that makes a new one.
        least_change: A smaller change of the rate than this is not made.

    Raises:
        ValueError: If the factor lowers nothing or the patience is negative.

    Attributes:
        changes: The changes so far: batches done and the rate from then on.

    Example:
        >>> plateau = PlateauPerBatch(patience=1)
        >>> plateau.rate = 1.0
        >>> for loss in (2.0, 2.0, 2.0, 1.0):
        ...     plateau.see(loss)
        >>> plateau.rate, plateau.changes
        (0.5, [{'step': 3, 'rate': 0.5}])
    """

    def __init__(
        self,
        factor: float = 0.5,
        patience: int = PATIENCE,
        threshold: float = 1e-4,
        least_change: float = 1e-8,
    ):
        super().__init__()
        if not 0 < factor < 1 or patience < 0:
            raise ValueError(
                "Expected a factor between 0 and 1 and a patience of at least 0. "
                f"Received: factor={factor}, patience={patience}. "
                "Leave the callback out to keep the rate."
            )
        self.factor, self.patience = factor, patience
        self.threshold, self.least_change = threshold, least_change
        self.rate: float | None = None
        self.best: float | None = None
        self.waited = 0
        self.changes: list[dict[str, Any]] = []
        self._steps = 0
        self._seen, self._total = 0, 0.0  # batches of this epoch, sum of their losses

    def see(self, loss: float) -> None:
        """Take the loss of one batch, and lower the rate if it is time."""
        self._steps += 1
        if self.best is None or loss < self.best * (1.0 - self.threshold):
            self.best, self.waited = loss, 0
        else:
            self.waited += 1
        if self.waited > self.patience:
            self.waited = 0
            self._lower()

    def _lower(self) -> None:
        assert self.rate is not None
        lower = self.rate * self.factor
        if self.rate - lower > self.least_change:
            self.rate = lower
            self.changes.append({"step": self._steps, "rate": lower})
            log.info("Learning rate %.3g after batch %d.", lower, self._steps)

    def on_epoch_begin(self, epoch, logs=None):
        """Begin anew, as the means in the logs do."""
        self._seen, self._total = 0, 0.0

    def on_train_batch_begin(self, batch, logs=None):
        """Hold the rate; take it over from the stage at its first batch."""
        learner: Any = self.model
        if self.rate is None:
            self.rate = as_float(learner.optimizer.learning_rate)
        learner.optimizer.learning_rate.assign(np.float32(self.rate))

    def on_train_batch_end(self, batch, logs=None):
        """Take the loss of this batch out of the mean."""
        total = as_float((logs or {})["loss"]) * (self._seen + 1)
        loss, self._total = total - self._total, total
        self._seen += 1
        self.see(loss)

    def get_state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "rate": self.rate,
            "best": self.best,
            "waited": self.waited,
            "changes": [dict(item) for item in self.changes],
            "steps": self._steps,
            "seen": self._seen,
            "total": self._total,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `get_state` returned."""
        self.rate, self.best = state["rate"], state["best"]
        self.waited = int(state["waited"])
        self.changes = [dict(item) for item in state["changes"]]
        self._steps, self._seen = int(state["steps"]), int(state["seen"])
        self._total = float(state["total"])


def record_patience(steps: int) -> int:
    """Return the record's patience for a run of another length, in batches.

    Args:
        steps: Batches of the run; those of the record are 100,000.

    Example:
        >>> record_patience(3_000)
        60
    """
    return max(1, round(PATIENCE * steps / RECORD_STEPS))
