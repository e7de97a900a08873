"""A `fit` that was killed at any moment ends as the one that nobody touched."""

import json
import os
from pathlib import Path
import random
import shutil
import signal
import subprocess
import sys
import time

from dist_invention.runtime.state import StateMismatch, read_state, weights_sha256
from dist_invention.storage import CheckpointFolder, NotFiniteState, RunLocked
from dist_invention.training import SafeCheckpoint
from dist_invention.training.fit_folder import FitFolder
from dist_invention.training.fit_place import BEYOND, BeginsElsewhere
from dist_invention.training.inside_fit import SavesTooEarly
from dist_invention.training.saved import ForeignCheckpoint, NoCheckpoint
import keras
import numpy as np
import pytest

EPOCHS, ROWS, BATCH, STEPS = 5, 36, 8, 5
MOMENTS = {  # when it dies, and the place of the checkpoint that it leaves
    "in the first epoch": (("batch", 0, 1), (0, 1)),
    "inside an epoch": (("batch", 2, 3), (2, 3)),
    "in validation": (("validation", 1, 1), (1, 4)),
    "at an epoch end": (("epoch end", 2, 0), (2, 4)),
    "between two epochs": (("epoch begin", 3, 0), (3, 0)),
}
FAST = ("inside an epoch", "in validation", "between two epochs")


class Killed(BaseException):
    """Ends a fit as SIGKILL does: nobody gets to write anything down."""


class Moments(keras.callbacks.Callback):
    """Tells a test each moment; remembers them, and numbers drawn at epoch ends."""

    def __init__(self, tell):
        super().__init__()
        self.tell, self.epoch, self.seen = tell, 0, []

    def moment(self, kind, number=0):
        self.seen.append([kind, self.epoch, number])
        self.tell(kind, self.epoch, number)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.moment("epoch begin")

    def on_train_batch_begin(self, batch, logs=None):
        self.moment("batch", batch)

    def on_test_batch_begin(self, batch, logs=None):
        self.moment("validation", batch)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append([np.random.random(), random.random()])
        self.moment("epoch end")

    def get_state(self):
        return {"seen": self.seen}

    def set_state(self, state):
        self.seen = list(state["seen"])


class Numbered(keras.utils.PyDataset):
    """Batches by number."""

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        rows = slice(index * BATCH, (index + 1) * BATCH)
        return tuple(array[rows] for array in arrays())


def arrays():
    x = np.random.default_rng(0).normal(size=(ROWS, 3)).astype("float32")
    return x, np.tanh(x[:, :1]) + x[:, 1:2]


def endless():
    while True:
        yield from Numbered()


def given(data):
    """The arguments of fit for a kind of data."""
    if data == "PyDataset":
        return {"x": Numbered(), "shuffle": True}
    if data == "generator":
        return {"x": endless(), "steps_per_epoch": STEPS, "shuffle": False}
    if data == "tf.data":
        import tensorflow as tf

        whole = tf.data.Dataset.from_tensor_slices(arrays())
        shuffled = whole.shuffle(ROWS, seed=3, reshuffle_each_iteration=False)
        return {"x": shuffled.batch(BATCH), "shuffle": False}
    x, y = arrays()
    return {"x": x, "y": y, "batch_size": BATCH, "shuffle": data != "in order"}


def make_model(units=8, is_built=True, optimizer=None, **options):
    """Everything that remembers: averages, noise, a loss scale, a best epoch."""
    inputs = [keras.Input((3,))] if is_built else []
    model = keras.Sequential(
        [
            *inputs,
            keras.layers.Dense(units, "relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.GaussianNoise(0.1),
            keras.layers.Dense(1),
        ]
    )
    adam = keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.9)
    scaled = keras.optimizers.LossScaleOptimizer(adam, dynamic_growth_steps=7)
    on_jax = keras.backend.backend() == "jax"
    options = {"loss": "mse", "metrics": ["mae"], "jit_compile": on_jax, **options}
    model.compile(optimizer or scaled, **options)
    return model


def stock(patience=2):
    return [
        keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=0.5, cooldown=1),
    ]


def fit(model, callbacks, data="shuffled", initial_epoch=0, **options):
    x, y = arrays()
    options = {"epochs": EPOCHS, "verbose": 0, **options}
    return model.fit(
        **{**given(data), **options},
        initial_epoch=initial_epoch,
        validation_data=(x[:20], y[:20]),
        validation_batch_size=BATCH,
        callbacks=callbacks,
    )


def job(folder, when=None, data="shuffled", seed=1, seconds=0.0, **options):
    """A whole script: from the seed to what it leaves; `folder=None`: plain fit."""
    keras.utils.set_random_seed(seed)
    model = make_model(**options)

    def tell(*now):
        if callable(when):
            when(*now)
        elif now == when:
            callbacks[-1].folder.writer.wait()
            raise Killed

    callbacks = [*stock(), Moments(tell)]
    first = 0
    if folder is not None:
        callbacks.append(SafeCheckpoint(folder, seconds=seconds))
        first = callbacks[-1].initial_epoch
    history = fit(model, callbacks, data, first)
    state = {name: value.tolist() for name, value in read_state(model).items()}
    return {"state": state, "history": history.history, "seen": callbacks[2].seen}


@pytest.fixture(autouse=True)
def saves_always(monkeypatch):
    """Save at each batch and each epoch end, as fast as epochs of milliseconds are."""
    monkeypatch.setattr(FitFolder, "is_due", is_due)


def is_due(folder, seconds):
    return seconds < 1e6 and folder.writer.wait()


def place_of(folder):
    _, manifest, _ = CheckpointFolder(folder / "checkpoints").newest()
    place = manifest["about"]["place"]
    return place["epoch"], place["step"]


def kill(folder, when, **options):
    with pytest.raises(Killed):
        job(folder, when, **options)


@pytest.fixture(scope="module")
def whole():
    """What plain fit leaves, by the kind of data; nothing of ours took part."""
    found = {}

    def run(data="shuffled"):
        if data not in found:
            found[data] = job(None, data=data)
        return found[data]

    return run


@pytest.mark.parametrize(
    "name",
    [n if n in FAST else pytest.param(n, marks=pytest.mark.slow) for n in MOMENTS],
)
def test_a_killed_fit_ends_as_the_one_that_nobody_touched(name, tmp_path, whole):
    moment, place = MOMENTS[name]
    kill(tmp_path / "mine", moment)
    assert place_of(tmp_path / "mine") == place
    assert job(tmp_path / "mine") == whole()


@pytest.mark.parametrize("data", ["in order", "PyDataset", "tf.data"])
def test_data_that_repeat_are_resumed_inside_an_epoch(data, tmp_path, whole):
    kill(tmp_path / "mine", ("batch", 1, 3), data=data)
    assert place_of(tmp_path / "mine") == (1, 3)
    assert job(tmp_path / "mine", data=data) == whole(data)


@pytest.mark.slow
def test_a_fit_survives_being_killed_again_and_again(tmp_path, whole):
    for moment in (("batch", 0, 2), ("batch", 0, 4), ("validation", 1, 0)):
        kill(tmp_path / "mine", moment)
    kill(tmp_path / "mine", ("batch", 3, 1))
    assert job(tmp_path / "mine") == whole()


def test_a_model_that_fit_has_to_build_is_restored_too(tmp_path, whole):
    kill(tmp_path / "mine", ("epoch begin", 2, 0), is_built=False)
    resumed = job(tmp_path / "mine", is_built=False)
    assert resumed == job(None, is_built=False)


def test_where_nothing_is_left_the_final_weights_come_back(tmp_path):
    keras.utils.set_random_seed(1)
    model = make_model()
    fit(model, [SafeCheckpoint(tmp_path / "mine")])
    safe = SafeCheckpoint(tmp_path / "mine")
    again = make_model()
    assert safe.initial_epoch == EPOCHS
    history = fit(again, [safe], initial_epoch=safe.initial_epoch)
    assert weights_sha256(again) == weights_sha256(model)  # the averages, as fit ends
    assert len(history.history["loss"]) == EPOCHS


def test_a_fit_that_a_callback_ended_stays_ended(tmp_path):
    keras.utils.set_random_seed(1)
    upwards = {"mode": "max", "patience": 1, "restore_best_weights": True}
    model, early = make_model(), keras.callbacks.EarlyStopping("loss", **upwards)
    history = fit(model, [early, SafeCheckpoint(tmp_path / "mine")])
    assert 1 < len(history.history["loss"]) < EPOCHS
    safe = SafeCheckpoint(tmp_path / "mine")
    assert safe.initial_epoch == BEYOND
    again, callbacks = (
        make_model(),
        [keras.callbacks.EarlyStopping("loss", **upwards), safe],
    )
    repeated = fit(again, callbacks, initial_epoch=safe.initial_epoch)
    assert repeated.history == history.history
    assert weights_sha256(again) == weights_sha256(model)


def test_more_epochs_go_on_where_the_fit_ended(tmp_path, whole):
    keras.utils.set_random_seed(1)
    callbacks = [*stock(), Moments(lambda *now: None), SafeCheckpoint(tmp_path / "m")]
    fit(make_model(), callbacks, epochs=2)
    assert callbacks[-1].initial_epoch == 2
    assert job(tmp_path / "m") == whole()


def test_data_that_do_not_repeat_are_saved_at_epoch_ends_only(tmp_path, caplog):
    kill(tmp_path / "mine", ("batch", 1, 3), data="generator")
    assert place_of(tmp_path / "mine") == (1, 0)
    [said] = [r.getMessage() for r in caplog.records if "epoch ends only" in r.msg]
    assert said.endswith(
        "another order after a resume: a generator cannot be started anew."
    )
    assert len(job(tmp_path / "mine", data="generator")["history"]["loss"]) == EPOCHS


def test_several_steps_at_once_are_saved_at_epoch_ends_only(tmp_path, caplog):
    kill(tmp_path / "mine", ("batch", 2, 2), steps_per_execution=2)
    assert place_of(tmp_path / "mine") == (2, 0)
    assert "with steps_per_execution above 1" in caplog.text
    resumed = job(tmp_path / "mine", steps_per_execution=2)
    assert resumed == job(None, steps_per_execution=2)


@pytest.mark.parametrize("moment", [("batch", 2, 2), ("validation", 2, 0)])
def test_a_signal_saves_and_ends_the_process(moment, tmp_path, whole):
    before = signal.getsignal(signal.SIGTERM)

    def tell(*now):
        if now == moment:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as stop:
        job(tmp_path / "mine", tell, seconds=1e9)
    assert stop.value.code == 75
    assert signal.getsignal(signal.SIGTERM) is before
    inside = moment[2] + 1 if moment[0] == "batch" else STEPS
    assert place_of(tmp_path / "mine") == (2, inside)
    assert job(tmp_path / "mine") == whole()


def test_a_deleted_folder_comes_back_from_a_destination(tmp_path, whole):
    copies = [tmp_path / "copies"]

    def start(when):
        keras.utils.set_random_seed(1)

        def tell(*now):
            if now == when:
                raise Killed

        moments, model = Moments(tell), make_model()
        safe = SafeCheckpoint(tmp_path / "mine", copies, seconds=0.0)
        callbacks, first = [*stock(), moments, safe], safe.initial_epoch
        try:
            history = fit(model, callbacks, initial_epoch=first)
        except Killed:
            safe.folder.wait_for_copies(20.0)
            safe.close()
            return None
        return {"history": history.history, "seen": moments.seen}

    start(("batch", 2, 3))
    shutil.rmtree(tmp_path / "mine")
    left = start(None)
    assert left == {name: whole()[name] for name in left}


def test_nothing_that_is_not_finite_is_published(tmp_path):
    keras.utils.set_random_seed(1)
    x, y = arrays()
    y[20] = np.nan
    model, safe = make_model(), SafeCheckpoint(tmp_path / "mine", seconds=0.0)
    options = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
    with pytest.raises(NotFiniteState, match="NaN or infinity in"):
        model.fit(x, y, epochs=2, callbacks=[safe], **options)
    safe.close()
    arrays_, _, _ = CheckpointFolder(tmp_path / "mine" / "checkpoints").newest()
    assert all(np.isfinite(v).all() for v in arrays_.values() if v.dtype.kind == "f")


def test_a_bad_number_at_an_epoch_end_is_not_saved(tmp_path):
    x, y = arrays()
    safe = SafeCheckpoint(tmp_path / "mine", seconds=1e9)
    said = (
        r"Expected finite numbers at the end of epoch 0\. Received: .* in \['val_loss"
    )
    with pytest.raises(NotFiniteState, match=said):
        make_model().fit(
            x, y, validation_data=(x, y + np.nan), callbacks=[safe], verbose=0
        )
    assert not list((tmp_path / "mine" / "checkpoints").iterdir())


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder whose checkpoint lies inside epoch 1."""
    folder = tmp_path_factory.mktemp("saved") / "mine"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FitFolder, "is_due", is_due)
        kill(folder, ("batch", 1, 2))
    return folder


def resume(saved, tmp_path, change):
    """Try to go on from a copy of what was saved, with something else changed."""
    folder = tmp_path / "copy"
    shutil.copytree(saved, folder)
    keras.utils.set_random_seed(change.pop("seed", 1))
    model = make_model(**change.pop("model", {}))
    callbacks = change.pop("callbacks", [*stock(), Moments(lambda *now: None)])
    safe = SafeCheckpoint(folder)
    fit(model, [*callbacks, safe], **{"initial_epoch": 1, **change})


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"initial_epoch": 0}, BeginsElsewhere, "begin at epoch 1.* epoch 0. Pass"),
        ({"seed": 2}, ForeignCheckpoint, "seed: 1 there, 2 here"),
        ({"batch_size": 9}, ForeignCheckpoint, "data.about.batch.*8 there, 9 here"),
        ({"data": "generator"}, ForeignCheckpoint, "batches: 5 there, null here"),
        ({"model": {"units": 9}}, ForeignCheckpoint, r"\(3, 8\).* there, .*\(3, 9\)"),
        (
            {"model": {"optimizer": "sgd"}},
            ForeignCheckpoint,
            'optimizer.class: "LossScaleOptimizer" there, "SGD" here',
        ),
        (
            {"model": {"metrics": []}},
            StateMismatch,
            "2 metrics variables.* Received: 4",
        ),
        (
            {"callbacks": stock()},
            ValueError,
            r"'Moments', .*Received: \['EarlyStopping'",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_checkpoint_of_something_else_is_refused(
    change, error, said, saved, tmp_path
):
    with pytest.raises(error, match=said):
        resume(saved, tmp_path, dict(change))


def test_another_learning_rate_is_refused(saved, tmp_path):
    adam = keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.9)
    scaled = keras.optimizers.LossScaleOptimizer(adam, dynamic_growth_steps=7)
    with pytest.raises(ForeignCheckpoint, match=r"learning_rate: 0\.0.* there, 0\.1"):
        resume(saved, tmp_path, {"model": {"optimizer": scaled}})


def test_other_owners_of_the_end_are_refused(tmp_path):
    safe, early = SafeCheckpoint(tmp_path / "mine"), keras.callbacks.EarlyStopping()
    with pytest.raises(SavesTooEarly, match="Received: EarlyStopping behind it"):
        fit(make_model(), [safe, early])
    rival = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(ValueError, match="a BackupAndRestore callback"):
        fit(make_model(), [rival, safe])


def test_a_damaged_checkpoint_is_passed_over(saved, tmp_path, whole):
    folder = tmp_path / "copy"
    shutil.copytree(saved, folder)
    files = CheckpointFolder(folder / "checkpoints")
    newest = files.file(files.steps[-1])
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    assert job(folder) == whole()
    for step in files.steps:
        files.file(step).write_bytes(b"nothing")
    with pytest.raises(NoCheckpoint, match=r"Received: [23] damaged ones"):
        SafeCheckpoint(folder)


def test_only_one_process_writes_in_a_folder(tmp_path):
    script = (
        "import sys, time; from dist_invention.storage.lock import FolderLock;"
        "FolderLock(sys.argv[1]).acquire(); print('locked', flush=True); time.sleep(60)"
    )
    (tmp_path / "mine").mkdir()
    words = [sys.executable, "-c", script, str(tmp_path / "mine")]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(RunLocked, match=f"locked by pid {other.pid} on"):
            SafeCheckpoint(tmp_path / "mine")
        other.kill()


def test_saving_has_no_say_in_what_the_others_see(tmp_path, whole):
    assert job(tmp_path / "mine", seconds=1e9) == whole()
    assert job(tmp_path / "often") == whole()


def child(folder, when, backend="tensorflow", kill_after=None):
    """Run this file as a script; return its report, or `None` if it was killed."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(folder), json.dumps(when)],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        if kill_after is not None and process.stdout.readline():
            time.sleep(kill_after)
            process.kill()
        out = process.stdout.read()
    if process.returncode == -signal.SIGKILL:
        return None
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


@pytest.mark.slow
def test_a_process_killed_by_sigkill_resumes(tmp_path):
    whole = child(tmp_path / "whole", None)
    assert child(tmp_path / "mine", ("batch", 2, 3)) is None
    after = random.Random().uniform(0.0, 0.3)
    child(tmp_path / "mine", None, kill_after=after)
    assert child(tmp_path / "mine", None) == whole, f"killed after {after} s"


@pytest.mark.slow
def test_jax_resumes_inside_an_epoch_and_at_its_end(tmp_path):
    pytest.importorskip("jax")
    places = child(tmp_path, "all", "jax")
    assert places == [[2, 3], [1, 4], [3, 0]]


def main(folder, when):
    """What a child does; it kills itself with SIGKILL at a moment."""
    FitFolder.is_due = is_due

    def tell(*now):
        if now[0] == "epoch begin":
            print("began", flush=True)
        if when is not None and list(now) == when:
            os.kill(os.getpid(), signal.SIGKILL)

    print(json.dumps(all_of_it(Path(folder)) if when == "all" else job(folder, tell)))


def all_of_it(folder):
    """Kill and resume in one process; return the places of the checkpoints."""
    whole, places = job(None), []
    for name in FAST:
        kill(folder / name, MOMENTS[name][0])
        places.append(place_of(folder / name))
        assert job(folder / name) == whole, name
    kill(folder / "numbered", ("batch", 1, 3), data="PyDataset")
    assert place_of(folder / "numbered") == (1, 3)
    assert job(folder / "numbered", data="PyDataset") == job(None, data="PyDataset")
    return places


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
