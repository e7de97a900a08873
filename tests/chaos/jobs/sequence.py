"""Job 2: a masked recurrent network, weighted steps, mixtures of splits."""

from chaos_moments import Moments
from chaos_parts import ROLES, random, split
from dist_invention.curriculum import Constant, Linear, Stage, WhenPlateaus
from dist_invention.datasets import Mixture
from dist_invention.evaluation import Baseline, Metric
from dist_invention.launch import main
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras
from keras import ops
import numpy as np

LENGTH, WORDS = 12, 50
UNITS = {"tokens": "1", "y": "1", "weight": "1"}


def weighted(inputs, targets, outputs):
    """Squared error a step, weighted, over the steps that are there."""
    there = ops.cast(inputs["tokens"] != 0, "float32") * targets["weight"]
    error = ops.square(outputs["y"] - targets["y"])[:, :, 0] * there
    return ops.sum(error, axis=1) / ops.maximum(ops.sum(there, axis=1), 1e-6)


def masked_error(targets, outputs, split):
    """The same without a backend, for the scores."""
    there = (split.arrays["tokens"] != 0) * targets["weight"]
    error = ((outputs["y"] - targets["y"])[:, :, 0] ** 2) * there
    return error.sum(1) / np.maximum(there.sum(1), 1e-6)


class Sequence(SafeTrainingPipeline):
    """Learn a running sum over words; padding is masked."""

    name = "sequence"
    selection = Selection.best("select", "weighted")
    presets = {"demo": TrainingConfig(batch_size=32, checkpoint_seconds=0.2)}

    def build_splits(self):
        """Return sequences of different lengths, padded with zero."""
        for name in ROLES:
            draw = random(self.config.seed, name)
            count = 1600 if ROLES[name] == "train" else 160
            longest = LENGTH if name != "easy" else 8
            tokens = draw.integers(1, WORDS, (count, LENGTH))
            lengths = draw.integers(5, longest + 1, (count, 1))
            tokens = np.where(np.arange(LENGTH) < lengths, tokens, 0)
            total = np.cumsum((tokens - WORDS / 2) / WORDS, axis=1)
            weight = draw.uniform(0.5, 1.5, (count, LENGTH))
            arrays = {
                "tokens": tokens.astype("int32"),
                "y": total[:, :, None].astype("float32"),
                "weight": weight.astype("float32"),
            }
            yield split(name, arrays, UNITS, ("tokens",), ("y", "weight"))

    def build_model(self, splits):
        """Return an embedding that masks, and a recurrent layer with dropout."""
        tokens = keras.Input((LENGTH,), dtype="int32", name="tokens")
        hidden = keras.layers.Embedding(WORDS, 8, mask_zero=True)(tokens)
        hidden = keras.layers.GRU(16, return_sequences=True, dropout=0.1)(hidden)
        hidden = keras.layers.LSTM(16, return_sequences=True)(hidden)
        y = keras.layers.Dense(1)(hidden)
        return keras.Model({"tokens": tokens}, {"y": y})

    def build_terms(self, splits):
        """Return one term."""
        return {"weighted": weighted}

    def build_stages(self, splits):
        """Return two mixtures; the first is left when it no longer helps."""
        both, epochs = (splits["easy"], splits["hard"]), self.config.epochs
        mostly = Mixture("mostly-easy", both, {"easy": 0.8, "hard": 0.2}, 4800)
        half = Mixture("half", both, {"easy": 0.5, "hard": 0.5}, 6400)
        weights = {"weighted": Constant(1.0)}
        leave = WhenPlateaus("val_loss", patience=2, min_change=0.2)
        return [
            Stage("mostly", mostly, epochs or 6, Constant(5e-3), weights, leave),
            Stage("half", half, epochs or 4, Linear(5e-3, 1e-3), weights),
        ]

    def build_callbacks(self, stage):
        """Return the failpoints' eye."""
        return [Moments(stage.name)]

    def build_metrics(self, splits):
        """Return the masked error."""
        return [Metric("mse", "1", "lower", masked_error)]

    def build_baselines(self, splits):
        """Return zero."""
        return [Baseline("zero", lambda s: {"y": 0 * s.arrays["y"]}, "trivial")]


if __name__ == "__main__":
    main(Sequence)
