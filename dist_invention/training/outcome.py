"""After training: judge every split once, draw, write the page, seal the run."""

from collections.abc import Mapping
import time
from typing import Any

from dist_invention.datasets import Split
from dist_invention.evaluation import (
    AuditReport,
    Finding,
    NotMeasured,
    TestReads,
    collapse,
    evaluate,
    loss_shares,
    repeated_loss,
)
from dist_invention.reports import render
from dist_invention.runtime.micro_batches import micro_batches_history
from dist_invention.runtime.state import averages_weights, weights_sha256
from dist_invention.storage import (
    Mirror,
    RunFolder,
    canonical_sha256,
    manifest,
    write_json,
)
from dist_invention.training.journey import RAW
from dist_invention.training.session import Session
import numpy as np

SCHEMA = 1
LAST_SECONDS = 60.0  # that a destination gets at the end, whatever the size
READ_SECONDS = 20.0  # that are left at least to read everything back
SLOWEST_BYTES_A_SECOND = 1e6  # and for the size, at a rate that is still worth it
SELECTION = (
    "last: the weights at the end of the last stage. Scores on select splits may end a "
    "stage; none picks among checkpoints"
)

Outputs = Mapping[str, np.ndarray]


class ModelCollapsed(RuntimeError):
    """Predictions hardly depend on the inputs any more."""


def refuse_collapse(session: Session, stage: str) -> None:
    """Stop a run whose predictions have become a constant.

    Raises:
        ModelCollapsed: If the variance of predictions over the inputs of a select
            split is under one per cent of that of the targets.
    """
    for split in session.select_splits[:1]:
        outputs = session.experiment.predict(session.model, split)
        findings = _collapse(outputs, split)
        session.folder.record(
            "health", stage=stage, findings=[item.as_json() for item in findings]
        )
        for item in findings:
            if not item.healthy:
                raise ModelCollapsed(
                    "Expected predictions that depend on the inputs. Received: "
                    f"{item.detail} after stage `{stage}`. Lower the learning rate or "
                    "change the model; a new configuration starts a new run."
                )


def judge(session: Session, audit: AuditReport) -> dict[str, Any]:
    """Score every test split once, beside its baselines; store the figures.

    Args:
        session: A run whose stages are done.
        audit: The verdict on its splits.

    Returns:
        The content of results.json.
    """
    experiment, folder = session.experiment, session.folder
    digest = weights_sha256(session.learner)
    events = folder.events.read()
    receipts = [event for event in events if event["event"] == "test_read"]
    reads = TestReads(receipts, lambda receipt: folder.record("test_read", **receipt))
    tests = [
        reads.read(split, folder.run_id, digest)
        for split in session.splits.values()
        if split.role == "test"
    ]
    outputs: dict[str, Outputs] = {}

    def predict(split: Split) -> Outputs:
        outputs[split.name] = experiment.predict(session.model, split)
        return outputs[split.name]

    scores = evaluate(
        predict,
        tests,
        experiment.build_metrics(session.splits),
        experiment.build_baselines(session.splits),
        seed=session.config.seed,
    )
    for name, record in experiment.build_figures(session.splits, outputs).items():
        write_json(folder.artifact(f"figures/{name}.json"), record)
    resumed = [event for event in events if event["event"] == "resumed"]
    return {
        "schema": SCHEMA,
        "run_id": folder.run_id,
        "experiment": experiment.name,
        "preset": session.config.preset,
        "seed": session.config.seed,
        "status": "finished",
        "model": session.config.model or session.model.name,
        "parameters": session.model.count_params(),
        "config_sha256": session.config.sha256,
        "task_sha256": _task(tests, scores),
        "data": [split.identity() for split in session.splits.values()]
        + [stage.data.identity() for stage in _streams(session)],
        "audit": audit.as_json(),
        "selection_rule": SELECTION,
        "headline": list(experiment.headline),
        "curriculum": session.curriculum.describe(),
        "stages": session.checkpointer.record["stages"],
        "scores": [score.as_json() for score in scores],
        "health": [item.as_json() for item in _health(session, tests, outputs)],
        "weights_sha256": digest,
        "weights_evaluated": _weights(session),
        "micro_batches": micro_batches_history(events, session.config.micro_batches),
        "resumes": len(resumed),
        "last_resume_step": resumed[-1]["step"] if resumed else 0,
        "seconds": round(session.checkpointer.seconds_trained(), 2),
        "reads": [
            {"split": item["split"], "weights_sha256": item["weights_sha256"]}
            for item in reads.receipts
        ],
    }


def seal(session: Session, results: dict[str, Any]) -> list[dict[str, Any]]:
    """Write results, page and manifest; copy and verify them everywhere.

    Returns:
        One row a destination, with `complete` and what is missing.
    """
    folder = session.folder
    write_json(folder.path / "results.json", results)
    folder.record("evaluated", splits=[item["split"] for item in results["reads"]])
    folder.save_text("report.html", render(folder.path))
    folder.seal(results)
    return deliver(folder, session.mirror, is_new=True)


def deliver(
    folder: RunFolder, mirror: Mirror, is_new: bool = False
) -> list[dict[str, Any]]:
    """Complete the copies of a finished run where they are not complete.

    Args:
        folder: A sealed run.
        mirror: Where copies go; closed at the end.
        is_new: Copies of its last files cannot be there yet.

    Returns:
        One row a destination, as `seal` does.
    """
    if not mirror.destinations:
        return []
    sealed = manifest.read(folder.path)
    size = sum(entry["size"] for entry in sealed["files"])
    seconds = LAST_SECONDS + size / SLOWEST_BYTES_A_SECOND
    files = [folder.path / entry["name"] for entry in sealed["files"]]
    files.append(folder.path / manifest.MANIFEST)
    for owes in (is_new, True):  # a copy may have been damaged since it was made
        if owes:
            mirror.copy(files, folder.path)
        until = time.monotonic() + seconds
        mirror.wait(seconds)
        left = max(READ_SECONDS, until - time.monotonic())
        problems = mirror.verify(sealed, left)
        if not any(problems[label] for label in problems if label not in mirror.behind):
            break
    rows = mirror.report()
    mirror.close()
    return rows


def _weights(session: Session) -> str:
    """Which weights the scores belong to, where an optimizer keeps two kinds."""
    if not averages_weights(session.learner.optimizer):
        return "raw: the optimizer keeps no average"
    return f"averaged (EMA); the raw ones of each stage are in stages/*/{RAW}"


def _task(tests: list[Split], scores: list[Any]) -> str:
    """What was asked: the same hash means that scores may be compared."""
    return canonical_sha256(
        {
            "splits": {split.name: split.sha256 for split in tests},
            "metrics": sorted({f"{s.metric} {s.unit} {s.better}" for s in scores}),
        }
    )


def _streams(session: Session) -> list[Any]:
    known = {id(split) for split in session.splits.values()}
    return [stage for stage in session.curriculum if id(stage.data) not in known]


def _health(
    session: Session, tests: list[Split], outputs: Mapping[str, Outputs]
) -> list[Finding]:
    rows = session.folder.metrics.read()
    losses = [row["values"]["loss"] for row in rows if row["kind"] == "train"]
    epochs = [row["values"] for row in rows if row["kind"] == "epoch"]
    weights = session.learner.weights_of_terms()
    shares = {
        name: weight * epochs[-1][name] for name, weight in weights.items() if weight
    }
    findings = [repeated_loss(losses)] if losses else [_unknown("repeated loss")]
    findings += loss_shares(shares) if shares else [_unknown("loss share")]
    for split in tests:
        findings += _collapse(outputs[split.name], split)
    return findings


def _collapse(outputs: Outputs, split: Split) -> list[Finding]:
    targets = split.target_arrays()
    if not set(outputs) & set(targets):
        return [_unknown("collapse", "no output has the name of a target")]
    return collapse(outputs, targets)


def _unknown(name: str, reason: str = "nothing was logged to judge by") -> Finding:
    return Finding(name, NotMeasured(reason), 0.0, "not measured", reason)
