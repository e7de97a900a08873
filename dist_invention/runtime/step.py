"""One compiled train step a backend: the same call, the same answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dist_invention.runtime.state import StateMismatch
import keras

Batch = tuple[Any, Any, Any]  # inputs, targets, sample weights or None


@dataclass(frozen=True)
class StepResult:
    """What one optimizer step reports; numbers stay on the device until read.

    Args:
        logs: Metrics so far in this epoch, as `fit()` logs them.
        gradient_norm: Global norm of the gradient before clipping; it is not finite
            exactly if a gradient is not. `None` where nobody asked for it.

    Example:
        >>> StepResult({"loss": 0.5}, 1.0).logs["loss"]
        0.5
    """

    logs: dict[str, Any]
    gradient_norm: Any


class Step(Protocol):
    """A compiled optimizer step over one batch of fixed shape."""

    traces: int  # how often it was compiled; more than one means changing shapes

    def ready(self, batch: Batch) -> Any:
        """Put a batch where the step reads it; another thread may ask for that.

        Args:
            batch: Inputs, targets, sample weights or `None`.
        """
        ...

    def __call__(self, batch: Any, look: bool = True) -> StepResult:
        """Update the model once and return what happened.

        Args:
            batch: Inputs, targets, sample weights or `None`; or what `ready` made of
                them.
            look: Whether to take the norm of the gradient, which costs a few per cent
                of a step of large models on small batches.
        """
        ...


def build_step(model: keras.Model, micro_batches: int = 1) -> Step:
    """Return the compiled train step of a compiled model.

    With one micro-batch a step is bit-equal to that of `fit()` on TensorFlow. With
    more, the batch is cut into equal parts, one after the other; their gradients are
    averaged and applied once, so the optimizer, its schedule and its averages never
    notice.

    A part counts as much as it has rows, which suits the losses of Keras. A model
    whose loss is a mean by sample weight, as `Learner`'s is, says so with the
    attribute `averages_by_weight = True`; a part then counts by its sample weights.

    Args:
        model: A compiled Keras model.
        micro_batches: Number of parts; it divides the batch size.

    Raises:
        ValueError: If there is less than one part.
    """
    if micro_batches < 1:
        raise ValueError(
            "Expected a batch to be cut into at least one part. "
            f"Received: micro_batches={micro_batches}. Use 1 to leave it whole."
        )
    if keras.backend.backend() == "jax":
        from dist_invention.runtime.jax_step import JaxStep  # needs jax

        return JaxStep(model, micro_batches)
    from dist_invention.runtime.tensorflow_step import TensorFlowStep  # needs it

    return TensorFlowStep(model, micro_batches)


def rows_per_part(batch: Batch, parts: int) -> int:
    """Return how many rows each part of a batch has.

    Raises:
        ValueError: If the parts would be unequal.
    """
    rows = int(keras.tree.flatten(batch[0])[0].shape[0])
    if rows % parts:
        raise ValueError(
            "Expected the number of micro-batches to divide the batch size. "
            f"Received: micro_batches={parts} for {rows} examples. "
            "Choose one that does, as a power of two."
        )
    return rows // parts


def counts_by_weight(model: keras.Model, batch: Batch) -> bool:
    """Return whether a part counts by its sample weights instead of its rows."""
    return batch[2] is not None and getattr(model, "averages_by_weight", False)


def refuse_new_weights(before: Sequence[Any], after: Sequence[Any]) -> None:
    """Refuse a branch of the model that was built while a step was traced.

    Args:
        before: Trainable weights before the forward pass.
        after: Those after it.

    Raises:
        StateMismatch: Naming the new ones.
    """
    known = {id(weight) for weight in before}
    born = [weight.path for weight in after if id(weight) not in known]
    if born:
        raise StateMismatch(
            "Expected every variable to exist before the first step. Received: "
            f"{len(after)} trainable weights in it, {len(before)} before; new are "
            f"{born}. Build every branch of the model in build_model."
        )
