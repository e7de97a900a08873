"""How long a run takes to its first new step after SIGKILL, and where it was killed.

Run as `python benchmarks/resume.py`; about ten minutes, `--repeats 1` to rehearse. One
epoch of 40,000 batches. A run is killed after a tenth of it, another one after nine
tenths. From copies of what they leave, and from nothing, runs are started in turns,
each as its own process, and killed at their first new step. The wall time runs from
the start of the process: the interpreter, the imports, tracing and the preflight are
in it. The position in the data should cost nothing, so both resumes should take the
same time.
"""

import argparse
from functools import partial
import json
import os
from pathlib import Path
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from dist_invention.curriculum import Constant, Stage
from dist_invention.datasets import Field, Split
from dist_invention.evaluation import Baseline, Metric
from dist_invention.launch import main as run
from dist_invention.runtime import stream
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras
import numpy as np

STEPS, BATCH, WIDTH = 40_000, 4, 32
FIELDS = (Field("x", (8,), "1"), Field("y", (1,), "1"))
ROWS = {"train": STEPS * BATCH, "select": 64, "test": 64}
ORDERS = "DIST_INVENTION_BENCHMARK_RESUME"  # where to report, at which batch to die
LIMIT_SECONDS = 600
RESAMPLES = 10_000
KINDS = ("fresh", "10", "90")


def squared(inputs, targets, outputs):
    return (outputs["y"] - targets["y"])[:, 0] ** 2


class Long(SafeTrainingPipeline):
    """One long epoch that reports its first batch and dies when it was told to."""

    name = "resume"
    selection = Selection.last()
    presets = {"demo": TrainingConfig(batch_size=BATCH, checkpoint_seconds=2.0)}

    def build_splits(self):
        """Return a plane with a wave."""
        for name, rows in ROWS.items():
            x = stream(0, "resume", name).normal(size=(rows, 8)).astype("float32")
            x = x + (5 if name == "test" else 0)
            xy = {"x": x, "y": np.sin(x[:, :1]) + x[:, 1:2]}
            ids = np.array([f"{name}-{i}" for i in range(rows)])
            yield Split(name, name, xy, FIELDS, ("x",), ("y",), ids, ids)

    def build_model(self, splits):
        """Return a small model, so that the position would show."""
        x = keras.Input((8,), name="x")
        hidden = keras.layers.Dense(WIDTH, "tanh")(x)
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})

    def build_terms(self, splits):
        """Return one term."""
        return {"squared": squared}

    def build_stages(self, splits):
        """Return one stage of one epoch."""
        weights = {"squared": Constant(1.0)}
        return [Stage("only", splits["train"], 1, Constant(1e-3), weights)]

    def build_callbacks(self, stage):
        """Return what reports the first batch and the last."""
        place, last = os.environ[ORDERS].split(",")
        notice = partial(report, Path(place), int(last))
        return [keras.callbacks.LambdaCallback(on_train_batch_end=notice)]

    def build_metrics(self, splits):
        """Return one metric."""
        return [Metric("mse", "1", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        """Return one baseline."""
        return [Baseline("zero", lambda s: {"y": 0 * s.arrays["y"]}, "trivial")]


def report(place, last, batch, logs):
    """Write down the first batch and when it was done; die after the last."""
    if not place.exists():
        place.write_text(json.dumps({"batch": batch, "time": time.time()}))
    if batch >= last:
        os.kill(os.getpid(), signal.SIGKILL)


def processor_seconds():
    """Return what all children that have ended used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(runs_dir, last):
    """Run until a batch; return the first batch, its seconds, those of processors."""
    place = Path(runs_dir).with_suffix(".json")
    used, began = processor_seconds(), time.time()
    done = subprocess.run(
        [sys.executable, __file__, "--child", str(runs_dir)],
        env={**os.environ, ORDERS: f"{place},{last}"},
        timeout=LIMIT_SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the run ended with {done.returncode}:\n{done.stderr}")
    first = json.loads(place.read_text())
    return first["batch"], first["time"] - began, processor_seconds() - used


def prepare(folder):
    """Return what is left of runs killed after a tenth and nine tenths of an epoch."""
    left = {}
    for percent in (10, 90):
        left[str(percent)] = folder / f"killed-{percent}"
        start(left[str(percent)], STEPS * percent // 100)
    return left


def measure(left, repeats, folder):
    """Return wall and processor seconds to the first new step, in turns."""
    seconds = {kind: [] for kind in KINDS}
    for number in range(repeats):
        order = [*KINDS[number % 3 :], *KINDS[: number % 3]]
        for kind in order:
            runs_dir = folder / f"{kind}-{number}"
            if kind != "fresh":
                shutil.copytree(left[kind], runs_dir)
            batch, took, used = start(runs_dir, 0)
            expected = 0 if kind == "fresh" else STEPS * int(kind) / 100
            is_near = batch <= expected + 1 and (batch > 0.8 * expected or not expected)
            if not is_near:
                raise RuntimeError(f"{kind}: began at batch {batch} of {STEPS}")
            print(f"  {kind:>5}: batch {batch:6} after {took:6.2f} s", flush=True)
            seconds[kind].append([took, used])
            shutil.rmtree(runs_dir)
    return seconds


def interval(values):
    """Return the median and its 95 % bootstrap interval."""
    values = np.asarray(values)
    draws = stream(0, "resume", "bootstrap").choice(values, (RESAMPLES, len(values)))
    low, high = np.percentile(np.median(draws, axis=1), [2.5, 97.5])
    return float(np.median(values)), [round(float(low), 4), round(float(high), 4)]


def summarise(seconds):
    """Return medians and intervals, and print them."""
    rows = {kind: np.array(values)[:, 0] for kind, values in seconds.items()}
    used = {kind: np.array(values)[:, 1] for kind, values in seconds.items()}
    numbers = {
        "fresh_seconds": rows["fresh"],
        "resume_seconds_10": rows["10"],
        "resume_seconds_90": rows["90"],
        "ratio_90_to_10": rows["90"] / rows["10"],
        "resume_to_fresh": (rows["10"] + rows["90"]) / 2 / rows["fresh"],
        "processor_ratio_90_to_10": used["90"] / used["10"],
        "processor_resume_to_fresh": (used["10"] + used["90"]) / 2 / used["fresh"],
    }
    found, intervals = {}, {}
    for name, values in numbers.items():
        median, intervals[name] = interval(values)
        found[name] = round(median, 4)
        print(f"{name:25} {median:8.3f} {intervals[name]} (n={len(values)})")
    return {**found, "intervals": intervals, "repeats": len(rows["fresh"])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="of each kind")
    parser.add_argument("--child", metavar="DIR", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run(Long, ["--runs-dir", options.child])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIST_INVENTION_HOME"] = os.path.join(folder, "registry")
        left = prepare(Path(folder))
        result = summarise(measure(left, options.repeats, Path(folder)))
    print(f"took {(time.monotonic() - began) / 60:.1f} minutes")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
