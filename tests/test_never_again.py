"""Failures that cost real projects their results; each is impossible here."""

from dataclasses import replace
import io
import math
import os
from pathlib import Path
import subprocess
import sys
from types import SimpleNamespace

from dist_invention.curriculum import (
    ApplyStage,
    Constant,
    Learner,
    Linear,
    Place,
    Stage,
    StageChangesNothing,
    refuse_noop_stages,
)
from dist_invention.datasets import Batches, Field, NotForTraining, Split
from dist_invention.evaluation import Baseline, Metric, TestReads, evaluate
from dist_invention.launch import main
from dist_invention.runtime import WrongBackend, prepare, require_backend
from dist_invention.runtime.step import StepResult, build_step
from dist_invention.storage import CheckpointFolder, Journal, RunFolder
from dist_invention.training import SafeTrainingPipeline, TrainingConfig
from dist_invention.training.journey import NoCheckpoint, newest
from dist_invention.training.loop import BatchFailed, Lesson, run_lesson
from dist_invention.training.preflight import DoesNotLearn, preflight
from dist_invention.training.session import build_session
import keras
import numpy as np
import pytest
from rich.console import Console

FIELDS = (Field("x", (2,), "m"), Field("y", (1,), "m"))


def squared(inputs, targets, outputs):
    return (outputs["y"] - targets["y"])[:, 0] ** 2


def make_split(name="train", role="train", rows=20, shift=0.0):
    x = np.linspace(-1, 1, 2 * rows, dtype="float32").reshape(rows, 2) + shift
    xy = {"x": x, "y": x[:, :1] * 2}
    keys = np.array([f"{name}-{i}" for i in range(rows)])
    return Split(name, role, xy, FIELDS, ("x",), ("y",), keys, keys)


def make_model():
    x = keras.Input((2,), name="x")
    return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(x)})


def make_stage(name, data, weight=1.0, rate=0.01, **options):
    weights = {"squared": Linear(weight, 2 * weight)}
    return Stage(name, data, 2, Constant(rate), weights, **options)


def make_learner():
    learner = Learner(make_model(), {"squared": squared})
    learner.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)
    return learner


class Small(SafeTrainingPipeline):
    """A run of one stage."""

    name = "small"
    presets = {"demo": TrainingConfig(batch_size=8)}

    def build_splits(self):
        test = make_split("test", "test", shift=5.0)
        return [make_split(), make_split("select", "select", shift=9.0), test]

    def build_model(self, splits):
        return make_model()

    def build_terms(self, splits):
        return {"squared": squared}

    def build_stages(self, splits):
        return [make_stage("only", splits["train"])]

    def build_metrics(self, splits):
        return [Metric("mse", "m2", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        def zero(split):
            return {"y": np.zeros((len(split), 1))}

        return [Baseline("zero", zero, "trivial")]


def test_the_data_that_is_judged_is_the_data_that_is_trained_on(tmp_path):
    """Row 3: the generator wrote one path, the trainer read another."""
    experiment = Small(replace(Small.presets["demo"], runs_dir=tmp_path))
    splits = experiment._splits()
    with experiment._open(prepare(0).as_json()) as folder:
        session = build_session(experiment, folder, prepare(0), splits)
    assert session.batches[0].source is splits["train"]
    changed = splits["train"].arrays["x"].copy()
    changed[3, 1] += 1e-6
    other = replace(splits["train"], arrays={**splits["train"].arrays, "x": changed})
    assert other.sha256 != splits["train"].sha256


def test_a_failure_inside_a_run_is_a_failure_of_the_command(tmp_path, capsys):
    """Row 4: a failed subprocess returned True."""

    class Broken(Small):
        def build_splits(self):
            raise OSError("the generator failed")

    words = ("--runs-dir", str(tmp_path))
    with pytest.raises(OSError, match="the generator failed"):
        main(Broken, words)

    class Empty(Small):
        def build_splits(self):
            return [make_split(rows=0)]

    with pytest.raises(SystemExit) as stop:
        main(Empty, words)
    assert stop.value.code == 2
    assert "at least one example" in capsys.readouterr().err


def test_a_stage_option_that_nobody_reads_is_an_error():
    """Row 8: randomise, focus_hard and types were options that nobody read."""
    split = make_split()
    with pytest.raises(TypeError, match="focus_hard"):
        make_stage("hard", split, focus_hard=True)
    stages = [make_stage("one", split), make_stage("two", split, weight=3.0)]
    with pytest.raises(StageChangesNothing, match=r"no effect of \['weights\[squared"):
        refuse_noop_stages(stages, 8, 0, probe=lambda weights, batch: (1.0, 1.0))


def test_a_test_split_neither_trains_nor_stops_nor_is_read_twice():
    """Row 11: the test set was scored each epoch and used to stop."""
    test = make_split("test", "test")
    with pytest.raises(NotForTraining, match="`test` of role 'test'"):
        Batches(test, 8, seed=0, stage="one")
    reads = TestReads([], lambda receipt: None)
    reads.read(test, "run", "weights of epoch 1")
    with pytest.raises(RuntimeError, match="to be read once"):
        reads.read(test, "run", "weights of epoch 2")


def test_an_error_does_not_depend_on_the_split_it_is_measured_in():
    """Row 12: each split was normalised by its own statistics."""
    from dist_invention.domains.physics.metrics import SquaredError

    position = np.random.Generator(np.random.Philox(1)).normal(size=(8, 5, 2, 2))
    targets = {"position": position, "present": np.ones((8, 2))}
    outputs = {"position": position + 0.5}
    field = Field("position", (5, 2, 2), "m")
    arrays = {"position": position, "present": targets["present"]}
    fields = (field, Field("present", (2,), "1"))
    keys = np.arange(8).astype(str)
    split = Split("far", "test", arrays, fields, (), ("position",), keys, keys)
    error = SquaredError("position", scale=2.0)
    whole = error(targets, outputs, split)
    rows = np.array([1, 6])
    alone = error(
        {name: array[rows] for name, array in targets.items()},
        {"position": outputs["position"][rows]},
        split.take(rows),
    )
    assert np.array_equal(whole[rows], alone)
    assert whole == pytest.approx(np.full(8, whole[0]))


def train_two_stages(learner, step):
    split = make_split()
    stages = [make_stage("one", split), make_stage("two", split, 3.0, 0.001)]
    for index, stage in enumerate(stages):
        batches = Batches(split, 8, seed=0, stage=stage.name)
        lesson = Lesson(batches, 2, [ApplyStage(stage, batches.steps_per_epoch)])
        run_lesson(learner, step, lesson, Place(index))


def test_turning_weights_and_rates_never_compiles_again():
    """Row 21: ragged batches and Python numbers retraced the step each time."""
    learner = make_learner()
    step = build_step(learner)
    train_two_stages(learner, step)  # 20 rows in batches of 8: the last is padded
    assert step.traces == 1


def test_the_variables_are_the_same_ones_in_every_stage():
    """Row 22: each stage made a new optimizer, and variables on a later call."""
    learner = make_learner()
    step = build_step(learner)
    before = [id(v) for v in (*learner.variables, *learner.optimizer.variables)]
    train_two_stages(learner, step)
    after = [id(v) for v in (*learner.variables, *learner.optimizer.variables)]
    assert before == after
    assert int(learner.optimizer.iterations) == 12


def test_when_every_batch_fails_there_is_no_loss_at_all():
    """Row 25: every batch failed, the loss was 0.0, and a best model was saved."""
    learner, told = make_learner(), []
    watcher = SimpleNamespace(
        after_step=lambda place, result: told.append(place),
        after_epoch=lambda place, logs: told.append(logs),
    )
    batches = Batches(make_split(), 8, seed=0, stage="one")

    def failing(batch):
        raise ValueError("bad shape")

    with pytest.raises(BatchFailed, match=r"bad shape in batch 0 .*\(8, 2\)"):
        run_lesson(learner, failing, Lesson(batches, 2, watchers=[watcher]), Place())
    assert told == []


def test_an_empty_split_and_an_evaluation_of_nothing_are_errors():
    """Row 33: empty test sets were skipped silently."""
    with pytest.raises(ValueError, match="hold at least one example"):
        make_split("test_far", "test", rows=0)
    metric = Metric("mse", "m2", "lower", lambda t, o, split: squared(split, t, o))
    baseline = Baseline("zero", lambda split: {"y": 0 * split.arrays["y"]}, "trivial")
    with pytest.raises(ValueError, match="at least one split"):
        evaluate(lambda split: split.arrays, [], [metric], [baseline], seed=0)


WHICH = """
import hashlib
from dist_invention.datasets.batches import Batches
from dist_invention.datasets.split import Field, Split
import numpy as np
names = {f"scene {i}" for i in range(50)}
keys = np.array(sorted(names))
fields = (Field("length", (), "1"), Field("number", (), "1"))
numbers = {"length": np.char.str_len(keys), "number": np.arange(50)}
split = Split("train", "train", numbers, fields, ("number",), (), keys, keys)
rows = Batches(split, 50, seed=3, stage="one").batch(0, 0)[0]["number"]
print(split.sha256, hashlib.sha256(rows.tobytes()).hexdigest())
"""


def test_two_processes_make_the_same_split_in_the_same_order():
    """Row 34: splits differed between processes, by iterating over a set."""
    said = [
        subprocess.run(
            [sys.executable, "-c", WHICH],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert len(said[0].split()) == 2


def test_a_float32_in_the_metrics_cuts_no_file_in_half(tmp_path):
    """Row 38: a float32 made json.dump stop in the middle of the metrics file."""
    journal = Journal(tmp_path / "metrics.jsonl")
    journal.append({"loss": np.float32(0.5), "norm": np.arange(2)})
    for bad in (math.nan, object()):
        with pytest.raises((ValueError, TypeError)):
            journal.append({"loss": bad})
    journal.append({"loss": 0.25})
    assert journal.read() == [{"loss": 0.5, "norm": [0, 1]}, {"loss": 0.25}]


def test_a_run_without_a_sound_checkpoint_never_goes_on_with_random_weights(tmp_path):
    """Row 41: no trained model found, using random weights."""
    about = {"config": {}, "config_sha256": "ab"}
    with RunFolder.open(tmp_path, "small-s0", about) as folder:
        files = CheckpointFolder(folder.checkpoints)
        path = files.write(10, {"w": np.ones(3)}, {})
        path.write_bytes(path.read_bytes()[:-7])
        session = SimpleNamespace(
            checkpointer=SimpleNamespace(files=files),
            folder=folder,
            console=Console(file=io.StringIO()),
        )
        with pytest.raises(NoCheckpoint, match="Received: 1 damaged"):
            newest(session)


def test_a_backend_other_than_the_loaded_one_is_an_error(monkeypatch):
    """Row 43: the backend was chosen by the order of imports."""
    loaded = keras.backend.backend()
    other = {"tensorflow": "jax", "jax": "tensorflow"}[loaded]
    monkeypatch.setenv("KERAS_BACKEND", other)
    with pytest.raises(WrongBackend, match=f"`{other}`"):
        require_backend()


def test_a_step_that_updates_nothing_is_refused_before_the_run(tmp_path):
    """Row 44: a placeholder loop never updated the weights."""
    experiment = Small(replace(Small.presets["demo"], runs_dir=tmp_path))
    machine = prepare(0)
    with experiment._open(machine.as_json()) as folder:
        session = build_session(experiment, folder, machine, experiment._splits())
        session.step = lambda batch: StepResult({"loss": 0.1}, 1.0)
        with pytest.raises(DoesNotLearn, match=r"no change in .*kernel"):
            preflight(session)
