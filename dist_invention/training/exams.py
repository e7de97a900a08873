"""After each stage, an exam on every stage's kind of example: what is forgotten?"""

from collections.abc import Iterable, Sequence
import math
from typing import Any

from dist_invention.curriculum.arms import last_weights
from dist_invention.curriculum.stage import Stage
from dist_invention.datasets import Blend, Mixture, Split, Stream
from dist_invention.datasets.batches import Source
from dist_invention.runtime.seeds import stream
from dist_invention.runtime.state import read_state, write_state
from dist_invention.training import resume
import keras
import numpy as np

MOST = 256  # examples of an exam
# What an evaluation may change, and then gets back. It changes no optimizer, but on JAX
# it gives up the buffers of the model, which an optimizer that averages weights shares.
TOUCHED = ("model", "optimizer", "metrics")

Arrays = dict[str, np.ndarray]
Paper = tuple[Arrays, Arrays, str]  # inputs, targets, where they are from


class Exams:
    """One exam a stage, on examples that were never trained on.

    Its loss is the sum of the loss terms with the weights that the curriculum ends
    with, the same after every stage and in every arm, so that rows compare. A stage
    that trains on a stream is examined on fresh draws of it; any other, on the select
    split of its tier, or else on the first one. Test splits are never touched, and
    training goes on as if there had been no exam.

    Args:
        stages: The stages of the curriculum, as planned, whatever arm is run.
        splits: All splits; those for selection are used.
        seed: Seed of the run; runs of one seed have the same exams.

    Example:
        >>> exams = Exams(stages, splits, seed=0)  # doctest: +SKIP
        >>> exams.grade(learner, batch_size=64)["exams"]  # doctest: +SKIP
        {'easy': 0.13, 'hard': 0.52}
    """

    def __init__(self, stages: Sequence[Stage], splits: Iterable[Split], seed: int):
        self.stages = tuple(stages)
        self.select = [split for split in splits if split.role == "select"]
        self.seed = seed
        self.weights = last_weights(self.stages)
        self._papers: dict[str, Paper] | None = None  # drawn when first needed

    def grade(self, learner: Any, batch_size: int) -> dict[str, Any]:
        """Return the loss of each exam, with what it was measured on and how.

        Args:
            learner: A compiled `Learner`; it is left as it was.
            batch_size: Examples at a time, best that of validation.

        Returns:
            `exams` by name of the stage, `None` where the loss is not finite;
            `exam_weights` of the loss terms; `exam_of`, where the examples are from.
            A stage without an exam is left out: there is no select split.
        """
        papers = self.papers()
        before, (memory, extra) = read_state(learner), resume.collect(None)
        losses: dict[str, float | None] = {}
        known: dict[int, float | None] = {}  # stages may share a paper
        try:
            for name, (inputs, targets, _) in papers.items():
                if id(inputs) not in known:
                    terms = learner.evaluate(
                        inputs,
                        targets,
                        batch_size=batch_size,
                        return_dict=True,
                        verbose=0,
                    )
                    known[id(inputs)] = self._loss(terms)
                losses[name] = known[id(inputs)]
        finally:
            write_state(learner, before, TOUCHED)
            resume.restore(keras.callbacks.CallbackList(), memory, extra)
        return {
            "exams": losses,
            "exam_weights": dict(self.weights),
            "exam_of": {name: paper[2] for name, paper in papers.items()},
        }

    def papers(self) -> dict[str, Paper]:
        """Return inputs, targets and origin of each exam, by name of the stage."""
        if self._papers is None:
            sources = {stage.name: _heaviest(stage.data) for stage in self.stages}
            one = {id(source): self._paper(source) for source in sources.values()}
            found = {name: one[id(source)] for name, source in sources.items()}
            self._papers = {name: paper for name, paper in found.items() if paper}
        return self._papers

    def _loss(self, terms: dict[str, Any]) -> float | None:
        loss = sum(weight * float(terms[name]) for name, weight in self.weights.items())
        return loss if math.isfinite(loss) else None

    def _paper(self, heaviest: Split | Stream) -> Paper | None:
        if isinstance(heaviest, Stream):
            arrays = heaviest.draw(self._random(heaviest.name), MOST)
            inputs = {name: arrays[name] for name in heaviest.inputs}
            targets = {name: arrays[name] for name in heaviest.targets}
            return inputs, targets, f"{MOST} fresh draws of {heaviest.name}"
        if not self.select:
            return None
        same = [split for split in self.select if split.tier == heaviest.tier]
        split = (same or self.select)[0]
        rows = np.sort(self._random(split.name).permutation(len(split))[:MOST])
        some = split.take(rows)
        origin = f"{len(some)} examples of {split.name}"
        return some.input_arrays(), some.target_arrays(), origin

    def _random(self, name: str) -> np.random.Generator:
        return stream(self.seed, "exam", name)


def _heaviest(source: Source) -> Split | Stream:
    """Return the plain source that most examples come from."""
    if isinstance(source, Blend):
        label = max(source.weights, key=lambda name: source.weights[name])
        return _heaviest(source.parts[label])
    if isinstance(source, Mixture):
        return max(source.splits, key=lambda split: source.weights[split.name])
    return source
