"""Mirrors of the journal in other tools; none is needed, and none can stop a run."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
import importlib.util
from pathlib import Path
import time
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.storage import RunFolder
from dist_invention.training.checkpoint import Checkpointer
from dist_invention.training.config import NOT_IN_HASH, TrainingConfig
from dist_invention.training.mirroring import Mirroring
from dist_invention.training.tracker import Scores, Subject, Tracker, scores_of
from dist_invention.training.tracking_mlflow import MlflowTracker
from dist_invention.training.tracking_tensorboard import TensorBoardTracker
from dist_invention.training.tracking_wandb import WandbTracker
from rich.console import Console

KINDS: Mapping[str, Callable[[Subject], Tracker]] = {  # each its own library, too
    "tensorboard": TensorBoardTracker,
    "mlflow": MlflowTracker,
    "wandb": WandbTracker,
}
EVERY_SECONDS = 30.0  # between two looks within an epoch
FINISH_SECONDS = 60.0  # that all trackers together get for the end of a run
STOP_SECONDS = 3.0  # and where a run stops before its end


class TrackerMissing(ValueError):
    """A tracker was asked for whose library is not installed."""


def refuse_missing(names: Sequence[str]) -> None:
    """Refuse a tracker whose library is not there, before anything is trained.

    Raises:
        TrackerMissing: Naming it and how to install it.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise TrackerMissing(
            f"Expected the libraries of --track {' '.join(names)} to be installed. "
            f"Received: no module named {' or '.join(missing)}. Install them with "
            "`pip install 'dist_invention[tracking]'`, or leave --track out; no "
            "result needs it."
        )


def trackers_of(
    folder: RunFolder, experiment: str, config: TrainingConfig
) -> dict[str, Tracker]:
    """Return the trackers that a configuration asks for; nothing is opened yet.

    Args:
        folder: The run's folder, locked; each keeps its files in `tracking/` there.
        experiment: Name of the experiment.
        config: The run's settings.
    """
    settings = {
        name: value
        for name, value in config.as_json().items()
        if name not in NOT_IN_HASH
    }
    subject = Subject(
        folder.run_id,
        experiment,
        settings,
        lambda name: folder.artifact(f"tracking/{name}").absolute(),
    )
    return {name: KINDS[name](subject) for name in config.track}


def build_tracking(
    folder: RunFolder,
    experiment: str,
    config: TrainingConfig,
    checkpointer: Checkpointer,
    console: Console,
) -> "Tracking":
    """Return the trackers of a run behind one watcher; `start` opens them."""

    def warn(text: str) -> None:
        console.print(text, style="yellow", markup=False, highlight=False)

    return Tracking(
        trackers_of(folder, experiment, config),
        folder.metrics.path,
        lambda: max(checkpointer.files.steps, default=-1),
        folder.record,
        warn,
    )


class Tracking:
    """All trackers of a run; a watcher of training, which never waits for them.

    A row is sent once a checkpoint covers it, so that no resume and no rollback makes
    a step a second time in another tool.

    Args:
        trackers: Trackers by name.
        journal: Path of metrics.jsonl.
        saved_step: Returns the step of the newest checkpoint on disk.
        record: Told `"tracker_failed"`, as `RunFolder.record`.
        warn: Told the same in words.

    Example:
        >>> tracking = Tracking({}, Path("metrics.jsonl"), lambda: 0, print, print)
        >>> tracking.start()
        >>> tracking.finish({"scores": []})
    """

    def __init__(
        self,
        trackers: Mapping[str, Tracker],
        journal: Path,
        saved_step: Callable[[], int],
        record: Callable[..., None],
        warn: Callable[[str], None],
    ):
        self._mirrors = [
            Mirroring(name, tracker, journal, self._failed)
            for name, tracker in trackers.items()
        ]
        self._saved_step = saved_step
        self._record = record
        self._warn = warn
        self._asked = time.monotonic()

    def start(self) -> None:
        """Begin to mirror."""
        for mirror in self._mirrors:
            mirror.start()

    def after_step(self, place: Place, result: StepResult) -> None:
        """Ask for what is new, now and then."""
        if self._mirrors and time.monotonic() - self._asked > EVERY_SECONDS:
            self._ask()

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Ask for what is new."""
        if self._mirrors:
            self._ask()

    def finish(self, results: Mapping[str, Any]) -> None:
        """Send the rest and the scores, in bounded time; say who was not done."""
        self._end(scores_of(results) if self._mirrors else {}, FINISH_SECONDS)

    def close(self) -> None:
        """Let go, in bounded time; a run that goes on later takes its record up."""
        self._end(None, STOP_SECONDS)

    def _ask(self) -> None:
        self._asked = time.monotonic()
        step = self._saved_step()
        for mirror in self._mirrors:
            mirror.ask(step)

    def _end(self, scores: Scores | None, seconds: float) -> None:
        for mirror in self._mirrors:
            mirror.ask_to_end(scores)
        until = time.monotonic() + seconds
        for mirror in self._mirrors:
            if not mirror.wait(until - time.monotonic()):
                self._failed(mirror.name, f"it was not done within {seconds:.0f} s")
            mirror.is_over = True
        self._mirrors = []

    def _failed(self, name: str, reason: str) -> None:
        with suppress(OSError):  # the disk may be what failed
            self._record("tracker_failed", tracker=name, reason=reason)
        self._warn(f"Nothing more goes to {name}; the run goes on. {reason}")
