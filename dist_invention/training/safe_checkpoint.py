"""SafeCheckpoint: for anybody's `model.fit`, the checkpoints of the safe run."""

from collections.abc import Sequence
import logging
from pathlib import Path
import time
from typing import Any

from dist_invention.runtime import exit_codes
from dist_invention.training.data_order import DataOrder, order_of
from dist_invention.training.fit_folder import FitFolder
from dist_invention.training.fit_memory import FitMemory
from dist_invention.training.fit_place import FitPlace
from dist_invention.training.fit_signals import FitSignals
from dist_invention.training.fit_state import build, refuse_nonfinite_logs
from dist_invention.training.inside_fit import (
    BatchBell,
    arrange,
    neighbours,
    running_fit,
)
from dist_invention.training.saved import Saved
from dist_invention.training.skipping import PassingOver
import keras

COPY_SECONDS = 10.0  # that copies get once a signal has come
LAST_COPY_SECONDS = 60.0  # that copies get at the end of fit

log = logging.getLogger(__name__)


class SafeCheckpoint(keras.callbacks.Callback):
    """Save everything that `model.fit` needs to go on as if nothing had happened.

    Model, optimizer, metrics, random state (layers, Keras, NumPy, Python) and what the
    other callbacks remember go into one file; it is hashed, written in the background
    and copied to the destinations. The same command goes on from the newest file that
    verifies, wherever it lies.

    It saves at epoch ends, and inside epochs every so many seconds, both less often
    where saving is slow: 100 times the copy and twice the writing lie between two. On
    SIGTERM, SIGHUP and Ctrl-C it saves after the running batch and ends the process
    with exit code 75: start it again.

    A resume is exact, at epoch ends and inside epochs, on TensorFlow and on JAX.
    Inside an epoch the batches seen are drawn again and passed over, which costs the
    time of drawing them. It depends on the data (measured on Keras 3.15.1):

    | data                                          | exact                       |
    |-----------------------------------------------|-----------------------------|
    | arrays, shuffle=False                         | yes                         |
    | arrays, shuffle=True, TensorFlow              | after set_random_seed       |
    | arrays, shuffle=True, JAX                     | yes                         |
    | PyDataset whose items follow from their index | yes; with workers not on JAX|
    | PyDataset with an on_epoch_begin or _end      | no                          |
    | tf.data, unshuffled, or shuffled with a seed  | yes                         |
    | and reshuffle_each_iteration=False            |                             |
    | tf.data that reshuffles, or with random maps  | no                          |
    | steps_per_epoch that is not all of the data   | no                          |
    | generators, other loaders                     | no                          |

    Where it says no, it saves at epoch ends only and goes on from there with all
    state, but the data come in another order than without the interruption. With
    `steps_per_execution` above 1 it saves at epoch ends only, exactly. Either is said
    once, as a warning.

    Args:
        folder: Where this `fit` is kept; another `fit` needs another folder.
        destinations: Folders or URLs (`s3://`, `gs://`, `sftp://`) for copies.
        seconds: Seconds between two saves inside an epoch.

    Raises:
        RunLocked: If another process writes in the folder.
        NoCheckpoint: If every checkpoint is damaged.

    Example:
        >>> safe = SafeCheckpoint("runs/mine", ["s3://copies"])  # doctest: +SKIP
        >>> model.fit(
        ...     x, y, epochs=20, initial_epoch=safe.initial_epoch,
        ...     callbacks=[keras.callbacks.EarlyStopping(), safe],
        ... )  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: Path | str,
        destinations: Sequence[str | Path] = (),
        seconds: float = 30.0,
    ):
        super().__init__()
        self.seconds = seconds
        self.folder = FitFolder(folder, destinations)
        self.signals = FitSignals()
        self._bell = BatchBell(self._between_batches)
        self._memory = FitMemory(keras.callbacks.CallbackList())
        self._callbacks: Any = None
        self._keras: Any = None  # the model; on JAX `self.model` makes it wait
        self._place = FitPlace()
        self._epochs = 0
        self._is_in_epoch = False
        self._order = DataOrder("no fit has begun", {})
        self._saved: Saved | None = None  # until it has been given back
        self._awaits_first_epoch = False
        self.folder.hold()
        self._look()

    @property
    def initial_epoch(self) -> int:
        """The epoch to begin with, as `fit` wants to know it.

        Where a callback such as EarlyStopping has ended the `fit` it lies beyond every
        `epochs`: nothing is trained then, and the final weights come back.
        """
        return self._place.initial_epoch

    def close(self) -> None:
        """Give the folder back; `fit` does so at its end."""
        self.signals.hush()
        self.folder.close()

    # What Keras calls.

    def set_model(self, model):
        """Take the last place among the callbacks."""
        super().set_model(model)
        self._keras = model
        self._callbacks = neighbours(self)
        if self._callbacks is not None:
            self._memory = FitMemory(arrange(self._callbacks, self, self._bell))

    def on_train_begin(self, logs=None):
        """Check everything, then put everything back."""
        if self._saved is None:  # not the first fit of this object
            self.folder.hold()
            self._look()
        self._epochs = (self.params or {}).get("epochs", 0)
        found, code = running_fit(self._callbacks)
        epochs = found.get("epoch_iterator")
        begins = self._keras._initial_epoch or found.get("initial_epoch", 0)
        if epochs is not None and min(begins, self.initial_epoch) < self._epochs:
            self._refuse_other_epoch(begins)
        self._order = order_of(epochs, self._keras.steps_per_execution)
        self._order.warn()
        build(self.model, epochs)
        self._memory.begin(self.model, self._order, self._saved)
        self._is_in_epoch = False
        self._awaits_first_epoch = True
        if self._saved is not None:
            self._memory.give_back_variables(self.model, self._saved)
            self._memory.give_back_rest(self.model, self._saved)
            self.folder.take_up(self._saved.about)
        self.signals.listen(code)

    def on_epoch_begin(self, epoch, logs=None):
        """Go back inside the epoch, where the checkpoint lies inside one."""
        if self._awaits_first_epoch:
            self._refuse_other_epoch(epoch)
        self._awaits_first_epoch = False
        self._is_in_epoch = True
        saved, self._saved = self._saved, None
        self._place.begin_epoch(epoch)
        if saved is not None and saved.place.step > 0:
            self._memory.give_back_variables(self.model, saved)  # metrics are reset
            self._memory.give_back_epoch(saved)
            PassingOver(
                self._keras,
                self._callbacks,
                saved.place.step,
                lambda: self._memory.give_back_rest(self._keras, saved),
            ).begin()
        self._memory.begin_epoch()

    def on_test_begin(self, logs=None):
        """Stop before a validation if that was asked for; else keep the metrics."""
        if self._is_in_epoch:
            self._place.reach(self._place.begun)
            self._stop_if_asked(self._order.may_stop_inside)
            self._memory.begin_validation(self.model)

    def on_test_batch_begin(self, batch, logs=None):
        """Stop without the end of a validation, which is done again later."""
        if self._is_in_epoch:
            self._stop_if_asked(self._order.may_stop_inside)

    def on_epoch_end(self, epoch, logs=None):
        """Save, if saving costs little against what was trained since."""
        self._is_in_epoch = False
        self._memory.end_validation()
        refuse_nonfinite_logs(logs or {}, epoch)
        self._place.end_epoch(epoch)
        self._stop_if_asked(may_save=True)
        is_last = self._keras.stop_training or epoch + 1 >= self._epochs
        if is_last or self.folder.is_due(0.0):
            self._save()
        if is_last:
            self.folder.settle()

    def on_train_end(self, logs=None):
        """Wait for the disk and, for a while, for the destinations."""
        self.folder.settle()
        self.folder.wait_for_copies(LAST_COPY_SECONDS)
        self._saved = None
        self.close()
        if self.signals.reason is not None:
            raise SystemExit(exit_codes.STOPPED)

    # What happens in between.

    def _look(self) -> None:
        """Read the newest checkpoint."""
        self._saved = saved = self.folder.newest()
        self._place = FitPlace()
        if saved is not None:
            self._place.go_on_from(saved.place, saved.about["stop_training"])

    def _refuse_other_epoch(self, epoch: int) -> None:
        newest = self._saved.path if self._saved else f"{self.folder.path} (empty)"
        self._place.refuse_other_epoch(epoch, str(newest))

    def _between_batches(self, batch: int) -> None:
        """Save if it is time; so many batches of the epoch are over."""
        self._place.begun = batch + self._keras.steps_per_execution
        if batch == 0:
            return
        self._place.reach(batch)
        self._stop_if_asked(self._order.may_stop_inside)
        self.folder.writer.check()
        if self._order.may_stop_inside and self.folder.is_due(self.seconds):
            self._save()

    def _save(self) -> None:
        """Take a snapshot and hand it over to be written."""
        self.folder.writer.wait()  # its arrays are about to change
        began = time.monotonic()
        arrays, about = self._memory.take(self.model)
        self.folder.hand_over(self._place.now, arrays, about, began)
        self._place.saved(self._place.now, about["stop_training"])

    def _stop_if_asked(self, may_save: bool) -> None:
        """Save, and end the process, if a signal has come."""
        if self.signals.reason is None:
            return
        if may_save:
            self._save()
        self.folder.settle()
        self.folder.wait_for_copies(COPY_SECONDS)
        self.folder.record("stopped", reason=self.signals.reason)
        log.warning("Stopped: %s. The same command goes on.", self.signals.reason)
        self.close()
        raise SystemExit(exit_codes.STOPPED)
