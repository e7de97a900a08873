"""All that a fit remembers is taken as one value, and given back as one."""

import json
from pathlib import Path
import random

from dist_invention.curriculum import Place
from dist_invention.runtime.state import read_state
from dist_invention.storage import to_json
from dist_invention.training.data_order import DataOrder
from dist_invention.training.fit_memory import FitMemory
from dist_invention.training.saved import ForeignCheckpoint, Saved
import keras
import numpy as np
import pytest

ORDER = DataOrder(None, {"batches": 4})


@pytest.fixture
def model():
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", run_eagerly=True)
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    model.stop_training = False
    return model


@pytest.fixture
def memory(model):
    early = keras.callbacks.EarlyStopping()
    callbacks = keras.callbacks.CallbackList([early], model=model)
    callbacks.on_train_begin()
    memory = FitMemory(callbacks)
    memory.begin(model, ORDER, None)
    memory.begin_epoch()
    return memory


def saved(memory, model, step=0):
    """What a checkpoint on disk gives back."""
    arrays, about = memory.take(model)
    about = {**about, "place": Place(0, 1, step, 4 + step).as_json()}
    arrays = {name: value.copy() for name, value in arrays.items()}
    return Saved(arrays, json.loads(to_json(about)), Path("g000000004.npz"))


def test_everything_comes_back(memory, model):
    early = memory.others.callbacks[0]
    early.wait = 3
    taken, drawn = saved(memory, model), (random.random(), np.random.random())
    state = read_state(model)
    early.wait = 0
    model.train_on_batch(np.ones((4, 2)), np.zeros((4, 1)))
    memory.give_back_variables(model, taken)
    memory.give_back_rest(model, taken)
    assert early.wait == 3
    assert (random.random(), np.random.random()) == drawn
    for name, value in read_state(model).items():
        assert np.array_equal(value, state[name]), name


def test_the_random_state_of_the_epoch_begin_is_kept_beside(memory, model):
    drawn = random.random()  # since the epoch began
    taken = saved(memory, model)
    memory.give_back_epoch(taken)
    assert random.random() == drawn
    memory.give_back_rest(model, taken)
    assert random.random() != drawn


def test_a_validation_is_done_again_from_its_beginning(memory, model):
    before = read_state(model)
    memory.begin_validation(model)
    model.evaluate(np.ones((4, 2)), np.zeros((4, 1)), verbose=0)
    memory.others.callbacks[0].wait = 9
    taken = saved(memory, model)
    for name, value in before.items():
        assert np.array_equal(taken.arrays[f"state/{name}"], value), name
    assert taken.about["memory"]["callbacks"][0]["state"]["wait"] == 0
    memory.end_validation()
    assert saved(memory, model).about["memory"]["callbacks"][0]["state"]["wait"] == 9


def test_taking_the_memory_draws_no_number(model):
    keras.utils.set_random_seed(2)
    expected = random.random(), np.random.random()
    keras.utils.set_random_seed(2)
    memory = FitMemory(keras.callbacks.CallbackList())
    memory.begin(model, ORDER, None)
    memory.begin_epoch()
    memory.take(model)
    assert (random.random(), np.random.random()) == expected


def test_inside_an_epoch_the_data_have_to_be_the_same(memory, model):
    other = DataOrder(None, {"batches": 5})
    memory.begin(model, other, saved(memory, model))  # at an epoch end they need not
    with pytest.raises(ForeignCheckpoint, match=r"about\.batches: 5 there, 4 here"):
        FitMemory(memory.others).begin(model, ORDER, saved(memory, model, step=2))
