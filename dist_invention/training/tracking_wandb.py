"""Mirror the journal in files of Weights & Biases; offline unless it is told."""

from collections.abc import Sequence
import importlib
import json
import os
import re
from typing import Any

from dist_invention.storage import write_json
from dist_invention.training.tracker import Row, Scores, Subject, values_of

MODE = "WANDB_MODE"  # its own variable; `online` sends everything to its server
REPORTS = "WANDB_ERROR_REPORTING"  # its errors, to its makers


class WandbTracker:
    """Settings, rows and scores in `tracking/wandb`, for `wandb sync` or nobody.

    Its files cannot be asked what they hold. So the number of rows is written down
    beside them before they are sent: after a kill some rows may be missing there, and
    none is twice.

    Args:
        subject: The run.

    Example:
        >>> WandbTracker(subject).begin()  # doctest: +SKIP
        0
    """

    def __init__(self, subject: Subject):
        self._subject = subject
        self._run: Any = None

    def begin(self) -> int:
        """Open another part of the run of this name; return the rows sent before."""
        mode = os.environ.get(MODE, "offline")
        if mode == "offline":
            os.environ.setdefault(REPORTS, "false")
        subject, wandb = self._subject, importlib.import_module("wandb")
        self._sent = subject.place("wandb/sent.json")
        self._run = wandb.init(
            project=subject.experiment,
            id=re.sub(r"[^A-Za-z0-9_-]", "-", subject.run_id),
            name=subject.run_id,
            config=dict(subject.settings),
            dir=str(self._sent.parent),
            mode=mode,
            resume="allow",
            reinit="create_new",
            settings=wandb.Settings(console="off", silent=True, save_code=False),
        )
        if not self._sent.exists():
            return 0
        return int(json.loads(self._sent.read_text(encoding="utf-8"))["lines"])

    def log(self, first: int, rows: Sequence[Row]) -> None:
        """Note how many rows are sent, then send them."""
        write_json(self._sent, {"lines": first + len(rows) - 1})
        for row in rows:
            self._run.log(values_of(row), step=row["step"])

    def end(self, scores: Scores | None) -> None:
        """Write the scores as the summary, and close the files."""
        if scores is not None:
            self._run.summary.update(dict(scores))
        self._run.finish(exit_code=0 if scores is not None else 1)
