"""Mirror the journal in a store of MLflow: by explicit calls, nothing automatic."""

from collections.abc import Sequence
import importlib
import logging
import os
import time
from typing import Any

from dist_invention.training.tracker import LINES, Row, Scores, Subject, values_of

URI = "MLFLOW_TRACKING_URI"  # MLflow's own variable; it names another store
TELEMETRY = "MLFLOW_DISABLE_TELEMETRY"  # it would tell its makers that it is used
TAG = "dist_invention.run_id"
MOST = 900  # numbers a call; MLflow takes 1,000
LONGEST = 6000  # characters of a setting


class MlflowTracker:
    """Settings, rows and scores in `tracking/mlflow/mlflow.db`, a SQLite file.

    Look at it with `mlflow server --backend-store-uri sqlite:///<that file>`. Where
    `MLFLOW_TRACKING_URI` is set, that store is used, for many runs at a time. Each
    call writes whole rows with their number, so that the next attempt goes on after
    them.

    Args:
        subject: The run.

    Example:
        >>> MlflowTracker(subject).begin()  # doctest: +SKIP
        0
    """

    def __init__(self, subject: Subject):
        self._subject = subject
        self._client: Any = None
        self._run_id = ""
        self._step = 0

    def begin(self) -> int:
        """Open the run of this name in the store, or start it; return its rows."""
        subject = self._subject
        place = subject.place("mlflow/mlflow.db")
        os.environ.setdefault(TELEMETRY, "true")
        mlflow = importlib.import_module("mlflow")
        logging.getLogger("mlflow").setLevel(logging.WARNING)  # of tables it made
        uri = os.environ.get(URI) or f"sqlite:///{place}"
        self._client = mlflow.MlflowClient(tracking_uri=uri)
        number = self._experiment((place.parent / "artifacts").as_uri())
        known = self._client.search_runs(
            [number], filter_string=f"tags.`{TAG}` = '{subject.run_id}'"
        )
        if not known:
            run = self._client.create_run(
                number, run_name=subject.run_id, tags={TAG: subject.run_id}
            )
            self._run_id = run.info.run_id
            for name, value in subject.settings.items():
                self._client.log_param(self._run_id, name, str(value)[:LONGEST])
            return 0
        self._run_id = known[0].info.run_id
        self._client.update_run(self._run_id, status="RUNNING")
        return int(known[0].data.metrics.get(LINES, 0))

    def log(self, first: int, rows: Sequence[Row]) -> None:
        """Write rows, as many a call as it takes."""
        batch: list[Any] = []
        for number, row in enumerate(rows, first):
            values = {**values_of(row), LINES: float(number)}
            if len(batch) + len(values) > MOST:
                self._send(batch)
                batch = []
            self._step = row["step"]
            batch += self._metrics(values)
        self._send(batch)

    def end(self, scores: Scores | None) -> None:
        """Write the scores and close the run."""
        self._send(self._metrics(scores or {}))
        status = "KILLED" if scores is None else "FINISHED"
        self._client.set_terminated(self._run_id, status=status)

    def _experiment(self, artifacts: str) -> str:
        """Return the number of the experiment, made where it is missing."""
        name = self._subject.experiment
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return found.experiment_id
        try:
            return self._client.create_experiment(name, artifact_location=artifacts)
        except Exception:  # another run has just made it, in a store of many
            found = self._client.get_experiment_by_name(name)
            if found is None:
                raise
            return found.experiment_id

    def _metrics(self, values: Scores) -> list[Any]:
        kind = importlib.import_module("mlflow.entities").Metric
        now = int(1000 * time.time())
        return [kind(name, value, now, self._step) for name, value in values.items()]

    def _send(self, batch: list[Any]) -> None:
        if batch:
            self._client.log_batch(self._run_id, metrics=batch)
