"""Whatever remembers goes on as if nothing had happened."""

import json
import logging
import random

from dist_invention.curriculum import Place
from dist_invention.datasets import Batches
from dist_invention.runtime.state import read_state, write_state
from dist_invention.runtime.step import build_step
from dist_invention.storage import to_json
from dist_invention.training import resume
from dist_invention.training.loop import Lesson, run_lesson
import keras
import numpy as np
import pytest

EPOCHS = 8
KINDS = ["EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"]


def stock(kind, folder):
    """One stock callback, impatient, so that its memory matters."""
    if kind == "EarlyStopping":
        return keras.callbacks.EarlyStopping(
            patience=3, min_delta=0.02, restore_best_weights=True
        )
    if kind == "ReduceLROnPlateau":
        return keras.callbacks.ReduceLROnPlateau(
            patience=2, min_delta=0.02, factor=0.5, cooldown=1
        )
    return keras.callbacks.ModelCheckpoint(
        folder / "best.weights.h5",
        monitor="val_loss",
        save_best_only=True,
        save_weights_only=True,
    )


class Diary:
    """Writes down everything that a checkpoint would hold, at every place."""

    def __init__(self, model, lesson):
        self.model, self.lesson, self.pages = model, lesson, {}

    def after_step(self, place, result):
        memory, arrays = resume.collect(self.lesson.live)
        memory = json.loads(to_json(memory))
        stop = bool(self.model.stop_training)
        self.pages[place] = (read_state(self.model), memory, arrays, stop)

    def after_epoch(self, place, logs):
        self.after_step(place, None)


@pytest.fixture(scope="module")
def job(tiny):
    """A compiled model with a random layer, its step and its first state."""
    keras.utils.set_random_seed(1)
    x = keras.Input((2,), name="x")
    hidden = keras.layers.Dropout(0.2)(keras.layers.Dense(8, "tanh")(x))
    model = keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})
    adam = keras.optimizers.Adam(0.05)
    model.compile(adam, {"y": "mse"}, jit_compile=False)
    adam.build(model.trainable_variables)
    first = read_state(model)
    batches = Batches(tiny.make_split("easy"), 16, seed=0, stage="01-easy")
    step = build_step(model)
    step(batches.batch(0, 0))
    groups = ("model", "optimizer")

    def begin(callback):
        keras.utils.set_random_seed(2)
        write_state(model, {**first}, groups=groups)
        model.reset_metrics()
        select = tiny.make_split("select")
        arrays = (select.input_arrays(), select.target_arrays())
        return Lesson(batches, EPOCHS, [callback], {"val_": arrays})

    return model, step, begin


def final(model, lesson):
    """Everything that a run of one stage leaves behind, as plain values."""
    memory, arrays = resume.collect(lesson.live)
    state = {k: v.tolist() for k, v in read_state(model).items()}
    return state, memory, {name: array.tolist() for name, array in arrays.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stock_callback_goes_on_as_if_never_interrupted(job, tmp_path, kind):
    model, step, begin = job
    lesson = begin(stock(kind, tmp_path))
    diary = Diary(model, lesson)
    lesson.watchers = [diary]
    run_lesson(model, step, lesson, Place())
    wanted = final(model, lesson)
    last = max(diary.pages, key=lambda place: (place.epoch, place.step))
    if kind == "EarlyStopping":
        assert last.epoch < EPOCHS, "it stopped the uninterrupted run"
    places = [
        place
        for place in diary.pages
        if place.epoch in (1, 3, last.epoch) and place.step in (0, 2)
    ]
    assert len(places) >= 4
    for place in places:
        again = begin(stock(kind, tmp_path))
        state, memory, arrays, stop = diary.pages[place]

        def restore(callbacks, state=state, memory=memory, arrays=arrays, stop=stop):
            write_state(model, state)
            resume.restore(callbacks, memory, arrays)
            model.stop_training = stop

        run_lesson(model, step, again, place, restore)
        assert final(model, again) == wanted, f"resumed at {place}"


def test_the_sign_of_min_delta_is_turned_once(job, tmp_path):
    model, step, begin = job
    lesson = begin(stock("EarlyStopping", tmp_path))
    run_lesson(model, step, lesson, Place())
    memory, arrays = resume.collect(lesson.live)
    old = lesson.callbacks[0]
    new = stock("EarlyStopping", tmp_path)
    callbacks = keras.callbacks.CallbackList([new], add_history=True, model=model)
    for _ in range(2):
        resume.restore(callbacks, memory, arrays)
        assert new.min_delta == old.min_delta == -0.02
    assert (new.wait, new.best_epoch) == (old.wait, old.best_epoch)


def test_best_weights_of_a_single_number_stay_arrays():
    """A model whose loss weights are scalars could not be ended after a resume."""
    learner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    old, new = (keras.callbacks.EarlyStopping() for _ in range(2))
    old.best_weights = [np.ones((2, 1), "float32"), np.float32(0.5)]
    lists = [
        keras.callbacks.CallbackList([each], add_history=True, model=learner)
        for each in (old, new)
    ]
    memory, arrays = resume.collect(lists[0])
    resume.restore(lists[1], json.loads(to_json(memory)), arrays)
    assert [w.shape for w in new.best_weights] == [(2, 1), ()]
    assert new.best_weights[1].dtype == np.float32


def test_all_global_random_states_come_back():
    def draw():
        noise = keras.random.uniform((3,))
        numbers = np.random.rand(3).tolist()
        return random.random(), numbers, keras.ops.convert_to_numpy(noise).tolist()

    keras.utils.set_random_seed(5)
    random.gauss(0, 1)
    draw()
    memory, arrays = resume.collect(None)
    memory = json.loads(to_json(memory))
    expected = draw()
    keras.utils.set_random_seed(6)
    resume.restore(keras.callbacks.CallbackList([]), memory, arrays)
    assert draw() == expected


def test_other_callbacks_than_those_of_the_checkpoint_are_refused():
    memory, arrays = resume.collect(
        keras.callbacks.CallbackList([keras.callbacks.History()])
    )
    other = keras.callbacks.CallbackList([keras.callbacks.TerminateOnNaN()])
    with pytest.raises(ValueError, match=r"the callbacks of the checkpoint, .+History"):
        resume.restore(other, memory, arrays)


class Own(keras.callbacks.Callback):
    def __init__(self, state):
        super().__init__()
        self.state = state

    def get_state(self):
        return self.state

    def set_state(self, state):
        self.state = state


@pytest.mark.parametrize(
    "state",
    [
        {"array": np.arange(3)},
        {"array": "a word"},
        {"best": [np.ones((2, 2)), None], "wait": np.int64(3), "name": "x"},
    ],
    ids=["an array called array", "a word called array", "arrays in a list"],
)
def test_the_state_of_an_own_callback_makes_the_round_trip(state):
    memory, arrays = resume.collect(keras.callbacks.CallbackList([Own(state)]))
    memory = json.loads(to_json(memory))
    new = Own({})
    resume.restore(keras.callbacks.CallbackList([new]), memory, arrays)
    assert repr(new.state) == repr({**state, **_plain(state)})


def _plain(state):
    return {key: int(v) for key, v in state.items() if isinstance(v, np.integer)}


def test_a_second_owner_of_the_resume_is_refused(tmp_path):
    rival = keras.callbacks.BackupAndRestore(tmp_path)
    with pytest.raises(ValueError, match="Received: a BackupAndRestore"):
        resume.refuse_rivals([rival])


def test_a_callback_that_forgets_is_named_once(caplog):
    class Forgetful(keras.callbacks.Callback):
        pass

    known = [keras.callbacks.History(), keras.callbacks.CSVLogger("x"), Own({})]
    with caplog.at_level(logging.WARNING):
        resume.warn_of_forgetful([*known, Forgetful()])
        resume.collect(keras.callbacks.CallbackList([Forgetful()]))
    assert [record.args for record in caplog.records] == [("Forgetful",)]


def test_an_array_that_a_callback_goes_on_using_is_copied():
    class Counts(keras.callbacks.Callback):
        counts = np.zeros(3)

        def get_state(self):
            return {"counts": self.counts}

        def set_state(self, state):
            self.counts = state["counts"]

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    callbacks = keras.callbacks.CallbackList([Counts()], add_history=True, model=model)
    _, arrays = resume.collect(callbacks)
    Counts.counts += 1
    [saved] = [value for name, value in arrays.items() if "counts" in name]
    assert saved.tolist() == [0, 0, 0]
