"""The compiled train step on JAX."""

from typing import Any

from dist_invention.runtime.state import variables_of
from dist_invention.runtime.step import (
    Batch,
    StepResult,
    counts_by_weight,
    rows_per_part,
)
import jax
import jax.numpy as jnp
import keras

EPSILON = 1e-12


class JaxStep:
    """Keras' stateless train step, compiled, with micro-batches inside it.

    Args:
        model: A compiled Keras model.
        micro_batches: Number of equal parts of a batch.

    Example:
        >>> JaxStep(model)((inputs, targets, None)).logs  # doctest: +SKIP
        {'loss': Array(0.5, dtype=float32)}
    """

    def __init__(self, model: keras.Model, micro_batches: int = 1):
        self.model: Any = model
        self.micro_batches = micro_batches
        self.traces = 0
        self._compiled = jax.jit(self._run)

    def ready(self, batch: Batch) -> Batch:
        """Put a batch onto the device."""
        return jax.device_put(batch)

    def __call__(self, batch: Batch, look: bool = True) -> StepResult:
        """Update the model once."""
        if self.traces == 0:
            self.model._symbolic_build(data_batch=batch)  # as fit() does
        groups = self._variables()
        values = [[variable.value for variable in group] for group in groups]
        logs, norm, values = self._compiled(values, batch, jnp.asarray(look))
        for group, new in zip(groups, values, strict=True):
            for variable, value in zip(group, new, strict=True):
                variable.assign(value)
        return StepResult(logs, norm if look else None)

    def _variables(self) -> list[list[Any]]:
        model = self.model
        return [
            list(model.trainable_variables),
            list(model.non_trainable_variables),
            variables_of(model)["optimizer"],
            list(model.metrics_variables),
        ]

    def _run(self, values, batch, look):
        self.traces += 1
        trainable, other, optimizer, metrics = values
        parts = self.micro_batches
        rows = rows_per_part(batch, parts)
        stacks = jax.tree.map(
            lambda array: jnp.reshape(array, (parts, rows, *array.shape[1:])), batch
        )
        sums, total, logs = [], 0.0, {}
        for index in range(parts):
            part = jax.tree.map(lambda stack, i=index: stack[i], stacks)
            by_weight = counts_by_weight(self.model, part)
            share = jnp.sum(part[2]) if by_weight else jnp.float32(rows)
            gradients, logs, other, metrics = self._gradients(
                (trainable, other, optimizer, metrics), part, share
            )
            total = total + share
            weighted = [share * gradient for gradient in gradients]
            sums = jax.tree.map(jnp.add, sums, weighted) if sums else weighted
        mean = [value / jnp.maximum(total, EPSILON) for value in sums]
        scale = self._scale(optimizer)  # before the optimizer turns it
        norm = jax.lax.cond(
            look, lambda: _norm(mean, scale), lambda: jnp.zeros((), "float32")
        )
        trainable, optimizer = self.model.optimizer.stateless_apply(
            optimizer, mean, trainable
        )
        return logs, norm, [trainable, other, optimizer, metrics]

    def _scale(self, optimizer):
        """The loss scale of this step; 1 without one."""
        mapping = list(
            zip(variables_of(self.model)["optimizer"], optimizer, strict=True)
        )
        with keras.StatelessScope(state_mapping=mapping):
            return self.model.optimizer.scale_loss(jnp.float32(1.0))

    def _gradients(self, values, batch, share):
        """One forward and backward pass, as Keras' `train_step` does them."""
        trainable, other, optimizer, metrics = values
        inputs, targets, weights = batch
        compute = jax.value_and_grad(self.model.compute_loss_and_updates, has_aux=True)
        (_, aux), gradients = compute(
            trainable,
            other,
            metrics,
            inputs,
            targets,
            weights,
            training=True,
            optimizer_variables=optimizer,
        )
        loss, outputs, other, metrics = aux
        model = self.model
        mapping = list(zip(model.metrics_variables, metrics, strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            model._loss_tracker.update_state(loss, sample_weight=share)
            model.compute_metrics(inputs, targets, outputs, sample_weight=weights)
            logs = model.get_metrics_result()
        metrics = [scope.get_current_value(v) for v in model.metrics_variables]
        return gradients, logs, other, metrics


def _norm(gradients, scale):
    """Global norm of the gradients, without the loss scale."""
    squares = [jnp.sum(jnp.square(gradient / scale)) for gradient in gradients]
    return jnp.sqrt(sum(squares)).astype("float32")
