"""The Keras callback that shows a balancer the losses and sets the weights."""

from collections.abc import Mapping
from typing import Any

from dist_invention.curriculum.balancing import Balancer, Controller
from dist_invention.curriculum.stage import Stage
import keras


class BalanceTerms(keras.callbacks.Callback):
    """Let a stage's balancer turn the weights of the loss terms.

    Works on a compiled `Learner`. The losses come from the logs, which are means since
    the beginning of the epoch; what was there at the last look is taken off. New
    weights are written before the next step, so that those in the records of an epoch
    are those that it was trained with.

    Args:
        stage: A stage with a balancer.
        steps_per_epoch: Batches an epoch.

    Raises:
        ValueError: If the stage has no balancer.

    Example:
        >>> learner.fit(data, callbacks=[BalanceTerms(stage, 10)])  # doctest: +SKIP
    """

    def __init__(self, stage: Stage, steps_per_epoch: int):
        super().__init__()
        if stage.balance is None:
            raise ValueError(
                f"Expected stage `{stage.name}` to have a balancer. "
                "Received: balance=None. Give it one, or leave the callback out."
            )
        self.balancer: Balancer = stage.balance
        self.controller = Controller(stage.balance, stage.weights_at(1.0), stage.name)
        self.epochs, self.steps_per_epoch = stage.epochs, steps_per_epoch
        self._epoch = 0
        self._steps = 0  # of the stage, as far as this callback saw them
        self._seen = 0  # batches of this epoch
        self._then: tuple[int, dict[str, float]] = (0, {})  # batches, means: last look
        self._written: dict[str, float] | None = None

    def on_epoch_begin(self, epoch, logs=None):
        """Begin anew, as the means in the logs do."""
        self._epoch, self._seen, self._then = epoch, 0, (0, {})

    def on_train_batch_begin(self, batch, logs=None):
        """Write the weights, if they have moved."""
        weights = self.controller.weights()
        if weights != self._written:
            learner: Any = self.model
            learner.set_weights_of_terms(weights)
            self._written = weights

    def on_train_batch_end(self, batch, logs=None):
        """Look at the losses every so many steps."""
        self._seen += 1
        self._steps += 1
        if self.balancer.every and self._steps % self.balancer.every == 0:
            self._look(logs or {}, self._epoch * self.steps_per_epoch + batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        """Look at the losses of the epoch."""
        if not self.balancer.every:
            self._look(logs or {}, (epoch + 1) * self.steps_per_epoch)

    def _look(self, logs: Mapping[str, Any], done: int) -> None:
        """Show the controller the means since the last look in this epoch."""
        now = {name: float(logs[name]) for name in self.controller.counted}
        before, means = self._then
        taken = self._seen - before
        losses = {
            name: (value * self._seen - means.get(name, 0.0) * before) / taken
            for name, value in now.items()
        }
        self.controller.see(losses, done / (self.epochs * self.steps_per_epoch))
        self._then = (self._seen, now)

    def get_state(self) -> dict[str, Any]:
        """Return plain JSON values: the controller's state, and the last look."""
        return {
            "controller": self.controller.get_state(),
            "steps": self._steps,
            "seen": self._seen,
            "then": [self._then[0], dict(self._then[1])],
            "written": self._written and dict(self._written),
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `get_state` returned."""
        self.controller.set_state(state["controller"])
        self._steps, self._seen = int(state["steps"]), int(state["seen"])
        self._then = (int(state["then"][0]), dict(state["then"][1]))
        self._written = state["written"] and dict(state["written"])
