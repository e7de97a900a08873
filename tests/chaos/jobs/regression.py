"""Job 1: BatchNorm, Dropout, noise, EMA, float16 with loss scale, micro-batches."""

import os

from chaos_moments import Moments
from chaos_parts import ROLES, random, split
from dist_invention.curriculum import Constant, Cosine, Linear, Stage
from dist_invention.evaluation import Baseline, Metric
from dist_invention.launch import main
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras
import numpy as np

EXAMPLES = {"easy": 12800, "hard": 12700}  # the last batch of `hard` is padded
BAD = 777  # the example that CHAOS_NAN spoils


def squared(inputs, targets, outputs):
    """Squared error of each example, shape (batch,)."""
    return (outputs["y"] - targets["y"])[:, 0] ** 2


def absolute(inputs, targets, outputs):
    """Absolute error of each example, shape (batch,)."""
    return abs(outputs["y"] - targets["y"])[:, 0]


class Regression(SafeTrainingPipeline):
    """Learn a wavy plane in two stages, with everything that remembers."""

    name = "regression"
    selection = Selection.last()
    presets = {
        "demo": TrainingConfig(
            batch_size=64,
            micro_batches=4,
            precision="float16",
            checkpoint_seconds=0.2,
        )
    }

    def build_splits(self):
        """Return five splits; one holds a NaN if the environment says so."""
        for name in ROLES:
            shape = (EXAMPLES.get(name, 320), 4)
            x = random(self.config.seed, name).uniform(-1, 1, shape)
            x = x + (2 if "far" in name else 0) + (0.5 if name == "hard" else 0)
            y = np.sin(3 * x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3]
            if name == "easy" and "CHAOS_NAN" in os.environ:
                x[BAD] = np.nan
            arrays = {"x": x.astype("float32"), "y": y.astype("float32")}
            yield split(name, arrays, {"x": "m", "y": "m"}, ("x",), ("y",))

    def build_model(self, splits):
        """Return a small network with every layer that keeps state."""
        x = keras.Input((4,), name="x")
        hidden = keras.layers.Dense(32, "relu")(x)
        hidden = keras.layers.BatchNormalization()(hidden)
        hidden = keras.layers.Dropout(0.2)(hidden)
        hidden = keras.layers.GaussianNoise(0.1)(hidden)
        hidden = keras.layers.Dense(32, "tanh")(hidden)
        y = keras.layers.Dense(1, dtype="float32")(hidden)
        return keras.Model({"x": x}, {"y": y})

    def build_optimizer(self):
        """Return AdamW with averages, under a loss scale that often changes."""
        inner = keras.optimizers.AdamW(use_ema=True, ema_momentum=0.95)
        return keras.optimizers.LossScaleOptimizer(inner, dynamic_growth_steps=40)

    def build_terms(self, splits):
        """Return two terms."""
        return {"squared": squared, "absolute": absolute}

    def build_stages(self, splits):
        """Return an easy stage, which stops early, and a hard one."""
        one, epochs = Constant(1.0), self.config.epochs
        ramp = {"squared": one, "absolute": Linear(0.0, 0.5)}
        flat = {"squared": one, "absolute": Constant(0.5)}
        return [
            Stage("easy", splits["easy"], epochs or 30, Constant(1e-2), ramp),
            Stage("hard", splits["hard"], epochs or 8, Cosine(1e-2, 1e-4), flat),
        ]

    def build_callbacks(self, stage):
        """Return stock callbacks that remember, and the failpoints' eye."""
        return [
            keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True),
            keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.7),
            Moments(stage.name),
        ]

    def build_metrics(self, splits):
        """Return the mean squared error."""
        return [Metric("mse", "m2", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        """Return zero."""
        return [Baseline("zero", lambda s: {"y": 0 * s.arrays["y"]}, "trivial")]


if __name__ == "__main__":
    main(Regression)
