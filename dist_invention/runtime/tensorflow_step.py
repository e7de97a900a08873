"""The compiled train step on TensorFlow."""

from collections.abc import Hashable
from typing import Any, NamedTuple

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


class Ready(NamedTuple):
    """A batch as the graph takes it: its tensors in a row, and how they belong."""

    tensors: list[Any]
    layout: Hashable
    batch: Batch


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
        self._graphs: dict[Hashable, Any] = {}  # by layout; TensorFlow is slow at it
        self._look = {look: tf.constant(look) for look in (True, False)}

    def ready(self, batch: Batch) -> Ready:
        """Make tensors of a batch."""
        parts = keras.tree.flatten_with_path(batch)
        tensors = [tf.convert_to_tensor(part) for _, part in parts if part is not None]
        names = tuple((path, part is None) for path, part in parts)
        layout = (names, tuple((tuple(t.shape), t.dtype) for t in tensors))
        return Ready(tensors, layout, batch)

    def __call__(self, batch: Any, look: bool = True) -> StepResult:
        """Update the model once."""
        given = batch if isinstance(batch, Ready) else self.ready(batch)
        graph = self._graphs.get(given.layout)
        if graph is None:
            graph = self._graphs[given.layout] = self._compile(given)
        logs, norm = graph(*given.tensors, self._look[look])
        return StepResult(logs, norm if look else None)

    def _compile(self, given: Ready) -> Any:
        """Return the graph for batches of this layout."""

        def together(tensors) -> Any:
            left = iter(tensors)
            return keras.tree.map_structure(
                lambda part: None if part is None else next(left), given.batch
            )

        if self.traces == 0:
            batch = together(given.tensors)
            self.model._symbolic_build(data_batch=batch)  # as fit() does

        def run(*tensors):
            inputs, targets, weights = together(tensors[:-1])
            return self._run(inputs, targets, weights, tensors[-1])

        step = tf.function(run, autograph=False)
        return step.get_concrete_function(*given.tensors, self._look[True])

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
