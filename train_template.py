"""The smallest real experiment: copy it to start one. Run `python train_template.py`.

It learns y = sin(x) on [-2, 2] in two stages and is asked about [2, 3] as well.
"""

import keras
import numpy as np

from dist_invention.curriculum import Constant, Cosine, Stage
from dist_invention.datasets import Field, Split
from dist_invention.evaluation import Baseline, Metric
from dist_invention.launch import main
from dist_invention.runtime import stream
from dist_invention.training import SafeTrainingPipeline, TrainingConfig

FIELDS = (Field("x", (1,), "rad"), Field("y", (1,), "1"))


def squared(inputs, targets, outputs):
    """Squared error of each example, shape (batch,)."""
    return keras.ops.mean(keras.ops.square(outputs["y"] - targets["y"]), axis=-1)


class Sine(SafeTrainingPipeline):
    """Learn a sine where it was seen, and be asked about it where it was not."""

    name = "template"
    presets = {"demo": TrainingConfig(epochs=20, batch_size=32)}

    def split(self, name, role, low, high, n=320, tier="in"):
        x = stream(self.config.seed, name).uniform(low, high, (n, 1)).astype("float32")
        ids = np.array([f"{name}-{i}" for i in range(n)])
        return Split(name, role, {"x": x, "y": np.sin(x)}, FIELDS, ("x",), ("y",), ids, ids, tier=tier)

    def build_splits(self):
        ranges = [("narrow", "train", -1, 1), ("wide", "train", -2, 2), ("select", "select", -2, 2)]
        tests = [("test_in", "test", -2, 2), ("test_far", "test", 2, 3, 320, "far")]
        return [self.split(*row) for row in ranges + tests]

    def build_model(self, splits):
        x = keras.Input((1,), name="x")
        hidden = keras.layers.Dense(64, "tanh")(keras.layers.Dense(64, "tanh")(x))
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})

    def build_terms(self, splits):
        return {"squared": squared}

    def build_stages(self, splits):
        plan = [("narrow", Constant(3e-3)), ("wide", Cosine(3e-3, 1e-4))]
        return [Stage(n, splits[n], self.config.epochs, rate, {"squared": Constant(1.0)}) for n, rate in plan]

    def build_metrics(self, splits):
        error = lambda targets, outputs, split: (outputs["y"] - targets["y"])[:, 0] ** 2
        return [Metric("rmse", "1", "lower", error, "root_mean")]

    def build_baselines(self, splits):
        mean = splits["wide"].arrays["y"].mean()
        return [Baseline("train mean", lambda s: {"y": np.full((len(s), 1), mean)}, "trivial"),
                Baseline("y = x", lambda s: {"y": s.arrays["x"]}, "classical")]


if __name__ == "__main__":
    main(Sine)
