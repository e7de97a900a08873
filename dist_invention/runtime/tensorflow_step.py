"""The compiled train step on TensorFlow."""

from typing import Any

from dist_invention.runtime.step import (
    Batch,
    StepResult,
    counts_by_weight,
    refuse_new_weights,
    rows_per_part,
)
import keras
import tensorflow as tf

EPSILON = 1e-12


class TensorFlowStep:
    """Keras' own train step as one graph, with micro-batches inside it.

    Keras' `train_step` cannot be used as it is: it neither splits a batch nor returns
    the gradient norm. With one micro-batch the operations are the same.

    Args:
        model: A compiled Keras model.
        micro_batches: Number of equal parts of a batch.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> batch = (tf.ones((4, 2)), tf.ones((4, 1)), None)
        >>> sorted(TensorFlowStep(model)(batch).logs)
        ['loss']
    """

    def __init__(self, model: keras.Model, micro_batches: int = 1):
        self.model: Any = model
        self.micro_batches = micro_batches
        self.traces = 0
        self._compiled = tf.function(self._run, autograph=False)
        self._look = {look: tf.constant(look) for look in (True, False)}

    def __call__(self, batch: Batch, look: bool = True) -> StepResult:
        """Update the model once."""
        tensors: Any = keras.tree.map_structure(
            lambda part: None if part is None else tf.convert_to_tensor(part), batch
        )
        if self.traces == 0:
            self.model._symbolic_build(data_batch=tensors)  # as fit() does
        logs, norm = self._compiled(*tensors, self._look[look])
        return StepResult(logs, norm if look else None)

    def _run(self, inputs, targets, weights, look):
        self.traces += 1
        variables = list(self.model.trainable_weights)
        if self.micro_batches == 1:
            gradients = self._gradients(inputs, targets, weights)
        else:
            gradients = self._accumulated(inputs, targets, weights)
        refuse_new_weights(variables, self.model.trainable_weights)
        scale = self.model.optimizer.scale_loss(tf.constant(1.0))  # of this step
        norm = tf.cond(look, lambda: self._norm(gradients, scale), lambda: 0.0)
        self.model.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return self.model.get_metrics_result(), norm

    def _norm(self, gradients, scale):
        """Global norm, without the loss scale and with repeated rows summed."""
        dense = [tf.convert_to_tensor(g) for g in gradients if g is not None]
        return tf.linalg.global_norm(dense) / scale

    def _gradients(self, inputs, targets, weights):
        """One forward and backward pass, as Keras' `train_step` does them."""
        model = self.model
        share = self._share((inputs, targets, weights))
        with tf.GradientTape() as tape:
            outputs = model(inputs, training=True)
            loss = model._compute_loss(
                x=inputs,
                y=targets,
                y_pred=outputs,
                sample_weight=weights,
                training=True,
            )
            model._loss_tracker.update_state(loss, sample_weight=share)
            scaled = model.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, model.trainable_weights)
        model.compute_metrics(inputs, targets, outputs, sample_weight=weights)
        return gradients

    def _accumulated(self, inputs, targets, weights):
        """Gradients of the parts, one after the other, averaged."""
        parts = self.micro_batches
        rows = rows_per_part((inputs, targets, weights), parts)
        batch: Any = keras.tree.map_structure(
            lambda part: None if part is None else _split(part, parts, rows),
            (inputs, targets, weights),
        )
        connected = []  # which weights the loss depends on; the same in every part

        def add_part(index, total, sums):
            part: Any = keras.tree.map_structure(
                lambda stack: None if stack is None else stack[index], batch
            )
            share = self._share(part)
            gradients = self._gradients(*part)
            connected[:] = [gradient is not None for gradient in gradients]
            sums = [
                old if new is None else old + share * tf.convert_to_tensor(new)
                for old, new in zip(sums, gradients, strict=True)
            ]
            return index + 1, total + share, sums

        zeros = [tf.zeros(v.shape, v.dtype) for v in self.model.trainable_weights]
        _, total, sums = tf.while_loop(
            lambda index, *_: index < parts,
            add_part,
            (tf.constant(0), tf.constant(0.0), zeros),
            parallel_iterations=1,
        )
        return [
            value / tf.maximum(total, EPSILON) if reached else None
            for value, reached in zip(sums, connected, strict=True)
        ]

    def _share(self, batch):
        """How much a part counts: its rows, or its sample weights."""
        if counts_by_weight(self.model, batch):
            return tf.cast(tf.reduce_sum(batch[2]), "float32")
        return tf.cast(rows_per_part(batch, 1), "float32")


def _split(tensor, parts: int, rows: int):
    return tf.reshape(tensor, (parts, rows, *tensor.shape[1:]))
