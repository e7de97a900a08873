"""Job 3: state carried from step to step, trained on a split, then on a stream."""

from chaos_moments import Moments
from chaos_parts import ROLES, Carry, random, split
from dist_invention.curriculum import Constant, Stage
from dist_invention.datasets import Field, Stream
from dist_invention.evaluation import Baseline, Metric
from dist_invention.launch import main
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras
import numpy as np


def squared(inputs, targets, outputs):
    """Squared error of each example, shape (batch,)."""
    return (outputs["y"] - targets["y"])[:, 0] ** 2


def draw(generator, count):
    """Return points of a bent plane."""
    x = generator.uniform(-1, 1, (count, 3)).astype("float32")
    return {"x": x, "y": np.sin(2 * x[:, :1]) * x[:, 1:2]}


class Carried(SafeTrainingPipeline):
    """Learn a bent plane with a state that goes on between batches."""

    name = "carry"
    selection = Selection.last()
    presets = {"demo": TrainingConfig(batch_size=32, checkpoint_seconds=0.2)}

    def build_splits(self):
        """Return five splits; `far` lies outside."""
        for name in ROLES:
            count = 12800 if name == "easy" else 320
            arrays = draw(random(self.config.seed, name), count)
            if "far" in name:
                arrays = {"x": arrays["x"] + 1, "y": arrays["y"]}
            yield split(name, arrays, {"x": "m", "y": "m"}, ("x",), ("y",))

    def build_model(self, splits):
        """Return a network around the carried state."""
        x = keras.Input((3,), name="x")
        hidden = keras.layers.Dense(16, "tanh")(x)
        hidden = Carry(self.config.batch_size, 16)(hidden)
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})

    def build_optimizer(self):
        """Return SGD with momentum."""
        return keras.optimizers.SGD(1e-2, momentum=0.9, nesterov=True)

    def build_terms(self, splits):
        """Return one term."""
        return {"squared": squared}

    def build_stages(self, splits):
        """Return a stage on a split and one on a stream."""
        fields = (Field("x", (3,), "m"), Field("y", (1,), "m"))
        endless = Stream("endless", draw, fields, ("x",), ("y",), 64000, block=4)
        weights, epochs = {"squared": Constant(1.0)}, self.config.epochs
        return [
            Stage("split", splits["easy"], epochs or 8, Constant(1e-2), weights),
            Stage("stream", endless, epochs or 2, Constant(3e-3), weights),
        ]

    def build_callbacks(self, stage):
        """Return the failpoints' eye."""
        return [Moments(stage.name)]

    def build_metrics(self, splits):
        """Return the mean squared error."""
        return [Metric("mse", "m2", "lower", lambda t, o, split: squared(split, t, o))]

    def build_baselines(self, splits):
        """Return zero."""
        return [Baseline("zero", lambda s: {"y": 0 * s.arrays["y"]}, "trivial")]


if __name__ == "__main__":
    main(Carried)
