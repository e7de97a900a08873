"""A tiny real experiment of two stages, and the means to break it at any moment."""

from contextlib import contextmanager
import io
import json
from types import SimpleNamespace

from dist_invention.curriculum import Constant, Cosine, Linear, Stage
from dist_invention.datasets import Field, Split
from dist_invention.evaluation import Baseline, Metric
from dist_invention.runtime import prepare, stream
from dist_invention.storage import read_arrays
from dist_invention.storage.copies import mirror
from dist_invention.storage.copies.standing import Patience
from dist_invention.training import (
    SafeTrainingPipeline,
    Selection,
    TrainingConfig,
    checkpoint,
)
from dist_invention.training.ground import named
from dist_invention.training.opening import open_folder
from dist_invention.training.session import build_session
import keras
import numpy as np
import pytest
from rich.console import Console

FIELDS = (Field("x", (2,), "m"), Field("y", (1,), "m"))
ROLES = {
    "easy": "train",
    "hard": "train",
    "select": "select",
    "test_in": "test",
    "test_far": "test",
}
SAME = ("weights_sha256", "config_sha256", "task_sha256", "scores", "health")
EXAMPLES = 44  # six batches of eight, the last one padded


class Killed(BaseException):
    """Ends a run as SIGKILL does: nobody gets to write anything down."""


class Moments(keras.callbacks.Callback):
    """Tells a test each moment of training; remembers nothing itself."""

    def __init__(self, tell, stage):
        super().__init__()
        self.tell = tell
        self.stage = stage

    def on_train_batch_end(self, batch, logs=None):
        self.tell("step", self.stage, int(self.model.optimizer.iterations))

    def on_epoch_end(self, epoch, logs=None):
        self.tell("epoch", self.stage, epoch)

    def on_train_end(self, logs=None):
        self.tell("stage", self.stage, 0)

    def get_state(self):
        return {}

    def set_state(self, state):
        pass


def squared(inputs, targets, outputs):
    return (outputs["y"] - targets["y"])[:, 0] ** 2


def absolute(inputs, targets, outputs):
    return abs(outputs["y"] - targets["y"])[:, 0]


def make_split(name, seed=0):
    """Return one split; `far` ones lie outside."""
    x = stream(seed, name).uniform(-1, 1, (EXAMPLES, 2)).astype("float32")
    x = x + (2 if "far" in name else 0) + (0.5 if name == "hard" else 0)
    xy = {"x": x, "y": np.sin(x[:, :1]) + 0.5 * x[:, 1:]}
    ids = np.array([f"{name}-{i}" for i in range(EXAMPLES)])
    tier = name.partition("_")[2]
    return Split(name, ROLES[name], xy, FIELDS, ("x",), ("y",), ids, ids, tier=tier)


class Tiny(SafeTrainingPipeline):
    """Learn a plane with a wave in it, in two stages of twelve steps."""

    name = "tiny"
    selection = Selection.last()
    tell = staticmethod(lambda moment, stage, number: None)

    def build_splits(self):
        return [make_split(name, self.config.seed) for name in ROLES]

    def build_model(self, splits):
        x = keras.Input((2,), name="x")
        hidden = keras.layers.Dense(16, "tanh")(x)
        hidden = keras.layers.BatchNormalization()(hidden)
        hidden = keras.layers.Dropout(0.2)(hidden)
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})

    def build_optimizer(self):
        return keras.optimizers.Adam(use_ema=True, ema_momentum=0.9)

    def build_terms(self, splits):
        return {"squared": squared, "absolute": absolute}

    def build_stages(self, splits):
        epochs, one = self.config.epochs or 2, Constant(1.0)
        ramp = {"squared": one, "absolute": Linear(0.0, 0.5)}
        flat = {"squared": one, "absolute": Constant(0.5)}
        return [
            Stage("first", splits["easy"], epochs, Constant(1e-2), ramp),
            Stage("second", splits["hard"], epochs, Cosine(1e-2, 1e-3), flat),
        ]

    def build_callbacks(self, stage):
        return [
            keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=0.05),
            Moments(self.tell, stage.name),
        ]

    def build_metrics(self, splits):
        return [Metric("mse", "m2", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        def predict(split):
            return {"y": np.zeros((len(split), 1))}

        return [Baseline("zero", predict, "trivial")]

    def predict(self, model, split):  # without tracing another graph
        outputs = model(split.input_arrays(), training=False)
        return {"y": np.asarray(keras.ops.convert_to_numpy(outputs["y"]))}


def start(runs_dir, *, of=Tiny, **given):
    """Build an experiment; names of config fields configure, others are its hooks."""
    fields = TrainingConfig.__dataclass_fields__
    config = {name: value for name, value in given.items() if name in fields}
    hooks = {name: value for name, value in given.items() if name not in fields}
    if "tell" in hooks:
        hooks["tell"] = staticmethod(hooks["tell"])
    kind = type("Tiny", (of,), hooks)
    config = TrainingConfig(**{"batch_size": 8, "runs_dir": runs_dir, **config})
    return kind(config, Console(file=io.StringIO(), width=500))


@contextmanager
def session(runs_dir, **given):
    """Build the live parts of a run, without training."""
    experiment = start(runs_dir, **given)
    machine = prepare(experiment.config.seed)
    with open_folder(experiment, machine) as folder:
        splits = named(experiment.build_splits())
        live = build_session(experiment, folder, machine, splits)
        try:
            yield live
        finally:
            live.close()


def read(path):
    """Return what a run left behind, ready to compare."""
    lines = (path / "events.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    results, metrics = path / "results.json", path / "metrics.jsonl"
    return SimpleNamespace(
        path=path,
        results=json.loads(results.read_text()) if results.exists() else None,
        metrics=metrics.read_bytes() if metrics.exists() else b"",
        events=rows,
        named=lambda event: [row for row in rows if row["event"] == event],
    )


def assert_same(found, wanted):
    """Assert that two runs ended alike, bit by bit."""
    assert found.metrics == wanted.metrics
    for name in SAME:
        assert found.results[name] == wanted.results[name], name
    ours, theirs = (
        read_arrays(sorted((run.path / "checkpoints").iterdir())[-1])[0]
        for run in (found, wanted)
    )
    assert ours.keys() == theirs.keys()
    for name in ours:
        if not name.startswith("memory"):
            assert np.array_equal(ours[name], theirs[name]), name


@pytest.fixture(autouse=True)
def saves_that_cost_nothing(monkeypatch):
    """Save at each epoch end, however short, so that a test knows where it resumes."""
    monkeypatch.setattr(checkpoint, "TIMES_BLOCKING", 0)
    monkeypatch.setattr(checkpoint, "TIMES_WRITING", 0)
    monkeypatch.setattr(checkpoint.SnapshotWriter, "is_busy", False)  # so it waits


@pytest.fixture(autouse=True)
def destinations_that_are_soon_given_up(monkeypatch):
    """Try a failing destination a few times within milliseconds."""
    patience = Patience(1.0, 0.01, 0.02, failures_to_pause=3, pause_seconds=0.1)
    monkeypatch.setattr(mirror, "Patience", lambda: patience)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The experiment's parts, and one run that nothing interrupted."""

    def run(runs_dir, **given):
        experiment = start(runs_dir, **given)
        finished = experiment.run()
        left = read(finished.path)
        left.finished = finished
        left.said = experiment.console.file.getvalue()
        return left

    def kill(runs_dir, moment, **given):
        """Run until a moment (kind, stage, number) and die there."""

        def tell(*now):
            if now == moment:
                raise Killed

        with pytest.raises(Killed):
            start(runs_dir, tell=tell, **given).run()
        [path] = runs_dir.iterdir()
        return read(path)

    class Parts(SimpleNamespace):
        @property
        def whole(self):
            if "found" not in vars(self):
                self.found = run(tmp_path_factory.mktemp("whole"))
            return self.found

    return Parts(
        Experiment=Tiny,
        Killed=Killed,
        start=start,
        session=session,
        run=run,
        kill=kill,
        read=read,
        make_split=make_split,
        squared=squared,
        absolute=absolute,
        assert_same=assert_same,
    )
