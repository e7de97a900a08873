"""After training: judge every test split once, beside baselines; draw the figures."""

from collections.abc import Mapping
from typing import Any

from dist_invention.datasets import Split
from dist_invention.evaluation import AuditReport, TestReads, counterfactual, evaluate
from dist_invention.runtime.micro_batches import micro_batches_history
from dist_invention.storage import REREAD, canonical_sha256, times_sealed, write_json
from dist_invention.training.judged import put_judged_weights
from dist_invention.training.session import Session
from dist_invention.training.vitals import health
import numpy as np

SCHEMA = 2

Outputs = Mapping[str, np.ndarray]


def judge(session: Session, audit: AuditReport) -> dict[str, Any]:
    """Score every test split once, beside its baselines; store the figures.

    Args:
        session: A run whose stages are done.
        audit: The verdict on its splits.

    Returns:
        The content of results.json.
    """
    experiment, folder, config = session.experiment, session.folder, session.config
    judged = put_judged_weights(session)
    reads = reads_of(session)
    tests = [
        reads.read(split, folder.run_id, judged.sha256)
        for split in session.splits.values()
        if split.role == "test"
    ]
    outputs: dict[str, Outputs] = {}

    def predict(split: Split) -> Outputs:
        return experiment.predict(session.model, split)

    def keep(split: Split) -> Outputs:
        outputs[split.name] = predict(split)
        return outputs[split.name]

    scores = evaluate(
        keep,
        tests,
        experiment.build_metrics(session.splits),
        experiment.build_baselines(session.splits),
        seed=config.seed,
    )
    cases = experiment.build_counterfactuals(session.splits)
    asked = counterfactual.judge(cases, predict, config.seed)
    for name, record in experiment.build_figures(session.splits, outputs).items():
        write_json(folder.artifact(f"figures/{name}.json"), record)
    return {
        **_identity(session),
        "task_sha256": _task(tests, scores),
        "data": [split.identity() for split in session.splits.values()]
        + [stage.data.identity() for stage in _streams(session)],
        "audit": audit.as_json(),
        **judged.as_json(),
        "curriculum": session.curriculum.describe(),
        "scores": [score.as_json() for score in scores],
        "counterfactual": [item.as_json() for item in asked],
        "health": [item.as_json() for item in health(session, tests, outputs)],
        **_course(session),
        "reads": _readings(reads),
    }


def reads_of(session: Session) -> TestReads:
    """Return who hands out test splits: with all receipts of this run, and its reason.

    The reason for reading again is that of the command, else that with which the
    sealed run was opened again, if a kill left it open.
    """
    folder = session.folder
    events = folder.events.read()
    given = [event["reason"] for event in events if event["event"] == REREAD]
    return TestReads(
        [event for event in events if event["event"] == "test_read"],
        lambda receipt: folder.record("test_read", **receipt),
        session.config.reread or (given[-1] if given else ""),
        times_sealed(folder.path),
    )


def _identity(session: Session) -> dict[str, Any]:
    """What was run: experiment, configuration, arm and model."""
    experiment, config = session.experiment, session.config
    return {
        "schema": SCHEMA,
        "run_id": session.folder.run_id,
        "experiment": experiment.name,
        "preset": config.preset,
        "arm": config.arm,
        "seed": config.seed,
        "status": "finished",
        "model": config.model or session.model.name,
        "parameters": session.model.count_params(),
        "config_sha256": config.sha256,
        "headline": list(experiment.headline),
    }


def _course(session: Session) -> dict[str, Any]:
    """How it went: stages, parts of a batch, resumes, seconds."""
    events = session.folder.events.read()
    kinds = [event["event"] for event in events]
    trained = events[: kinds.index(REREAD)] if REREAD in kinds else events
    resumed = [event for event in trained if event["event"] == "resumed"]
    stages = session.checkpointer.record["stages"]
    return {
        "stages": stages,
        "stage_epochs": [stage["epochs"] for stage in stages],
        "micro_batches": micro_batches_history(events, session.config.micro_batches),
        "resumes": len(resumed),
        "last_resume_step": resumed[-1]["step"] if resumed else 0,
        "seconds": round(session.checkpointer.seconds_trained(), 2),
    }


def _readings(reads: TestReads) -> list[dict[str, Any]]:
    """Every read of a test split: weights, reason, and how often that one was read."""
    return [
        {
            "split": receipt["split"],
            "weights_sha256": receipt["weights_sha256"],
            "reason": receipt["reason"],
            "count": reads.counts[receipt["split"]],
        }
        for receipt in reads.receipts
    ]


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
