"""Batches are drawn and passed over; nothing else happens, and all is put back."""

from dist_invention.training.skipping import DataEndedEarly, PassingOver
import keras
import pytest


class Model:
    """What `fit` uses of a model."""

    def __init__(self):
        self.trained = []
        self.train_function = self.train

    def train(self, *arguments):
        self.trained.append(next(arguments[-1]))
        return {"loss": 0.5}

    def get_metrics_result(self):
        return {"loss": 0.25}


class Told(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.batches = []

    def on_train_batch_begin(self, batch, logs=None):
        self.batches.append(batch)

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(-batch)


def run(model, callbacks, batches, count):
    """Take steps as fit does; return the logs of each."""
    logs = []
    for step in range(count):
        callbacks.on_train_batch_begin(step)
        logs.append(model.train_function(batches))
        callbacks.on_train_batch_end(step, logs[-1])
    return logs


@pytest.fixture
def parts():
    model, told, done = Model(), Told(), []
    callbacks = keras.callbacks.CallbackList([told])
    over = PassingOver(model, callbacks, 3, lambda: done.append(list(model.trained)))
    return model, told, done, callbacks, over


def test_the_first_batches_are_passed_over_and_nobody_hears_of_them(parts):
    model, told, done, callbacks, over = parts
    over.begin()
    logs = run(model, callbacks, iter("abcdef"), 5)
    assert (model.trained, done) == (["d", "e"], [[]])
    assert told.batches == [3, -3, 4, -4]
    assert logs[:4] == [{"loss": 0.25}] * 3 + [{"loss": 0.5}]
    assert model.train_function == model.train
    assert "on_train_batch_end" not in vars(callbacks)


def test_the_state_of_jax_is_passed_on(parts):
    model, _, _, _, over = parts
    over.begin()
    assert model.train_function("state", iter("ab")) == ({"loss": 0.25}, "state")


def test_too_few_batches_are_an_error_and_all_is_put_back(parts):
    model, told, done, callbacks, over = parts
    over.begin()
    with pytest.raises(DataEndedEarly, match=r"at least 3 batches.*Received: 2\."):
        run(model, callbacks, iter("ab"), 3)
    assert model.train_function == model.train
    assert not vars(callbacks).keys() & {"on_train_batch_begin", "on_train_batch_end"}
    assert (told.batches, done) == ([], [])


def test_an_interruption_puts_all_back(parts):
    model, _, _, callbacks, over = parts

    def interrupted():
        yield "a"
        raise KeyboardInterrupt

    over.begin()
    with pytest.raises(KeyboardInterrupt):
        run(model, callbacks, interrupted(), 3)
    assert model.train_function == model.train
