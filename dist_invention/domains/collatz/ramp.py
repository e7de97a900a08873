"""The record's curriculum: one seed after the other joins the pool."""

from typing import Any

from dist_invention.domains.collatz.pool import Pool, pool_size
import keras


class Ramp(keras.callbacks.Callback):
    """Set how many seeds of a pool are active, at the begin of each epoch of a stage.

    The number follows from the epoch alone, so that there is nothing to save. When the
    stage is over the pool is as it was built.

    Args:
        pool: The pool that the stage's stream draws from.
        steps_per_epoch: Batches an epoch.
        ramp: Batches until all seeds are active; 0 for all at once.
        start: How many are active at the beginning.
        before: Batches of earlier stages that count, too.

    Raises:
        ValueError: If the pool was built with another number of active seeds than the
            ramp begins with; batches made before the first epoch would then differ.

    Example:
        >>> pool = Pool([871, 6171], active=0)
        >>> ramp = Ramp(pool, steps_per_epoch=10, ramp=40)
        >>> ramp.on_epoch_begin(3)
        >>> pool.active
        1
    """

    def __init__(
        self,
        pool: Pool,
        steps_per_epoch: int,
        ramp: int,
        start: int = 0,
        before: int = 0,
    ):
        super().__init__()
        self.pool = pool
        self.steps_per_epoch = steps_per_epoch
        self.ramp, self.start, self.before = ramp, start, before
        first = self._active(0)
        if pool.first_active != first:
            raise ValueError(
                f"Expected a pool with {first} active seeds, with which this ramp "
                f"begins. Received: active={pool.first_active}. "
                f"Build the pool with active={first}."
            )

    def _active(self, epoch: int) -> int:
        done = self.before + epoch * self.steps_per_epoch
        return pool_size(done, self.ramp, self.start, len(self.pool.seeds))

    def on_epoch_begin(self, epoch, logs=None):
        """Activate as many seeds as the batches done say."""
        self.pool.active = self._active(epoch)

    def on_train_begin(self, logs=None):
        """Begin with the pool as it was built, after going back, too."""
        self.pool.active = self.pool.first_active

    def on_train_end(self, logs=None):
        """Leave the pool as it was built."""
        self.pool.active = self.pool.first_active

    def get_state(self) -> dict[str, Any]:
        """Return nothing: the epoch says it all."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take nothing up."""
