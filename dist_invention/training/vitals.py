"""How healthy a model is: what its journal, its predictions and its probes say."""

from collections.abc import Mapping
from dataclasses import replace
import math
from typing import Any

from dist_invention.datasets import Split
from dist_invention.evaluation.health import (
    Finding,
    collapse,
    gradient_shares,
    loss_shares,
    repeated_loss,
)
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.probes import (
    causality_probe,
    permutation_probe,
    rule_probe,
)
from dist_invention.evaluation.saturation import identical_outputs, saturation
from dist_invention.runtime.seeds import stream
from dist_invention.runtime.state import as_float, read_state, write_state
from dist_invention.training import resume
from dist_invention.training.gates import gates
from dist_invention.training.session import Session
import keras
import numpy as np

SAMPLE = 64  # examples of a select split that probes ask about
Outputs = Mapping[str, np.ndarray]


class ModelCollapsed(RuntimeError):
    """Predictions hardly depend on the inputs any more."""


def refuse_collapse(session: Session, stage: str) -> None:
    """Look at a finished stage; stop a run whose predictions have become a constant.

    What was found is recorded: `health`, whether predictions on the first select split
    vary, and `gradients`, what each loss term still moves.

    Args:
        session: The live parts of the run, between two stages.
        stage: Name of the stage that is done.

    Raises:
        ModelCollapsed: If the variance of predictions over the inputs of a select
            split is under one per cent of that of the targets.
    """
    folder = session.folder
    for split in session.select_splits[:1]:
        outputs = session.experiment.predict(session.model, split)
        findings = collapsed(outputs, split)
        folder.record("health", stage=stage, findings=_plain(findings))
        for item in findings:
            if not item.healthy:
                raise ModelCollapsed(
                    "Expected predictions that depend on the inputs. Received: "
                    f"{item.detail} after stage `{stage}`. Lower the learning rate or "
                    "change the model; a new configuration starts a new run."
                )
    moved = gradients_of_terms(session, stage)
    folder.record("gradients", stage=stage, findings=_plain(moved))


def health(
    session: Session, tests: list[Split], outputs: Mapping[str, Outputs]
) -> list[Finding]:
    """Return every finding at the end of a run.

    Probes ask about select examples, so no test split is read for them.

    Args:
        session: A run whose stages are done.
        tests: The test splits, as they were handed out.
        outputs: What the model predicted for each of them, by name of the split.
    """
    rows = session.folder.metrics.read()
    losses = [row["values"]["loss"] for row in rows if row["kind"] == "train"]
    epochs = [row["values"] for row in rows if row["kind"] == "epoch"]
    weights = session.learner.weights_of_terms()
    last = epochs[-1] if epochs else {}
    shares = {n: w * last[n] for n, w in weights.items() if w and n in last}
    findings = [repeated_loss(losses)] if losses else [unknown("repeated loss")]
    findings += loss_shares(shares) if shares else [unknown("loss share")]
    findings += gradients_of_terms(session, session.curriculum.stages[-1].name)
    for split in tests:
        predicted, targets = outputs[split.name], split.target_arrays()
        shared = {name: predicted[name] for name in predicted if name in targets}
        of_split = [
            *collapsed(predicted, split),
            *(saturation(shared, targets) if shared else []),
            *identical_outputs(shared, targets),
        ]
        findings += [
            replace(item, detail=f"{split.name}: {item.detail}") for item in of_split
        ]
    return findings + probed(session)


def collapsed(outputs: Outputs, split: Split) -> list[Finding]:
    """Return whether predictions vary over the inputs of a split as its targets do.

    Args:
        outputs: What the model predicted for it.
        split: The split.
    """
    targets = split.target_arrays()
    if not set(outputs) & set(targets):
        return [unknown("collapse", "no output has the name of a target")]
    return collapse(outputs, targets)


def gradients_of_terms(session: Session, stage: str) -> list[Finding]:
    """Return how the gradients of the loss terms compare, each term taken alone.

    One real step a term, on the first batch of the stage at the present weights of the
    terms; the norm is that before any clipping. Every variable and every random
    generator is put back, so the run goes on as if nobody had asked.

    Args:
        session: The live parts of the run, between two stages.
        stage: Name of the stage whose first batch is taken.
    """
    names = [item.name for item in session.curriculum]
    batch = session.batches[names.index(stage)].batch(0, 0)
    learner: Any = session.learner
    weights = learner.weights_of_terms()
    before = read_state(learner)
    memory, arrays = resume.collect(None)
    norms = dict.fromkeys(weights, 0.0)
    try:
        for name in (name for name, weight in weights.items() if weight):
            learner.set_weights_of_terms({name: weights[name]})
            norms[name] = as_float(session.step(batch).gradient_norm)
            write_state(learner, before)
    finally:
        write_state(learner, before)
        resume.restore(keras.callbacks.CallbackList([]), memory, arrays)
    if not all(map(math.isfinite, norms.values())):
        reason = f"a norm is not finite in this number format: {norms}"
        return [unknown("gradient share", reason)]
    return gradient_shares(norms)


def probed(session: Session) -> list[Finding]:
    """Return whether the model hears the rule, and only what it may hear.

    Batch mates are exchanged always; rules where the experiment names `rule_inputs`,
    the future where it names `sequence_inputs`. Bounded activations are looked at where
    the model shows them.

    Args:
        session: The live parts of the run.
    """
    experiment = session.experiment
    if not session.select_splits:
        return [unknown("batch mates", "there is no select split to probe with")]
    whole = session.select_splits[0]
    split = whole.take(np.arange(min(SAMPLE, len(whole))))

    def predict(inputs: Outputs) -> Outputs:
        asked = replace(split, arrays={**split.arrays, **inputs})
        return experiment.predict(session.model, asked)

    inputs = split.input_arrays()
    if len(split) < 2:
        return [unknown("batch mates", "one select example has no batch mates")]
    generator = stream(session.config.seed, "permutation probe")
    findings = permutation_probe(predict, split.arrays, generator)
    findings += gates(session.model, inputs)
    rules = tuple(experiment.rule_inputs)
    findings += rule_probe(predict, inputs, rules) if rules else []
    sequences = tuple(experiment.sequence_inputs)
    return findings + (causality_probe(predict, inputs, sequences) if sequences else [])


def unknown(name: str, reason: str = "nothing was logged to judge by") -> Finding:
    """Return a finding that was not measured.

    Args:
        name: What would have been looked at.
        reason: Why it was not.
    """
    return Finding(name, NotMeasured(reason), 0.0, "not measured", reason)


def _plain(findings: list[Finding]) -> list[dict[str, Any]]:
    return [item.as_json() for item in findings]
