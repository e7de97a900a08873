"""Keras callbacks that apply a stage, in `fit()` as in the loop of this library."""

from typing import Any

from dist_invention.curriculum.balance_terms import BalanceTerms
from dist_invention.curriculum.stage import Stage
import keras
import numpy as np


class ApplyStage(keras.callbacks.Callback):
    """Turn the learning rate and the loss weights as a stage's schedules say.

    Works on a compiled `Learner`. A value is written only when its schedule moves,
    so that a stock callback which lowers the rate is not overruled. The weights of a
    stage with a balancer are left to its `BalanceTerms`, which comes with this one.

    Args:
        stage: The stage.
        steps_per_epoch: Batches an epoch.

    Example:
        >>> learner.fit(data, callbacks=[ApplyStage(stage, 10)])  # doctest: +SKIP
    """

    def __init__(self, stage: Stage, steps_per_epoch: int):
        super().__init__()
        self.stage = stage
        self.steps_per_epoch = steps_per_epoch
        self.balance = BalanceTerms(stage, steps_per_epoch) if stage.balance else None
        self._epoch = 0
        self._last: dict[str, Any] = {}

    def set_model(self, model):
        """Take the learner, for the balancer too."""
        super().set_model(model)
        if self.balance is not None:
            self.balance.set_model(model)

    def on_epoch_begin(self, epoch, logs=None):
        """Remember the epoch, which batches do not know."""
        self._epoch = epoch
        if self.balance is not None:
            self.balance.on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        """Write what the schedules say for this step."""
        done = self._epoch * self.steps_per_epoch + batch
        progress = done / max(1, self.stage.epochs * self.steps_per_epoch - 1)
        rate = self.stage.learning_rate.at(progress)
        learner: Any = self.model
        if self._last.get("rate") != rate:
            learner.optimizer.learning_rate.assign(np.float32(rate))
        if self.balance is not None:
            self.balance.on_train_batch_begin(batch, logs)
            self._last = {"rate": rate}
            return
        weights = self.stage.weights_at(progress)
        if self._last.get("weights") != weights:
            learner.set_weights_of_terms(weights)
        self._last = {"rate": rate, "weights": weights}

    def on_train_batch_end(self, batch, logs=None):
        """Hand the losses on to the balancer, if there is one."""
        if self.balance is not None:
            self.balance.on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Hand the losses on to the balancer, if there is one."""
        if self.balance is not None:
            self.balance.on_epoch_end(epoch, logs)

    def get_state(self) -> dict[str, Any]:
        """Return what was last written, and what the balancer remembers."""
        balance = {} if self.balance is None else {"balance": self.balance.get_state()}
        return {**self._last, **balance}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take up what was last written, and what the balancer remembered."""
        self._last = dict(state)
        remembered = self._last.pop("balance", None)
        if self.balance is not None and remembered is not None:
            self.balance.set_state(remembered)


class LeaveStage(keras.callbacks.Callback):
    """Ask a stage's transition after each epoch, and stop when it gives a reason.

    Args:
        stage: The stage.

    Example:
        >>> leave = LeaveStage(stage)  # doctest: +SKIP
        >>> learner.fit(data, callbacks=[leave])  # doctest: +SKIP
        >>> leave.reason  # doctest: +SKIP
        '2 of 2 epochs done'
    """

    def __init__(self, stage: Stage):
        super().__init__()
        self.stage = stage
        self.history: list[dict[str, float]] = []
        self.reason: str | None = None

    def on_epoch_end(self, epoch, logs=None):
        """Record the epoch and stop if the transition says so."""
        self.history.append({name: float(v) for name, v in (logs or {}).items()})
        self.reason = self.stage.transition.reason_to_leave(self.history)
        if self.reason:
            learner: Any = self.model
            learner.stop_training = True

    def get_state(self) -> dict[str, Any]:
        """Return the epochs so far and the reason, if there is one."""
        return {"history": [dict(row) for row in self.history], "reason": self.reason}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take up the epochs so far."""
        self.history = [dict(row) for row in state["history"]]
        self.reason = state["reason"]
