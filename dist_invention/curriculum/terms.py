"""A loss as named terms; each weight is a variable that the curriculum turns."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

Term = Callable[[Mapping[str, Any], Mapping[str, Any], Any], Any]


class NothingToLearn(ValueError):
    """A model came without a loss, or with one that nobody weighs or feeds."""


class _Fed(dict):
    """The arrays of a batch; a missing one is named with what there is."""

    def __init__(self, arrays, term: str):
        super().__init__(arrays)
        self.term = term

    def __missing__(self, name):
        raise NothingToLearn(
            f"Expected the batches to hold `{name}`, which loss term `{self.term}` "
            f"reads. Received: {sorted(self)}. "
            "Add it to the inputs or targets of the split, or drop the term."
        )


class Learner(keras.Model):
    """A model together with the named terms of its loss.

    A term takes inputs, targets and outputs of a batch and returns one value an
    example, shape (batch,). The loss is the sum over terms of weight times the mean
    over examples, weighted by sample weight. The weights are variables: turning one
    never compiles anything again. The inner model knows nothing of this and is what
    gets exported.

    Args:
        model: The model to train.
        terms: Loss terms by name.

    Raises:
        NothingToLearn: If there is no term.
        ValueError: In training, if a term does not return one value an example.

    Example:
        >>> def squared(inputs, targets, outputs):
        ...     return ops.mean(ops.square(outputs - targets["y"]), axis=-1)
        >>> inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> learner = Learner(inner, {"squared": squared})
        >>> learner.set_weights_of_terms({"squared": 0.5})
        >>> learner.weights_of_terms()
        {'squared': 0.5}
    """

    averages_by_weight = True  # how runtime.step counts the parts of a batch

    def __init__(self, model: keras.Model, terms: Mapping[str, Term]):
        super().__init__(name="learner")
        if not terms or "loss" in terms:
            raise NothingToLearn(
                "Expected at least one loss term, none of them named `loss` (the "
                f"weighted sum has that name). Received: {sorted(terms)}. "
                "Return the terms from build_terms."
            )
        self.model = model
        self.terms = dict(terms)
        self.trackers = [keras.metrics.Mean(name=name) for name in terms]
        self.term_weights = [
            self.add_weight(
                name=f"weight_of_{name}",
                shape=(),
                initializer="zeros",
                trainable=False,
                dtype="float32",
            )
            for name in terms
        ]

    def call(self, inputs, training=False):
        """Return the inner model's outputs."""
        return self.model(inputs, training=training)

    def build(self, input_shape=None):
        """Nothing to build: the inner model is built."""
        self.built = True

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Return the weighted sum of the terms, a float32 scalar."""
        outputs = keras.tree.map_structure(lambda v: ops.cast(v, "float32"), y_pred)
        if isinstance(sample_weight, Mapping):  # fit() copies it to each target
            sample_weight = next(iter(sample_weight.values()), None)
        total: Any = ops.convert_to_tensor(0.0, "float32")
        columns = zip(self.terms.items(), self.trackers, self.term_weights, strict=True)
        for (name, term), tracker, weight in columns:
            values = term(_Fed(x, name), _Fed(y, name), outputs)  # (batch,)
            values = _one_per_example(ops.cast(values, "float32"), name, outputs)
            tracker.update_state(values, sample_weight=sample_weight)
            total = total + weight * _mean(values, sample_weight)
        for extra in self.losses:
            total = total + ops.sum(ops.cast(extra, "float32"))
        return total

    def set_weights_of_terms(self, weights: Mapping[str, float]) -> None:
        """Set the weight of every term; one that is not named gets 0.

        Raises:
            NothingToLearn: If a name is no term of this learner.
        """
        unknown = sorted(set(weights) - set(self.terms))
        if unknown:
            raise NothingToLearn(
                f"Expected weights for the loss terms {sorted(self.terms)}. "
                f"Received: {unknown}. Add the term to build_terms or correct its name."
            )
        for name, variable in zip(self.terms, self.term_weights, strict=True):
            variable.assign(weights.get(name, 0.0))

    def weights_of_terms(self) -> dict[str, float]:
        """Return the weight of every term now."""
        return {
            name: float(variable.numpy())
            for name, variable in zip(self.terms, self.term_weights, strict=True)
        }


def _one_per_example(values, name: str, outputs):
    """Refuse what would be broadcast silently: a scalar, or one value a time step."""
    rows = keras.tree.flatten(outputs)[0].shape[0]
    if len(values.shape) != 1 or (rows is not None and values.shape[0] != rows):
        raise ValueError(
            f"Expected loss term `{name}` to return one value an example, shape "
            f"({rows},). Received: shape {tuple(values.shape)}. "
            "Average over every axis but the first."
        )
    return values


def _mean(values, sample_weight):
    if sample_weight is None:
        return ops.mean(values)
    weight: Any = ops.cast(sample_weight, "float32")
    weighted: Any = ops.sum(values * weight)
    return weighted / ops.maximum(ops.sum(weight), 1e-12)
