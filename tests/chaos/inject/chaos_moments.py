"""A callback that tells the failpoints each moment of training; it changes nothing."""

from chaos_points import POINTS, step_done
from dist_invention.runtime.tensorflow_step import TensorFlowStep
import keras
import tensorflow as tf


class Moments(keras.callbacks.Callback):
    """Reach `step` after each batch, `validation` at each batch of an evaluation.

    Args:
        stage: Name of the stage, which a point may name as its path.
    """

    def __init__(self, stage):
        super().__init__()
        self.stage = stage
        if POINTS.watches("memory", ""):
            TensorFlowStep.__call__ = short_of_memory(TensorFlowStep.__call__)

    def on_train_batch_end(self, batch, logs=None):
        """A step is done."""
        step_done()
        POINTS.reach("step", "after", self.stage)

    def on_test_batch_begin(self, batch, logs=None):
        """A validation is going on."""
        POINTS.reach("validation", "before", self.stage)

    def get_state(self):
        """Nothing is remembered."""
        return {}

    def set_state(self, state):
        """Nothing is remembered."""


def short_of_memory(step_call):
    """Let a step with whole batches run out of memory where the plan says so."""

    def call(step, batch):
        if step.micro_batches == 1:
            try:
                POINTS.reach("memory", "before")
            except MemoryError:
                text = "OOM when allocating tensor with shape[64,1024] (simulated)"
                raise tf.errors.ResourceExhaustedError(None, None, text) from None
        return step_call(step, batch)

    return call
