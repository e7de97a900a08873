"""What preflight refuses: nothing to judge by, still weights, changing shapes."""

from typing import Any

from dist_invention.datasets.batches import Batch
from dist_invention.runtime.state import StateMismatch, variables_of
from dist_invention.training.session import Session
import keras
import numpy as np

STEPS = 3  # real steps within which every trainable weight must move


class DoesNotLearn(ValueError):
    """A real step left a trainable weight as it was."""


class Unjudged(ValueError):
    """A run has nothing to be judged by once it is trained."""


class ShapesChange(ValueError):
    """Batches of different stages have different shapes."""


def refuse_unjudged(session: Session) -> None:
    """Refuse a run without a test split, a metric or a trivial baseline."""
    experiment, splits = session.experiment, session.splits
    tests = [split.name for split in splits.values() if split.role == "test"]
    metrics = [metric.name for metric in experiment.build_metrics(splits)]
    kinds = {row.name: row.kind for row in experiment.build_baselines(splits)}
    if not tests or not metrics or "trivial" not in kinds.values():
        raise Unjudged(
            "Expected a test split, a metric and a trivial baseline to judge by. "
            f"Received: test splits {tests}, metrics {metrics}, baselines {kinds}. "
            "Return what is missing from build_splits, build_metrics or "
            "build_baselines."
        )


def refuse_still_weights(session: Session, before: dict[str, np.ndarray]) -> None:
    """Refuse a model with a trainable weight that real steps left as it was.

    Args:
        session: The run, after its first real steps.
        before: Its state before them.
    """
    learner = session.learner
    trainable = {id(variable) for variable in learner.trainable_variables}
    still = [
        variable.path
        for index, variable in enumerate(learner.variables)
        if id(variable) in trainable
        and np.array_equal(
            np.asarray(keras.ops.convert_to_numpy(variable.value)),
            before[f"model/{index:04d}"],
        )
    ]
    if still:
        raise DoesNotLearn(
            f"Expected every trainable weight to move within {STEPS} steps. "
            f"Received: no change in {still}. "
            "Connect it to the loss, or set trainable=False."
        )


def refuse_other_shapes(session: Session) -> None:
    """Refuse stages whose batches differ in names, shapes or types."""

    def layout(batch: Batch) -> list[Any]:
        return [
            (keys, np.shape(part), np.asarray(part).dtype.name)
            for keys, part in keras.tree.flatten_with_path(batch)
        ]

    wanted = layout(session.batches[0].batch(0, 0))
    for stage, batches in zip(session.curriculum, session.batches, strict=True):
        found = layout(batches.batch(0, 0))
        if found != wanted:
            raise ShapesChange(
                "Expected all stages to have batches of one layout. Received: stage "
                f"`{stage.name}` with {found} after {wanted}. "
                "Pad to one shape and keep one dtype."
            )


def refuse_new_variables(session: Session, counted: dict[str, int]) -> None:
    """Refuse a model or optimizer that made variables during a step.

    Args:
        session: The run, after its first real steps.
        counted: Number of variables by group before them.
    """
    now = {name: len(group) for name, group in variables_of(session.learner).items()}
    for name in ("model", "optimizer"):
        if now[name] != counted[name]:
            raise StateMismatch(
                "Expected every variable to exist before the first step. Received: "
                f"{now[name]} {name} variables after it, {counted[name]} before. "
                "Build every branch of the model in build_model."
            )
