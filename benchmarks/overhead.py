"""What the safe run costs: its steps against plain `fit`, its saves against rivals.

Run as `python benchmarks/overhead.py`; about 25 minutes, or `--pairs 2 --seconds 4` to
rehearse. One process, one model and data set a size, Adam, the same steps in every
block: plain `fit`; ours, the pipeline's own loop with everything it does (journal,
guards, hashed and forced checkpoints); and `fit` with `ModelCheckpoint` (the whole
model, optimizer too, as ours) and with `BackupAndRestore`. Each block is an epoch with
a small validation and, except the plain one, one save; so every method saves once in
`--seconds`.

Ours is one run from start to end. What belongs to the others is trained in a callback
between two of its epochs, while its clock stands still. Plain and ours take turns as
plain, ours, ours, plain, so that a machine that grows slower favours neither.
"""

import argparse
import gc
import io
import json
import os
from pathlib import Path
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from dist_invention.curriculum import Constant, Stage
from dist_invention.datasets import Field, Split
from dist_invention.evaluation import Baseline, Metric
from dist_invention.runtime import stream
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras
import numpy as np
from rich.console import Console

INPUTS, BATCH, SELECT = 64, 64, 256
FIELDS = (Field("x", (INPUTS,), "1"), Field("y", (1,), "1"))
WIDTHS = {"1M": 690, "10M": 2220}  # two hidden-to-hidden matrices
EVERY = 2.0  # in blocks: an epoch end saves, nothing else comes due before
RIVALS = ("ModelCheckpoint", "BackupAndRestore")
RIVAL_ROUNDS = 3  # their blocks; a save more or less changes little
CALIBRATION_STEPS = 20
RESAMPLES = 10_000
MAX_RATIO, MAX_UPPER, MAX_BLOCKING = 1.02, 1.03, 0.1


def draw(name, rows):
    """Return inputs and targets: a plane with a wave."""
    x = stream(0, "overhead", name).normal(size=(rows, INPUTS)).astype("float32")
    return x + (5 if name == "test" else 0), np.sin(x[:, :1]) + x[:, 1:2]


def make_split(name, rows):
    x, y = draw(name, rows)
    ids = np.array([f"{name}-{i}" for i in range(rows)])
    return Split(name, name, {"x": x, "y": y}, FIELDS, ("x",), ("y",), ids, ids)


def make_model(width):
    x = hidden = keras.Input((INPUTS,), name="x")
    for _ in range(3):
        hidden = keras.layers.Dense(width, "relu")(hidden)
    return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})


def squared(inputs, targets, outputs):
    return (outputs["y"] - targets["y"])[:, 0] ** 2


class Clock:
    """Wall and processor seconds of a block."""

    def start(self):
        """Begin a block."""
        self._began = (time.perf_counter(), time.process_time())

    def stop(self):
        """Return the seconds since `start`."""
        now = (time.perf_counter(), time.process_time())
        return [after - before for after, before in zip(now, self._began, strict=True)]


class Fit:
    """`model.fit` with or without one of Keras' own callbacks, a block at a time."""

    def __init__(self, method, width, rows, folder):
        self.method = method
        self.folder = Path(folder)
        self.data = dict(zip("xy", draw("train", rows), strict=True))
        self.select = draw("select", SELECT)
        model = make_model(width)
        self.model = keras.Model(
            model.inputs[0], model.outputs[0]
        )  # arrays as they are
        self.model.compile(keras.optimizers.Adam(1e-4), "mse", jit_compile=False)
        self.blocking = []
        self.run(CALIBRATION_STEPS, save=False)  # traces

    def run(self, steps=None, save=True):
        """Train one epoch; return its wall and processor seconds."""
        clock, times = Clock(), []
        timer = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: clock.start(),
            on_epoch_end=lambda epoch, logs: times.append(clock.stop()),
        )
        rows = slice(None, None if steps is None else steps * BATCH)
        self.model.fit(
            self.data["x"][rows],
            self.data["y"][rows],
            batch_size=BATCH,
            validation_data=self.select,
            callbacks=[*(self.savers() if save else ()), timer],
            verbose=0,
        )
        return times[0]

    def savers(self):
        """Return the rival between two callbacks that time it."""
        if self.method == "fit":
            return []
        if self.method == "ModelCheckpoint":
            rival = keras.callbacks.ModelCheckpoint(self.folder / "model.keras")
        else:
            rival = keras.callbacks.BackupAndRestore(self.folder / "backup")
        clock = Clock()
        before = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: clock.start()
        )
        after = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: self.blocking.append(clock.stop()[0])
        )
        return [before, rival, after]


class Ours(SafeTrainingPipeline):
    """The pipeline's run; between its epochs the others take their turns."""

    name = "overhead"
    selection = Selection.last()

    def __init__(self, config, width, rows, between):
        super().__init__(config, Console(file=io.StringIO(), width=100))
        self.width = width
        self.rows = rows
        self.between = between
        self.clock = Clock()
        self.times = []

    def build_splits(self):
        """Return splits of one law; the test split lies outside."""
        sizes = {"train": self.rows, "select": SELECT, "test": SELECT}
        return [make_split(name, rows) for name, rows in sizes.items()]

    def build_model(self, splits):
        """Return the model that `fit` trains, too."""
        return make_model(self.width)

    def build_terms(self, splits):
        """Return the squared error, as `mse` is in `fit`."""
        return {"squared": squared}

    def build_stages(self, splits):
        """Return one stage of as many epochs as there are blocks."""
        weights = {"squared": Constant(1.0)}
        epochs = self.config.epochs
        return [Stage("only", splits["train"], epochs, Constant(1e-4), weights)]

    def build_callbacks(self, stage):
        """Return what lets the others train between two epochs."""
        return [keras.callbacks.LambdaCallback(on_epoch_end=self.turn)]

    def build_metrics(self, splits):
        """Return one metric."""
        return [Metric("mse", "1", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        """Return one baseline."""
        return [Baseline("zero", lambda s: {"y": 0 * s.arrays["y"]}, "trivial")]

    def turn(self, epoch, logs):
        """Stop the clock at an epoch's end, let the others train, start it again.

        Everything that the safe run does from here to the next such moment counts, the
        save of this epoch's end first.
        """
        if epoch > 0:  # the first one warms up
            self.times.append(self.clock.stop())
        self.between(epoch)
        gc.collect()
        self.clock.start()


def schedule(pairs):
    """Return what is trained between our blocks: plain, ours, ours, plain, ..."""
    turns = []  # before each of our blocks
    waiting = []
    for number in range(pairs):
        rivals = list(RIVALS) if number < RIVAL_ROUNDS else []
        others = [*rivals[number % 2 :], *rivals[: number % 2], "fit"]
        if number % 2 == 0:
            turns.append([*waiting, *others])
            waiting = []
        else:
            turns.append([])
            waiting = others[::-1]
    return [*turns, waiting]


def seconds_per_step(width, folder):
    """Return what a step of plain `fit` takes, without what an epoch takes anyway."""
    trial = Fit("fit", width, 10 * CALIBRATION_STEPS * BATCH, folder)
    short = min(trial.run(CALIBRATION_STEPS)[0] for _ in range(3))
    long = min(trial.run()[0] for _ in range(3))
    return (long - short) / (9 * CALIBRATION_STEPS)


def measure(size, pairs, seconds, folder):
    """Return the block times of each method and the blocking time of their saves."""
    width = WIDTHS[size]
    steps = round(seconds / seconds_per_step(width, folder))
    steps = max(CALIBRATION_STEPS, steps)
    fits = {name: Fit(name, width, steps * BATCH, folder) for name in ("fit", *RIVALS)}
    times = {name: [] for name in fits}
    turns = schedule(pairs)

    def between(epoch):
        for name in turns[epoch]:
            times[name].append(fits[name].run())

    config = TrainingConfig(
        epochs=pairs + 1,
        batch_size=BATCH,
        runs_dir=Path(folder) / "runs",
        checkpoint_seconds=max(1.0, seconds * EVERY),
    )
    ours = Ours(config, width, steps * BATCH, between)
    finished = ours.run()
    times["ours"] = ours.times
    lines = (finished.path / "events.jsonl").read_text().splitlines()
    saves = [row for row in map(json.loads, lines) if row["event"] == "checkpoint"]
    blocking = {name: fits[name].blocking for name in RIVALS}
    blocking["ours"] = [row["blocking_seconds"] for row in saves]
    return {
        "parameters": fits["fit"].model.count_params(),
        "steps": steps,
        "times": times,
        "blocking": blocking,
        "write_seconds": [row["write_seconds"] for row in saves],
        "bytes": max(row["bytes"] for row in saves),
    }


def interval(values):
    """Return the median and its 95 % bootstrap interval."""
    values = np.asarray(values)
    generator = stream(0, "overhead", "bootstrap")
    draws = generator.choice(values, (RESAMPLES, len(values)))
    low, high = np.percentile(np.median(draws, axis=1), [2.5, 97.5])
    return float(np.median(values)), float(low), float(high)


def summarise(found):
    """Return the ratios of one size, and print them."""
    wall = {name: np.array(rows)[:, 0] for name, rows in found["times"].items() if rows}
    work = {name: np.array(rows)[:, 1] for name, rows in found["times"].items() if rows}
    median, low, high = interval(wall["ours"] / wall["fit"])
    used, used_low, used_high = interval(work["ours"] / work["fit"])
    block = {name: float(np.median(rows)) for name, rows in found["blocking"].items()}
    steps = found["steps"]
    print(f"{found['parameters']:,} parameters with Adam, {steps} steps a block")
    for name, values in wall.items():
        line = f"  {name:17} {1e3 * np.median(values) / steps:9.3f} ms a step"
        line += f", {np.median(values) / np.median(wall['fit']):.4f} of fit"
        if name in block:
            line += f", a save holds it up for {1e3 * block[name]:8.2f} ms"
        print(line + f" (n={len(values)})")
    print(f"  ours / fit by pairs: {median:.4f} [{low:.4f}, {high:.4f}]")
    print(f"  processor seconds:   {used:.4f} [{used_low:.4f}, {used_high:.4f}]")
    print(
        f"  our saves: {len(found['write_seconds'])}, "
        f"{np.median(found['write_seconds']):.3f} s in the background, "
        f"{found['bytes'] / 1e6:.1f} MB"
    )
    return {
        "parameters": found["parameters"],
        "pairs": len(wall["ours"]),
        "step_time_ratio": round(median, 5),
        "step_time_ratio_lower": round(low, 5),
        "step_time_ratio_upper": round(high, 5),
        "processor_time_ratio": round(used, 5),
        "blocking_ratio": round(block["ours"] / block["ModelCheckpoint"], 5),
        "blocking_seconds": {name: round(value, 5) for name, value in block.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10, help="blocks of each, a size")
    parser.add_argument("--seconds", type=float, default=28.0, help="of a block")
    parser.add_argument("--sizes", nargs="+", choices=WIDTHS, default=list(WIDTHS))
    options = parser.parse_args()
    began = time.monotonic()
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIST_INVENTION_HOME"] = os.path.join(folder, "registry")
        for size in options.sizes:
            place = Path(folder) / size
            found = measure(size, options.pairs, options.seconds, place)
            sizes[size] = summarise(found)
    names = ("step_time_ratio", "step_time_ratio_upper", "blocking_ratio")
    worst = {name: max(row[name] for row in sizes.values()) for name in names}
    limits = dict(zip(names, (MAX_RATIO, MAX_UPPER, MAX_BLOCKING), strict=True))
    missed = [name for name in names if worst[name] > limits[name]]
    print("within the targets" if not missed else f"TARGETS MISSED: {missed}")
    print(f"took {(time.monotonic() - began) / 60:.1f} minutes")
    print(json.dumps({**worst, "sizes": sizes}))


if __name__ == "__main__":
    main()
