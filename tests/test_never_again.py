"""Failures that cost real projects their results; each is impossible here."""

import ast
from dataclasses import replace
import gc
import importlib.metadata
import json
import math
import os
from pathlib import Path
import re
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace
import zipfile

from dist_invention.campaigns.summary import same_questions
from dist_invention.curriculum import (
    ApplyStage,
    Balancer,
    Constant,
    Learner,
    Linear,
    Place,
    Stage,
    StageChangesNothing,
    refuse_noop_stages,
)
from dist_invention.curriculum.balancing import Controller
from dist_invention.datasets import Batches, Field, Mixture, NotForTraining, Split
from dist_invention.evaluation import (
    Baseline,
    DifferentTasks,
    LeakFound,
    Metric,
    NotMeasured,
    Score,
    TestReads,
    TestSplitAlreadyRead,
    audit,
    collapse,
    constant,
    evaluate,
    exact_match,
    loss_shares,
    masked_accuracy,
    repeated_loss,
    require_same_task,
    skill,
)
from dist_invention.evaluation.counterfactual import (
    Case,
    NoChangeAsked,
    NotFromTheWorld,
    Part,
    judge,
)
from dist_invention.evaluation.probes import (
    causality_probe,
    permutation_probe,
    rule_probe,
)
from dist_invention.evaluation.saturation import saturation
from dist_invention.launch import main
from dist_invention.reports import TasksDiffer, UnsealedRunError, compare
from dist_invention.runtime import WrongBackend, memory, prepare, require_backend
from dist_invention.runtime.state import StateMismatch, read_state, write_state
from dist_invention.runtime.step import StepResult, build_step
from dist_invention.storage import (
    CheckpointFolder,
    Journal,
    Mirror,
    RunFolder,
    open_run,
    read_arrays,
)
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
from dist_invention.training.export import ExportDiffers
from dist_invention.training.ground import named
from dist_invention.training.guards import GarbageCollector
from dist_invention.training.loop import BatchFailed, Lesson, run_lesson
from dist_invention.training.memory_watch import Cadence, MemoryWatch
from dist_invention.training.opening import open_folder
from dist_invention.training.preflight import DoesNotLearn, preflight
from dist_invention.training.saved import ForeignCheckpoint, NoCheckpoint, newest
from dist_invention.training.selection import NoSelection
from dist_invention.training.session import build_session
import keras
import numpy as np
import pytest

REPO = Path(__file__).resolve().parents[1]
SAVER = REPO / "save_all_results.py"
SOURCES = sorted(
    [
        *(REPO / "dist_invention").rglob("*.py"),
        *(REPO / "experiments").rglob("*.py"),
        *(REPO / "benchmarks").rglob("*.py"),
        *REPO.glob("*.py"),
    ]
)
ABOUT = {"config": {}, "config_sha256": "ab"}
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
    selection = Selection.last()
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
    splits = named(experiment.build_splits())
    with open_folder(experiment, prepare(0)) as folder:
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

    def failing(batch, look):
        raise ValueError("bad shape")

    failing.ready = lambda batch: batch
    with pytest.raises(BatchFailed, match=r"bad shape in batch 0 .*\(8, 2\)"):
        run_lesson(learner, failing, Lesson(batches, 2, watchers=[watcher]), Place())
    assert told == []


def test_an_evaluation_that_fails_leaves_no_number(tmp_path):
    """Row 26: an error in the evaluation became a score of 0.0."""

    def broken(targets, outputs, split):
        raise ZeroDivisionError("no examples of this kind")

    class Broken(Small):
        def build_metrics(self, splits):
            return [Metric("mse", "m2", "lower", broken)]

    with pytest.raises(ZeroDivisionError):
        Broken(replace(Small.presets["demo"], runs_dir=tmp_path)).run()
    [path] = tmp_path.iterdir()
    assert not (path / "results.json").exists()
    events = Journal(path / "events.jsonl").read()
    assert events[-1]["event"] == "failed"
    assert "no examples of this kind" in events[-1]["reason"]


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
            checkpointer=SimpleNamespace(files=files, settle=lambda: None),
            folder=folder,
            warn=lambda text: None,
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
    with open_folder(experiment, machine) as folder:
        splits = named(experiment.build_splits())
        session = build_session(experiment, folder, machine, splits)
        session.step = lambda batch: StepResult({"loss": 0.1}, 1.0)
        with pytest.raises(DoesNotLearn, match=r"no change in .*kernel"):
            preflight(session)


def test_both_kinds_of_weights_are_saved_and_the_judged_one_is_named(tmp_path):
    """Row 49: the averaged weights were evaluated, the raw ones saved."""

    class Averaged(Small):
        def build_optimizer(self):
            return keras.optimizers.Adam(use_ema=True, ema_momentum=0.5)

    finished = Averaged(replace(Small.presets["demo"], runs_dir=tmp_path)).run()
    results = json.loads((finished.path / "results.json").read_text())
    assert results["weights_evaluated"].startswith("averaged (EMA)")
    stage = finished.path / "stages" / "01-only"
    raw, manifest = read_arrays(stage / "raw_weights.npz")
    assert manifest["about"] == {"stage": "only"}
    averaged = keras.models.load_model(stage / "model.keras").trainable_variables
    assert len(raw) == len(averaged)
    for kept, judged in zip(raw.values(), averaged, strict=True):
        assert kept.shape == judged.shape
        assert not np.array_equal(kept, judged.numpy())
    elsewhere = tmp_path / "plain"
    plain = Small(replace(Small.presets["demo"], runs_dir=elsewhere)).run()
    results = json.loads((plain.path / "results.json").read_text())
    assert results["weights_evaluated"].startswith("raw")
    assert not (plain.path / "stages" / "01-only" / "raw_weights.npz").exists()


def test_memory_is_on_record_and_a_leak_is_told_before_the_end(tmp_path, monkeypatch):
    """Row 15: out of memory four times in the first epoch, and no evidence was kept."""
    limit = memory.host_mebibytes() + 800.0  # as a container might set it

    def room(root, own):
        return [(limit - memory.host_mebibytes()) * 2**20]

    monkeypatch.setattr(memory, "container_room", room)
    told, leak = [], []
    watch = MemoryWatch(
        Journal(tmp_path / "memory.jsonl"),
        keras.backend.backend(),
        say=told.append,
        record=lambda event, **details: told.append({"event": event, **details}),
        steps_left=lambda place: 10**9,
        cadence=Cadence(seconds=0.0, shortest=0.0, warm_up=0.0),
    )
    for step in range(1, 61):
        leak.append(bytearray(b"x") * 2**22)  # 4 MiB a step
        watch.after_step(Place(0, 0, step, step), StepResult({}, 0.0))
    event, text = told
    assert (event["event"], event["cause"]) == ("memory_alarm", "host")
    assert event["mebibytes_per_1000_steps"] == pytest.approx(4000, rel=0.2)
    assert event["mebibytes"] < event["limit_mebibytes"] == pytest.approx(limit, abs=1)
    assert event["step"] < event["forecast_step"] == pytest.approx(200, rel=0.2)
    assert event["processes"].keys() == {"host", "device"}
    assert os.getpid() in [row["pid"] for row in event["processes"]["host"]]
    assert str(tmp_path / "memory.jsonl") in text
    rows = watch.journal.read()
    assert [row["step"] for row in rows] == list(range(1, 61))
    assert rows[-1]["host_mebibytes"] - rows[0]["host_mebibytes"] > 200


def far_too_much(gradient):
    """Ask for 128 TiB, more than a process can address; the answer is immediate."""
    return gradient + np.ones(2**44).sum(dtype="float32")


@keras.saving.register_keras_serializable(package="never_again")
class Greedy(keras.layers.Layer):
    """Forward it costs nothing; its gradient has no room."""

    def call(self, inputs):
        tensorflow = pytest.importorskip("tensorflow")

        @keras.ops.custom_gradient
        def same(x):
            def grad(upstream):
                found = tensorflow.numpy_function(far_too_much, [upstream], "float32")
                return keras.ops.reshape(found, (-1, 1))

            return x, grad

        return same(inputs)


def with_greedy_gradient(self, splits):
    x = keras.Input((2,), name="x")
    hidden = Greedy()(keras.layers.Dense(1)(x))
    return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})


class GreedyOptimizer(keras.optimizers.SGD):
    """An optimizer whose slots have no room."""

    def build(self, variables):
        super().build(variables)
        self.slots = np.ones(2**44)


@pytest.mark.parametrize(
    "hooks",
    [
        {"build_model": with_greedy_gradient},
        {"build_optimizer": lambda self: GreedyOptimizer()},
    ],
    ids=["gradient", "slots"],
)
def test_a_step_that_does_not_fit_is_refused_before_the_run_begins(tmp_path, hooks):
    """Row 16: the memory test made random tensors, no gradient and no optimizer."""
    experiment = type("Large", (Small,), hooks)(
        replace(Small.presets["demo"], runs_dir=tmp_path)
    )
    forward = experiment.build_model({})({"x": np.ones((8, 2), "float32")})
    assert forward["y"].shape == (8, 1), "without a gradient there is room"
    with pytest.raises(Exception) as caught:  # each backend has a class of its own
        experiment.run()
    assert memory.is_out_of_memory(caught.value)
    assert not experiment.has_begun
    [path] = tmp_path.iterdir()
    assert not list(path.glob("checkpoints/*.npz"))
    assert Journal(path / "events.jsonl").read()[-1]["event"] == "failed"


def calls_of(name):
    """The places in the package and the scripts that call something of this name."""
    repo = Path(__file__).parents[1]
    files = [*repo.glob("*.py"), *repo.glob("experiments/**/*.py")]
    for file in [*files, *(repo / "dist_invention").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called == name:
                    yield f"{file.relative_to(repo)}:{node.lineno}"


def test_nothing_clears_the_session_and_garbage_goes_without_it():
    """Row 17: weights were gone after clear_session() every hundred steps."""
    assert list(calls_of("clear_session")) == []
    assert list(calls_of("collect")), "the search finds what is there"
    ended = []
    for watchers in ((), (GarbageCollector(),)):
        keras.utils.set_random_seed(0)
        learner = make_learner()
        step = build_step(learner)
        for collector in watchers:
            collector.freeze()
        policy = keras.config.dtype_policy().name
        variables = [id(v) for v in (*learner.variables, *learner.optimizer.variables)]
        batches = Batches(make_split(), 8, seed=0, stage="one")
        stage = make_stage("one", make_split())
        lesson = Lesson(
            batches,
            3,
            [ApplyStage(stage, batches.steps_per_epoch)],
            watchers=watchers,
        )
        run_lesson(learner, step, lesson, Place())
        after = [id(v) for v in (*learner.variables, *learner.optimizer.variables)]
        assert after == variables
        assert keras.config.dtype_policy().name == policy
        assert step.traces == 1
        ended.append(read_state(learner))
    gc.unfreeze()
    plain, collected = ended
    assert plain.keys() == collected.keys()
    assert all(np.array_equal(plain[name], collected[name]) for name in plain)


def test_results_are_at_every_destination_while_training_goes_on(tmp_path):
    """Row 37: results were lost with the wrong directory, and with the machine."""
    about = {"config": {"seed": 0}, "config_sha256": "ab12"}
    places = [tmp_path / "storage", f"memory://{tmp_path.name}"]
    mirror = Mirror("run", places)
    with open_run(tmp_path / "runs", "run", about, destinations=places) as run:
        files = CheckpointFolder(run.checkpoints)
        for step in (10, 20, 30):
            run.metrics.append({"step": step})
            lines = {"metrics_lines": run.metrics.lines}
            path = files.write(step, {"w": np.full(3, step)}, lines)
            live = [run.path / "run.json", run.events.path, run.metrics.path]
            mirror.copy_newest([*live, path], run.path)
            assert mirror.wait(20.0)  # the run does not wait; this test does
    shutil.rmtree(tmp_path / "runs")  # the machine was shut down, its disk is gone

    elsewhere = tmp_path / "another directory"
    with open_run(elsewhere, "run", about, destinations=places) as run:
        assert run.recovered.step == 30
        arrays, _, _ = CheckpointFolder(run.checkpoints).newest()
        assert arrays["w"].tolist() == [30, 30, 30]
        assert run.metrics.lines == 3
        sealed = run.seal({"status": "finished"})
    mirror.copy([p for p in run.path.rglob("*") if p.is_file()], run.path)
    assert all(problems == [] for problems in mirror.verify(sealed, 20.0).values())
    assert [row["complete"] for row in mirror.report()] == [True, True]

    (tmp_path / "storage" / "run" / "results.json").write_text("{}")  # a copy rots
    found = mirror.verify(sealed, 20.0)
    assert [str(p) for p in found[str(places[0])]] == ["results.json: changed"]
    assert [row["complete"] for row in mirror.report()] == [False, True]
    mirror.close()


def test_a_run_in_a_folder_that_nobody_named_is_saved(tmp_path):
    """Row 37: results lay in a folder that the saver did not look into."""
    with RunFolder.open(tmp_path / "somewhere" / "else", "a", ABOUT) as run:
        run.seal({"status": "finished"})
    outputs = tmp_path / "outputs" / "deep" / "er"
    outputs.mkdir(parents=True)
    (outputs / "model.h5").write_bytes(b"weights of another tool")
    done = subprocess.run(
        [sys.executable, SAVER, "--runs-dir", tmp_path / "outputs", "--to", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    [bundle] = tmp_path.glob("results-*.zip")
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
    assert "a/results.json" in names, done.stdout
    assert "foreign/outputs/deep/er/model.h5" in names, done.stdout


KILLED = """
import sys
from dist_invention.storage import Journal, write_json
journal, number = Journal(sys.argv[1] + "/metrics.jsonl"), 0
while True:
    number += 1
    journal.append({"step": number, "loss": [1 / number] * 50}, durable=False)
    write_json(sys.argv[1] + "/report.json", {"steps": list(range(number % 500))})
    if number == 3:
        print("ready", flush=True)
"""


def test_a_kill_in_the_middle_of_writing_leaves_no_half_of_a_file(tmp_path):
    """Row 38: the metrics file was cut in the middle."""
    for delay in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, tmp_path], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(0.01 * delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        steps = [line["step"] for line in Journal(tmp_path / "metrics.jsonl").read()]
        assert steps == list(range(1, len(steps) + 1))
        steps = json.loads((tmp_path / "report.json").read_text())["steps"]
        assert steps == list(range(len(steps)))
        (tmp_path / "metrics.jsonl").unlink()


def test_json_goes_through_one_encoder():
    """Row 38: a raw json.dump stopped at a float32 and left half a file."""
    allowed = {"storage/encoding.py", "storage/lock.py"}  # the lock holds plain text
    for path in (REPO / "dist_invention").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called != "json.dump", f"{path}:{node.lineno}: use write_json"
            if called == "json.dumps" and path.parts[-2] == "storage":
                assert "/".join(path.parts[-2:]) in allowed, f"{path}:{node.lineno}"


PICKLES = {
    *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve"),
    "marshal",
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(REPO)))
def test_no_pickle_is_ever_read(path):
    """Row 39: models were class-bound pickles, which could not be loaded again."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert "pickle" not in called.lower(), f"{path}:{node.lineno}: {called}"
            assert called != "enable_unsafe_deserialization", f"{path}:{node.lineno}"
            for word in node.keywords:
                value = getattr(word.value, "value", None)
                unsafe = (word.arg == "allow_pickle" and value is not False) or (
                    word.arg == "safe_mode" and value is not True
                )
                assert not unsafe, f"{path}:{node.lineno}: {word.arg}"
        for name in names:
            assert name.split(".")[0] not in PICKLES, f"{path}:{node.lineno}: {name}"


class Trap:
    """What is unpickled here leaves a file behind."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def set_traps(tmp_path, sprung):
    """Lay pickles wherever somebody might read one; return their paths and bytes."""
    import pickle  # to build the trap; nothing here reads one

    outputs = tmp_path / "outputs" / "exp1"
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(1, {"w": np.ones(2)}, {})
    trap = np.array([Trap(sprung)], dtype=object)
    paths = [
        outputs / "model.pkl",
        outputs / "weights.npy",
        outputs / "weights.npz",
        outputs / "model.joblib",
        run.path / "checkpoints" / "g000000009.npz",
        run.path / "stages" / "history.pkl",
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".npz":
            np.savez(path, w=trap)
        elif path.suffix == ".npy":
            np.save(path, trap, allow_pickle=True)
        else:
            path.write_bytes(pickle.dumps(Trap(sprung)))
    return {path: path.read_bytes() for path in paths}


def test_a_trapped_pickle_is_saved_byte_for_byte_and_never_run(tmp_path):
    """Row 39: a pickle runs whatever it holds when it is read."""
    sprung = tmp_path / "sprung"
    traps = set_traps(tmp_path, sprung)
    folders = ("--runs-dir", tmp_path / "runs", "--runs-dir", tmp_path / "outputs")
    for flags in ((*folders, "--to", tmp_path / "out"), ("--verify", tmp_path)):
        done = subprocess.run(
            [sys.executable, SAVER, *flags],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, "the run is unfinished, and a checkpoint no ours"
        assert done.stderr == ""
        assert "g000000009.npz: changed" in done.stdout
    [bundle] = (tmp_path / "out").glob("results-*.zip")
    with zipfile.ZipFile(bundle) as archive:
        saved = {archive.read(name) for name in archive.namelist()}
    assert set(traps.values()) <= saved
    checkpoints = CheckpointFolder(tmp_path / "runs" / "a" / "checkpoints")
    found = checkpoints.newest()
    assert found is not None
    assert found[2].name == "g000000001.npz", "the trapped one is passed over"
    assert not sprung.exists()
    np.load(tmp_path / "outputs" / "exp1" / "weights.npy", allow_pickle=True)
    assert sprung.exists(), "the traps are real"


class BuiltLate(keras.layers.Layer):
    """Has a branch that is called, and so built, in training only."""

    def __init__(self):
        super().__init__()
        self.branch = keras.layers.Dense(2)

    def build(self, shape):
        """Forget the branch."""

    def call(self, x, training=False):
        return self.branch(x) if training else x


def test_a_branch_that_is_built_late_is_refused_before_the_run(tmp_path):
    """Row 23: 267,914 parameters were counted, 327,818 were there in training."""

    class Late(Small):
        name = "late"

        def build_model(self, splits):
            x = keras.Input((2,), name="x")
            y = keras.layers.Dense(1)(BuiltLate()(x))
            return keras.Model({"x": x}, {"y": y})

    machine = prepare(0)
    for kind in (Small, Late):
        experiment = kind(replace(Small.presets["demo"], runs_dir=tmp_path))
        with open_folder(experiment, machine) as folder:
            splits = named(experiment.build_splits())
            session = build_session(experiment, folder, machine, splits)
            if kind is Late:
                with pytest.raises(ValueError, match="Build every branch of the model"):
                    preflight(session)
                assert not session.checkpointer.files.steps  # nothing has begun
                continue
            known = [variable.path for variable in session.learner.optimizer.variables]
            preflight(session)
            assert known == [v.path for v in session.learner.optimizer.variables]
            for weight in session.learner.trainable_variables:  # two moments of each
                name = weight.path.replace("/", "_")
                assert sum(path.split("/")[-1].startswith(name) for path in known) == 2


def test_versions_are_locked_and_a_model_that_cannot_be_loaded_is_refused(tmp_path):
    """Row 24: names in .h5 files and a legacy optimizer failed on another Keras."""
    lock = (REPO / "requirements/cpu.lock").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.M))
    for name in ("keras", "h5py", "fsspec"):
        assert locked[name] == importlib.metadata.version(name), name
    assert re.search(r'"keras>=[\d.]+,<[\d.]+"', (REPO / "setup.py").read_text())
    assert prepare(0).environment["packages"]["keras"] == locked["keras"]

    class Doubled(keras.layers.Layer):  # not registered: no other process can load it
        def call(self, x):
            return 2 * x

    class Unloadable(Small):
        name = "unloadable"

        def build_model(self, splits):
            x = keras.Input((2,), name="x")
            y = keras.layers.Dense(1)(Doubled()(x))
            return keras.Model({"x": x}, {"y": y})

    experiment = Unloadable(replace(Small.presets["demo"], runs_dir=tmp_path))
    with pytest.raises(ExportDiffers, match="Doubled"):
        experiment.run()
    assert not experiment.has_begun
    with pytest.raises(ImportError, match="not supported in Keras 3"):
        keras.optimizers.legacy.Adam()


def test_a_checkpoint_of_another_configuration_is_an_error_naming_both(tmp_path):
    """Row 40: 74 weights met 106 at load, since no configuration was stored."""
    config = replace(Small.presets["demo"], runs_dir=tmp_path)
    other = replace(config, epochs=7)
    steps = {}
    for asked in (config, other):
        experiment, machine = Small(asked), prepare(0)
        with open_folder(experiment, machine) as folder:
            splits = named(experiment.build_splits())
            session = build_session(experiment, folder, machine, splits)
            preflight(session)
            steps[asked.sha256] = session.checkpointer.files
            session.checkpointer.close()
            if asked is config:
                continue
            [path] = steps[config.sha256].path.iterdir()
            arrays, manifest, _ = steps[config.sha256].newest()
            assert manifest["about"]["config_sha256"] == config.sha256
            (folder.checkpoints / path.name).write_bytes(path.read_bytes())
            ours, theirs = other.sha256[:8], config.sha256[:8]
            both = f"configuration {ours}.*of configuration {theirs}"
            with pytest.raises(ForeignCheckpoint, match=both):
                newest(session)
    state = {
        name.removeprefix("state/"): value
        for name, value in arrays.items()
        if name.startswith("state/")
    }
    wide = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)])
    wide.add(keras.layers.Dense(1))
    count = sum(name.startswith("model/") for name in state)
    said = rf"Expected 4 model variables.*Received: {count} saved ones"
    with pytest.raises(StateMismatch, match=said):
        write_state(wide, state, groups=("model",))


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """The folder of one finished run."""
    folder = tmp_path_factory.mktemp("sealed")
    return Small(replace(Small.presets["demo"], runs_dir=folder)).run().path


def results_of(folder):
    return json.loads((folder / "results.json").read_text())


def numbers(values, name="far", role="test", **more):
    """Return a split of one number an example, each with a key of its own."""
    y = np.asarray(values, dtype=float)
    keys = np.array([f"{name} {i}" for i in range(len(y))])
    field = Field("y", y.shape[1:], "m")
    return Split(name, role, {"y": y}, (field,), (), ("y",), keys, keys, **more)


def test_a_generator_that_fails_leaves_no_result_and_data_has_an_identity(
    sealed, tmp_path
):
    """Row 1: the generator failed, toy data took over, success was printed."""

    class Failing(Small):
        def build_splits(self):
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        Failing(replace(Small.presets["demo"], runs_dir=tmp_path)).run()
    assert not list(tmp_path.rglob("results.json"))
    data = {row["name"]: row for row in results_of(sealed)["data"]}
    for split in Small(Small.presets["demo"]).build_splits():
        row = data[split.name]
        assert (row["sha256"], row["n"]) == (split.sha256, len(split))
        assert row["ranges"]["x"] == [split.arrays["x"].min(), split.arrays["x"].max()]


def test_a_score_that_a_constant_reaches_says_so_and_none_stands_alone():
    """Row 2: "83.51 % extrapolation accuracy" was the score of a constant."""

    def diary(targets, outputs, split):  # the metric of the earlier work
        return np.maximum(0.0, 1.0 - np.abs(targets["y"] - outputs["y"]) / 10.0)

    split = numbers(np.linspace(-3.2, 3.2, 101))
    metric = Metric("accuracy", "1", "higher", diary, kind="share")
    with pytest.raises(ValueError, match="at least one trivial baseline"):
        evaluate(lambda s: s.arrays, [split], [metric], [], seed=0)
    zeros = constant({"y": 0.0}, "zeros")
    [score] = evaluate(zeros.predict, [split], [metric], [zeros], seed=0)
    assert score.value == pytest.approx(0.84, abs=0.01)
    assert (score.skill, score.beats_best) == (0.0, None)
    assert "`zeros` learns nothing and reaches 0.83" in score.warnings[0]


def test_a_column_has_a_name_a_shape_and_a_unit_checked_at_each_boundary():
    """Row 5: magic indices took the wrong columns."""
    split = numbers(np.zeros((30, 3)))
    with pytest.raises(ValueError, match=r"example shape \(2,\). Received: \(3,\)"):
        replace(split, fields=(Field("y", (2,), "m"),))
    with pytest.raises(ValueError, match="one field per array"):
        replace(split, fields=(Field("position", (3,), "m"),))
    metric = Metric("mse", "m2", "lower", lambda t, o, s: t["position"])
    with pytest.raises(ValueError, match="without 'position'"):
        metric.measure(split, {"y": split.arrays["y"]})
    zero = Baseline("zero", lambda s: {"y": np.zeros((len(s), 2))}, "trivial")
    with pytest.raises(ValueError, match=r"shape \(30, 3\). Received: \(30, 2\)"):
        evaluate(lambda s: s.arrays, [split], [metric], [zero], seed=0)


def test_rejects_are_counted_by_stratum_and_a_thin_stratum_is_refused():
    """Row 6: a filter rejected every scene of four balls, and nobody noticed."""
    from dist_invention.domains.physics.data import make_splits

    sheet = make_splits(0, scenes_train=160, horizon_test=30)["train"].datasheet
    assert sorted(sheet["rejects"]) == ["1 balls", "2 balls", "3 balls", "4 balls"]
    assert all(row["kept"] >= 30 for row in sheet["rejects"].values())
    assert sheet["rejects"]["4 balls"]["overlap"] > 0
    with pytest.raises(ValueError, match=r"for every ball count.*3: 1, 4: 1"):
        make_splits(0, scenes_train=40)


def test_a_metric_says_which_way_is_good_and_agrees_with_the_formula():
    """Row 7: a metric was read upside down."""

    def squares(targets, outputs, split):
        return (targets["y"] - outputs["y"]) ** 2

    with pytest.raises(ValueError, match="Say which way is good"):
        Metric("rmse", "m", "", squares)
    with pytest.raises(ValueError, match="Name the unit"):
        Metric("rmse", "", "lower", squares)
    rmse, split = (
        Metric("rmse", "m", "lower", squares, "root_mean"),
        numbers([0.0, 0.0]),
    )
    assert rmse.value(rmse.measure(split, {"y": np.array([3.0, 4.0])})) == 12.5**0.5
    assert skill(1.0, 2.0, "lower") == 0.5 > skill(3.0, 2.0, "lower")
    assert skill(0.9, 0.8, "higher") == pytest.approx(0.5)


def test_a_model_that_answers_all_the_same_has_collapsed(sealed):
    """Row 9: nobody looked whether predictions vary at all."""
    targets = {"y": np.linspace(-1.0, 1.0, 50)[:, None]}
    [found] = collapse({"y": 0.05 * targets["y"]}, targets)
    assert (found.verdict, found.healthy) == ("collapsed", False)
    assert found.value < 0.01
    [found] = collapse({"y": 0.5 * targets["y"]}, targets)
    assert found.verdict == "ok"
    looked_at = {row["name"] for row in results_of(sealed)["health"]}
    assert {"collapse: y", "saturation: y", "batch mates: y"} <= looked_at


def test_a_term_that_swamps_the_others_is_told_and_capped():
    """Row 10: one loss term was 10,000 times the other, in raw units."""
    found = {finding.name: finding for finding in loss_shares({"a": 1e4, "b": 1.0})}
    assert found["loss share: a"].verdict == "dominates"
    assert found["loss share: a"].value == pytest.approx(0.9999)
    controller = Controller(Balancer(cap=0.9), {"a": 1.0, "b": 1.0}, "one")
    controller.see({"a": 1e4, "b": 1.0}, progress=0.0)
    weights = controller.weights()
    parts = {"a": 1e4 * weights["a"], "b": weights["b"]}
    assert parts["a"] / sum(parts.values()) == pytest.approx(0.9)


def test_what_was_not_measured_is_no_number():
    """Row 13: mock scores of placeholders were counted."""
    absent = NotMeasured("the solver is not installed")
    for use in (float, lambda a: a + 1, lambda a: a > 0.5, lambda a: np.mean([a, 1.0])):
        with pytest.raises(TypeError, match="not measured, because the solver"):
            use(absent)
    row = Score("far", "far", "all", "e", "m", "lower", absent, 0, 9, 0, ()).as_json()
    assert (row["status"], row["value"]) == ("not measured", None)
    with pytest.raises(ValueError, match="reason"):
        NotMeasured("")


MEASURING = {
    *("campaigns", "curriculum", "datasets", "domains", "evaluation", "runtime"),
    *("statistics", "training", "experiments"),
}


def handlers(path):
    """Yield each `except` of a file and whether it takes whatever comes."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            kind = ast.unparse(node.type) if node.type else "BaseException"
            yield node, kind.split(".")[-1] in ("Exception", "BaseException")


def test_no_exception_is_answered_with_a_number():
    """Row 14: constants were returned on exception."""
    seen = 0
    for path in SOURCES:
        if not MEASURING & set(path.relative_to(REPO).parts):
            continue
        for handler, is_broad in handlers(path):
            seen += 1
            inside = list(ast.walk(handler))
            for node in inside:
                value = getattr(getattr(node, "value", None), "value", None)
                answers = isinstance(node, (ast.Return, ast.Assign))
                default = answers and type(value) in (int, float)
                assert not default, f"{path}:{node.lineno}: a default number"
            used = any(isinstance(n, ast.Name) and n.id == handler.name for n in inside)
            raised = any(isinstance(n, ast.Raise) for n in inside)
            silent = is_broad and not (used or raised)
            assert not silent, f"{path}:{handler.lineno}: swallowed"
    assert seen > 20, "the search finds what is there"


def test_a_loss_that_repeats_and_a_net_at_its_bounds_are_told():
    """Row 27: a loss on words met logits; the net saturated, the loss stood still."""
    found = repeated_loss([0.7, 0.693147, 0.693147, 0.693147, 0.693147, 0.693147])
    assert (found.verdict, found.healthy) == ("repeats", False)
    assert repeated_loss([0.7, 0.6, 0.5]).healthy
    gates = np.where(np.arange(40) % 10 == 0, 0.5, 1.0)[:, None]
    [found] = saturation({"gate": gates}, bounds={"gate": (0.0, 1.0)})
    assert found.verdict == "saturated"


def test_padding_is_never_a_right_answer():
    """Row 28: 84.3 % "validation accuracy" was the share of PAD."""
    tokens = np.zeros((50, 20), int)
    tokens[:, :3] = np.arange(1, 51)[:, None]
    split = Split(
        *("far", "test", {"y": tokens}, (Field("y", (20,), "1"),), (), ("y",)),
        *(np.arange(50).astype(str), np.arange(50)),
    )
    assert np.mean(tokens == 0) == 0.85
    with pytest.raises(ValueError, match="so that padding is not counted as correct"):
        masked_accuracy("y")
    metrics = [masked_accuracy("y", pad=0), exact_match("y", pad=0)]
    pad = constant({"y": 0}, "PAD")
    scores = evaluate(pad.predict, [split], metrics, [pad], seed=0)
    assert [score.value for score in scores] == [0.0, 0.0]
    assert [score.best_trivial.name for score in scores] == ["PAD", "PAD"]


def test_changing_the_future_must_not_change_the_past():
    """Row 29: a causal mask was inverted."""
    x = {"x": np.random.Generator(np.random.Philox(1)).normal(size=(8, 6))}

    def causal(inputs):
        return {"y": np.cumsum(inputs["x"], axis=1)}

    def inverted(inputs):
        return {"y": np.cumsum(inputs["x"][:, ::-1], axis=1)[:, ::-1]}

    assert [f.verdict for f in causality_probe(causal, x, ["x"])] == ["ok"]
    assert [f.verdict for f in causality_probe(inverted, x, ["x"])] == [
        "sees the future"
    ]


def test_permuting_the_batch_permutes_the_output():
    """Row 30: `if any(...)` over the batch made outputs depend on batch mates."""
    generator = np.random.Generator(np.random.Philox(2))
    x = {"x": np.linspace(-1.0, 1.0, 12)[:, None]}

    def alone(inputs):
        return {"y": np.maximum(inputs["x"], 0.0)}

    def together(inputs):
        scale = 2.0 if np.any(inputs["x"] > 0.99) else 1.0
        return {"y": scale * inputs["x"]}

    assert permutation_probe(alone, x, generator)[0].verdict == "ok"
    found = permutation_probe(together, x, generator)[0]
    assert found.verdict == "depends on batch mates"


def test_the_output_must_change_when_the_rule_changes():
    """Row 31: the field with the rule was never fed."""
    inputs = {"x": np.linspace(1.0, 2.0, 9), "gravity": np.linspace(-12.0, -3.0, 9)}
    heard = rule_probe(lambda i: {"y": i["x"] * i["gravity"]}, inputs, ["gravity"])
    deaf = rule_probe(lambda i: {"y": 2.0 * i["x"]}, inputs, ["gravity"])
    assert [heard[0].verdict, deaf[0].verdict] == ["ok", "deaf to the rule"]


def test_rows_of_the_test_that_stand_in_train_are_refused():
    """Row 32: three copies were pooled before splitting; 90.5 % of rows leaked."""
    train, select, test = (
        make_split(name, role, shift=shift)
        for name, role, shift in (
            ("train", "train", 0.0),
            ("select", "select", 9.0),
            ("test", "test", 5.0),
        )
    )
    report = audit([train, select, test])
    assert report.verdict == "clean"
    pooled = test.arrays["x"].copy()
    pooled[:18] = train.arrays["x"][:18]
    copies = {"x": pooled, "y": pooled[:, :1] * 2}
    with pytest.raises(LeakFound, match="`train` and `test`"):
        audit([train, select, replace(test, arrays=copies)])


def test_a_request_that_changes_nothing_and_an_edited_target_are_refused():
    """Row 35: targets were edited as text; 36 % of the pairs were wrong or no-ops."""

    class Scaled:
        rules, request = 2.0, "three times as much"

        def apply(self, rules, request):
            return 3.0 * rules

        def generate(self, rules, inputs):
            return {"y": rules * inputs["x"]}

    def asked(x, targets):
        fields = (Field("x", (), "1"), Field("y", (), "1"))
        arrays = {"x": np.asarray(x), "y": np.asarray(targets)}
        keys = np.arange(len(x)).astype(str)
        return Split("far", "test", arrays, fields, ("x",), ("y",), keys, keys)

    x = np.arange(1.0, 21.0)
    part = (Part("y", "1", tolerance=1e-6),)
    with_zero = np.where(x == 4.0, 0.0, x)
    with pytest.raises(NoChangeAsked, match="1 of 20 concerned pairs"):
        Case(Scaled(), asked(with_zero, 2 * with_zero), asked(with_zero, 6 * with_zero),
             part)  # fmt: skip
    by_hand = 6 * x
    by_hand[7] += 1.0
    edited = Case(Scaled(), asked(x, 2 * x), asked(x, by_hand), part)
    with pytest.raises(NotFromTheWorld, match="1 of 20 rows"):
        judge([edited], lambda split: {"y": 2 * split.arrays["x"]}, seed=0)


def test_a_mixture_of_70_percent_is_70_percent_and_its_ratio_is_known():
    """Row 36: min(n, available) made 2.7 % of 70 %."""
    rare, common = make_split("rare", rows=4), make_split("common", rows=400, shift=3.0)
    mixture = Mixture("both", (rare, common), {"rare": 0.7, "common": 0.3})
    told = mixture.realised(np.random.Generator(np.random.Philox(1)), 2000)
    drawn = mixture.draw(np.random.Generator(np.random.Philox(1)), 2000)["x"]
    assert told["rare"] == np.mean(drawn[:, 0] < 1.5) == pytest.approx(0.7, abs=0.03)


def test_n_stands_in_every_cell_and_a_thin_one_is_not_measured(sealed):
    """Row 42: evaluations with n = 0 looked like any other."""
    for row in results_of(sealed)["scores"]:
        assert row["n"] >= 20
        assert row["baselines"]
    split = numbers(np.arange(40.0), strata={"kind": np.repeat(["a", "b"], [38, 2])})
    metric = Metric("e", "m", "lower", lambda t, o, s: np.abs(t["y"] - o["y"]))
    zero = constant({"y": 0.0}, "zero")
    rows = [
        s.as_json() for s in evaluate(zero.predict, [split], [metric], [zero], seed=0)
    ]
    assert [(row["n"], row["value"] is None) for row in rows] == [
        (40, False),
        (38, False),
        (2, True),
    ]


def test_pixels_are_no_metres():
    """Row 45: pixels were taken for metres, and errors were 1e9."""
    with pytest.raises(ValueError, match=r"Expected SI units.*'px'.*write 'm'"):
        Metric("error", "px", "lower", lambda t, o, s: t["y"])
    with pytest.raises(ValueError, match="Expected SI units"):
        Part("position", "px")


def test_results_of_different_tasks_are_not_compared(sealed, tmp_path):
    """Row 46: "3,000x" compared numbers of different tasks."""
    ours = results_of(sealed)
    assert require_same_task(ours, dict(ours)) == ours["task_sha256"]

    class Easier(Small):
        def build_splits(self):
            return [*super().build_splits()[:2], make_split("test", "test", shift=2.0)]

    other = Easier(replace(Small.presets["demo"], runs_dir=tmp_path)).run()
    with pytest.raises(DifferentTasks, match="Score both on the same test splits"):
        require_same_task(ours, results_of(other.path))
    with pytest.raises(TasksDiffer, match="run them again on the same data"):
        compare([sealed, other.path])
    arms = [
        SimpleNamespace(arm=arm, seed=0, results=results)
        for arm, results in (("curriculum", ours), ("joint", results_of(other.path)))
    ]
    fair, said = same_questions(arms)
    assert fair == arms[:1]
    assert "joint with seed 0 is not compared: it was asked task" in said[0]


def test_a_number_that_was_typed_in_is_not_shown(sealed, tmp_path):
    """Row 47: simulated and typed-in results stood in tables."""
    copied = tmp_path / sealed.name
    shutil.copytree(sealed, copied)
    results = results_of(copied)
    results["scores"][0] |= {"value": 0.0001234, "interval": [0.00012, 0.00013]}
    (copied / "results.json").write_text(json.dumps(results))
    with pytest.raises(UnsealedRunError, match="it was changed"):
        compare([sealed, copied])
    (copied / "manifest.json").unlink()
    with pytest.raises(UnsealedRunError, match=r"manifest\.json"):
        compare([sealed, copied])


def test_durations_come_from_the_clock(sealed):
    """Row 48: a run of 22 minutes was said to have taken four hours."""
    results = results_of(sealed)
    events = Journal(sealed / "events.jsonl").read()
    assert all("time" in event for event in events)
    assert results["seconds"] > 0
    for stage in results["stages"]:
        assert 0 < stage["seconds"] <= results["seconds"]


def test_the_denominator_is_what_was_evaluated():
    """Row 50: sums over 32 examples were divided by 400."""
    right = np.ones(400)

    def first_32(targets, outputs, split):
        equal = (targets["y"] == outputs["y"]).astype(float)
        return np.where(np.arange(len(split)) < 32, equal, np.nan)

    metric = Metric("exact", "1", "higher", first_32, kind="share")
    zero = constant({"y": 0.0}, "zero")
    [score] = evaluate(lambda s: s.arrays, [numbers(right)], [metric], [zero], seed=0)
    row = score.as_json()
    assert (row["value"], row["n"], row["of"]) == (1.0, 32, 400)
    assert row["denominator"] == {"of": "examples", "count": 32}
    with pytest.raises(ValueError, match="Count what was evaluated"):
        replace(score, n=401)


def test_the_rule_that_picks_weights_is_said_before_and_never_reads_a_test(
    sealed, tmp_path
):
    """Row 54: the best of twenty looks at the test set was the result."""

    class Undecided(Small):
        selection = None

    class OnTest(Small):
        selection = Selection.best("test")

    for kind, said in (
        (Undecided, "which weights are judged"),
        (OnTest, "role is test"),
    ):
        with pytest.raises(NoSelection, match=said):
            kind(replace(Small.presets["demo"], runs_dir=tmp_path)).run()
    reads = TestReads([], lambda receipt: None)
    test = make_split("test", "test")
    reads.read(test, "run", "the chosen weights")
    for look in range(20):
        with pytest.raises(TestSplitAlreadyRead, match="--reread REASON"):
            reads.read(test, "run", f"weights of look {look}")
    assert reads.counts == {"test": 1}
    results = results_of(sealed)
    assert results["selection"]["rule"] == "last"
    assert [(row["split"], row["count"]) for row in results["reads"]] == [("test", 1)]
