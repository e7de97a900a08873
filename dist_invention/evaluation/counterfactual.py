"""Distribution invention as one contract: do what was asked, and leave the rest.

A world gives `rules`, `request`, `apply(rules, request)` and `generate(rules, inputs)`
(`World`). A model is asked twice, about the examples as they are and as they would be
after the request (`Case`), and scored by three numbers beside one another (`Outcome`):

    edited effect   its error where the truth changes, after it was told
    preservation    its error, and how far it moved, where the truth stays
    ignoring        the error where the truth changes of two that do not listen: the
                    same model when it was not told, and the truth of the old rules

So a model that is good at the old world, or merely different in the new one, cannot
pass for one that follows a request.
"""

from collections.abc import Callable, Mapping, Sequence

from dist_invention.datasets.split import Split
from dist_invention.evaluation.counterfactual_outcome import Outcome, scored, silent
from dist_invention.evaluation.evaluate import checked_outputs
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.requested_change import (
    Case,
    NoChangeAsked,
    Part,
    World,
)
import numpy as np

__all__ = [
    "Case",
    "NoChangeAsked",
    "NotFromTheWorld",
    "Outcome",
    "Part",
    "World",
    "judge",
]

CLOSE = 1e-5  # of the largest value; what float32 loses when targets are stored
Arrays = Mapping[str, np.ndarray]
Predict = Callable[[Split], Arrays]


class NotFromTheWorld(ValueError):
    """The targets of a pair are not what its world generates from its rules.

    Example:
        >>> issubclass(NotFromTheWorld, ValueError)
        True
    """


def judge(cases: Sequence[Case], predict: Predict, seed: int) -> list[Outcome]:
    """Ask a model for changed worlds and score what it answers.

    `predict` is called on `case.original` and then on `case.edited`, once each, and not
    at all where the model cannot be told or the world has no ground truth.

    Args:
        cases: What is asked.
        predict: Function of a split that returns arrays of shape (n, ...) by name, as
            for `evaluate`.
        seed: Seed of the resamples behind the intervals.

    Returns:
        One outcome a case and part, in that order.

    Raises:
        NotFromTheWorld: If the targets of a case are not what its world generates.
        PredictionNotFinite: If an answer is NaN or infinite.
        ValueError: If an answer lacks a part or has another shape.
    """
    outcomes = []
    for case in cases:
        truth = _confirmed(case)
        if isinstance(truth, NotMeasured):
            outcomes += [silent(case, part, truth) for part in case.parts]
            continue
        untold = _answer(predict, case.original, case.parts)
        told = _answer(predict, case.edited, case.parts)
        for part in case.parts:
            name = part.output
            answers = untold[name], told[name]
            outcomes.append(scored(case, part, answers, truth[name], seed))
    return outcomes


def _confirmed(case: Case) -> Arrays | NotMeasured:
    """Return the truth under the changed rules, or why nothing can be measured."""
    if case.unheard:
        return NotMeasured(case.unheard)
    world, inputs = case.world, case.original.input_arrays()
    rules = world.rules
    before = world.generate(rules, inputs)
    after = world.generate(world.apply(rules, world.request), inputs)
    for truth, split in ((before, case.original), (after, case.edited)):
        if isinstance(truth, NotMeasured):
            return truth
        for part in case.parts:
            _refuse_others(part, truth[part.output], split)
    return after


def _refuse_others(part: Part, truth: np.ndarray, split: Split) -> None:
    """Refuse targets that were not generated under the rules they stand for."""
    ours, theirs = part.table(truth), part.table(split.arrays[part.output])
    apart = ours != theirs
    if part.kind == "amount":
        least = CLOSE * max(float(np.abs(theirs).max()), 1.0)
        apart = np.abs(ours - theirs) > max(part.tolerance, least)
    rows = int(apart.any(axis=1).sum())
    if rows:
        raise NotFromTheWorld(
            f"Expected the targets `{part.output}` of `{split.name}` to be what the "
            f"world generates from its rules. Received: {rows} of {len(split)} rows "
            "that differ. Take the targets from generate(), never from an edit of "
            "other targets."
        )


def _answer(predict: Predict, split: Split, parts: Sequence[Part]) -> Arrays:
    """Return what the model answers, checked."""
    outputs = checked_outputs("model", predict(split), split)
    missing = sorted({part.output for part in parts} - set(outputs))
    if missing:
        raise ValueError(
            f"Expected the model to answer {[part.output for part in parts]} on split "
            f"`{split.name}`. Received: {sorted(outputs)}, without {missing}. "
            "Compare what the model predicts."
        )
    return outputs
