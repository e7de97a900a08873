"""The smallest real experiment; copy it to start one: `python train_template.py`."""

from dist_invention.curriculum import Constant, Cosine, Stage
from dist_invention.datasets import Field, Split
from dist_invention.evaluation import Baseline, Metric
from dist_invention.launch import main
from dist_invention.runtime import stream
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras
import numpy as np

FIELDS = (Field("x", (1,), "rad"), Field("y", (1,), "1"))
TRAIN = {"narrow": (-1, 1), "wide": (-2, 2)}
OTHERS = {"select": (-2, 2), "test_in": (-2, 2), "test_far": (2, 3)}


def squared(inputs, targets, outputs):
    """Squared error of each example, shape (batch,)."""
    return (outputs["y"] - targets["y"])[:, 0] ** 2


class Sine(SafeTrainingPipeline):
    """Learn y = sin(x) in two stages, and be asked where it was never seen."""

    name = "template"
    selection = Selection.last()
    presets = {"demo": TrainingConfig(epochs=20, batch_size=32)}

    def build_splits(self):
        for name, (low, high) in {**TRAIN, **OTHERS}.items():
            x = stream(self.config.seed, name).uniform(low, high, (320, 1))
            xy = {"x": x.astype("float32"), "y": np.sin(x).astype("float32")}
            ids = np.array([f"{name}-{i}" for i in range(320)])  # example, group
            role, _, tier = ("train" if name in TRAIN else name).partition("_")
            yield Split(name, role, xy, FIELDS, ("x",), ("y",), ids, ids, tier=tier)

    def build_model(self, splits):
        x = keras.Input((1,), name="x")
        hidden = keras.layers.Dense(64, "tanh")(keras.layers.Dense(64, "tanh")(x))
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})

    def build_terms(self, splits):
        return {"squared": squared}

    def build_stages(self, splits):
        rates = {"narrow": Constant(3e-3), "wide": Cosine(3e-3, 1e-4)}
        weights, epochs = {"squared": Constant(1.0)}, self.config.epochs
        return [Stage(n, splits[n], epochs, r, weights) for n, r in rates.items()]

    def build_metrics(self, splits):
        return [Metric("mse", "1", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        mean = splits["wide"].arrays["y"].mean()
        return [Baseline("mean", lambda s: {"y": 0 * s.arrays["x"] + mean}, "trivial")]


if __name__ == "__main__":
    main(Sine)
