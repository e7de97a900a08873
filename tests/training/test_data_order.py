"""What is known about the order of the data, for each kind that fit takes."""

import logging

from dist_invention.training.data_order import DataOrder, order_of
import keras
from keras.src.backend.tensorflow.trainer import TFEpochIterator
import numpy as np
import pytest
import tensorflow as tf

X = np.arange(12.0, dtype="float32")[:, None]


class Numbered(keras.utils.PyDataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return X[2 * index : 2 * index + 2], X[2 * index : 2 * index + 2]


class Drawn(Numbered):
    def on_epoch_end(self):
        pass


def generator():
    while True:
        yield X, X


def slices():
    return tf.data.Dataset.from_tensor_slices((X, X))


def noisy(x, y):
    return x + tf.random.uniform(()), y


def order(x, steps=1, **options):
    options = {"shuffle": False, **options}
    strategy = tf.distribute.get_strategy()
    return order_of(
        TFEpochIterator(distribute_strategy=strategy, x=x, **options), steps
    )


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(5)


@pytest.mark.parametrize(
    "data",
    [
        {"x": X, "y": X},
        {"x": X, "y": X, "shuffle": True},
        {"x": X, "y": X, "steps_per_epoch": 6, "batch_size": 2},
        {"x": Numbered()},
        {"x": Numbered(workers=2), "shuffle": True},
    ],
    ids=["in order", "shuffled", "all steps", "numbered", "workers"],
)
def test_data_whose_order_follows_from_what_is_saved(data):
    assert order(**data).may_stop_inside


def test_a_dataset_repeats_unless_it_draws():
    once = slices().shuffle(12, seed=1, reshuffle_each_iteration=False)
    assert order(slices().map(lambda x, y: (x * 2, y)).batch(2)).may_stop_inside
    assert order(once.batch(2).prefetch(1)).may_stop_inside
    assert order(once.batch(2)).about["seeds"] == [5, 1]
    assert "draws anew" in order(slices().shuffle(12, seed=1).batch(2)).obstacle
    assert "RandomUniform" in order(slices().map(noisy).batch(2)).obstacle
    number = order(slices().filter(lambda x, y: x[0] > 3).batch(2)).obstacle
    assert number == "the number of batches in an epoch is not known"
    lazy = slices().map(lambda x, y: (x, y), num_parallel_calls=2, deterministic=False)
    assert "not deterministic" in order(lazy.batch(2)).obstacle


def test_data_that_come_in_another_order():
    assert "a generator" in order(generator()).obstacle
    assert "Drawn.on_epoch_end" in order(Drawn()).obstacle
    assert "overlap" in order(X, y=X, batch_size=2, steps_per_epoch=4).obstacle
    assert "not that of model.fit" in order_of(None, 1).obstacle


def test_shuffled_arrays_need_a_seed_on_tensorflow(monkeypatch):
    place = "dist_invention.training.data_order.get_random_seed"
    monkeypatch.setattr(place, lambda: None)
    assert "set_random_seed was not called" in order(X, y=X, shuffle=True).obstacle
    assert order(X, y=X).may_stop_inside
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert order(X, y=X, shuffle=True).may_stop_inside
    assert "one batch twice" in order(Numbered(workers=2)).obstacle


def test_what_is_not_exact_is_said(caplog):
    DataOrder(None, {}).warn()
    assert not caplog.records
    DataOrder("the data are odd", {}).warn()
    DataOrder(None, {}, steps_at_once=4).warn()
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "another order after a resume: the data are odd." in caplog.text
    assert "steps_per_execution above 1" in caplog.text


def test_fit_really_repeats_and_really_does_not():
    """The table in the docstring of SafeCheckpoint, looked at once more."""

    def epochs(data, first):
        keras.utils.set_random_seed(5)
        seen = []

        def step(batch):
            seen[-1].extend(np.asarray(batch[0])[:, 0].tolist())
            return {"loss": tf.constant(0.0)}

        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=True)
        model.train_step = step
        tell = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: seen.append([])
        )
        fit = {"verbose": 0, "epochs": 3, "initial_epoch": first, "callbacks": [tell]}
        model.fit(**data(), **fit)
        return seen

    def arrays():
        return {"x": X, "y": X, "batch_size": 2}

    def drawn():
        return {"x": slices().shuffle(12, seed=1).batch(2), "shuffle": False}

    assert epochs(arrays, 1) == epochs(arrays, 0)[1:]
    assert epochs(arrays, 0)[0] == epochs(arrays, 0)[2] != sorted(X[:, 0].tolist())
    assert epochs(drawn, 1) != epochs(drawn, 0)[1:]
