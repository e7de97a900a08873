"""Pass over the first batches of an epoch of `fit`: drawn, and not trained on."""

from collections.abc import Callable
from typing import Any


class DataEndedEarly(RuntimeError):
    """An epoch has fewer batches than the checkpoint has seen of it."""


class PassingOver:
    """Stand in for `model.train_function` until some batches have been drawn.

    `fit` cannot begin inside an epoch. So each of these batches is drawn, as `fit`
    does it, and nothing else happens: no update, and no callback is told. Then the
    model's own function is put back.

    Args:
        model: A compiled model, inside `fit`, before the first batch of an epoch.
        callbacks: The `CallbackList` of that `fit`.
        count: Batches to pass over, at least 1.
        done: Called right after the last of them was drawn.

    Example:
        >>> PassingOver(model, callbacks, 12, restore).begin()  # doctest: +SKIP
    """

    def __init__(
        self, model: Any, callbacks: Any, count: int, done: Callable[[], None]
    ):
        self.model = model
        self.callbacks = callbacks
        self.count = count
        self.done = done
        self.drawn = 0
        self._function: Any = None
        self._logs: dict[str, Any] = {}

    def begin(self) -> None:
        """Take the place of the train function; no callback hears of a batch."""
        self._function = self.model.train_function
        self._logs = self.model.get_metrics_result()  # what fit sees if none is left
        self.model.train_function = self._draw
        self.callbacks.on_train_batch_begin = self._told_nobody
        self.callbacks.on_train_batch_end = self._told_nobody

    def end(self) -> None:
        """Put everything back; doing so twice is harmless."""
        if self._function is not None:
            self.model.train_function, self._function = self._function, None
        for name in ("on_train_batch_begin", "on_train_batch_end"):
            vars(self.callbacks).pop(name, None)  # the class has its own

    def _draw(self, *arguments: Any) -> Any:
        """Draw one batch; called as `f(iterator)`, on JAX as `f(state, iterator)`."""
        *state, batches = arguments
        try:
            next(batches)
            self.drawn += 1
            if self.drawn == self.count:
                self.model.train_function, self._function = self._function, None
                self.done()
        except StopIteration as error:
            self.end()
            raise DataEndedEarly(
                f"Expected at least {self.count} batches in this epoch, as many as "
                f"the checkpoint has seen. Received: {self.drawn}. Give fit the data "
                "that it had, or start anew in another folder."
            ) from error
        except BaseException:
            self.end()
            raise
        return (self._logs, *state) if state else self._logs

    def _told_nobody(self, batch: int, logs: Any = None) -> None:
        """Keep a batch from the callbacks; the end of the last one ends that too."""
        if self._function is None and logs is not None:
            self.end()
