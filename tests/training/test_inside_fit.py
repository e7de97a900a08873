"""What fit hides is found on the stack, and the order of the callbacks is kept."""

import inspect

from dist_invention.training.inside_fit import (
    BatchBell,
    SavesTooEarly,
    arrange,
    is_running,
    neighbours,
    running_fit,
)
import keras
import numpy as np
import pytest


class Curious(keras.callbacks.Callback):
    """Asks at each moment."""

    def set_model(self, model):
        super().set_model(model)
        self.around = neighbours(self)

    def on_train_begin(self, logs=None):
        self.known, self.code = running_fit(self.around)
        self.is_running = is_running(self.code, inspect.currentframe())


@pytest.fixture(scope="module")
def model():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


def test_a_callback_finds_its_neighbours_and_the_fit(model):
    curious, other = Curious(), keras.callbacks.Callback()
    x = np.zeros((4, 1), "float32")
    model.fit(x, x, callbacks=[other, curious], epochs=7, initial_epoch=6, verbose=0)
    assert other in curious.around.callbacks
    assert (curious.known["initial_epoch"], curious.known["epochs"]) == (6, 7)
    assert curious.known["epoch_iterator"].data_adapter.num_batches == 1
    assert curious.is_running
    assert not is_running(curious.code, inspect.currentframe())


def test_outside_of_fit_nothing_is_found(model):
    curious = Curious()
    curious.set_model(model)
    assert curious.around is None
    callbacks = keras.callbacks.CallbackList([curious], model=model)
    callbacks.on_train_begin()
    assert curious.around is callbacks
    assert (curious.known, curious.code) == ({}, None)
    assert curious.is_running  # where the code is not known


def test_the_bell_comes_first_and_the_saver_last(model):
    last, early = keras.callbacks.Callback(), keras.callbacks.EarlyStopping()
    add = {"add_history": True, "add_progbar": True}
    callbacks = keras.callbacks.CallbackList([early, last], **add)
    asked = callbacks.callbacks
    bell = BatchBell(lambda batches: None)
    others = arrange(callbacks, last, bell)
    found = [type(item).__name__ for item in callbacks.callbacks]
    assert found == [
        "BatchBell",
        "EarlyStopping",
        "History",
        "ProgbarLogger",
        "Callback",
    ]
    assert [type(item).__name__ for item in others.callbacks] == found[1:3]
    assert callbacks.callbacks is not asked  # which Keras is going through just now
    arrange(callbacks, last, bell)  # twice is harmless
    assert [type(item).__name__ for item in callbacks.callbacks] == found


def test_somebody_behind_the_saver_is_refused():
    last, early = keras.callbacks.Callback(), keras.callbacks.EarlyStopping()
    callbacks = keras.callbacks.CallbackList([last, early])
    with pytest.raises(
        SavesTooEarly, match=r"Received: EarlyStopping behind it\. Move"
    ):
        arrange(callbacks, last, BatchBell(print))


def test_the_bell_tells_the_batches_that_are_over():
    told = []
    bell = BatchBell(told.append)
    for batch in range(3):
        bell.on_train_batch_begin(batch)
    assert told == [0, 1, 2]
