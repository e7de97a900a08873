"""Everything that remembers, saved together, atomically, on a policy."""

from collections.abc import Callable, Mapping
from pathlib import Path
import time
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime.state import read_state
from dist_invention.runtime.step import StepResult
from dist_invention.storage import CheckpointFolder, Mirror, RunFolder
from dist_invention.training import resume
from dist_invention.training.loop import Lesson
import numpy as np

EARLY_STEP = 5  # a first checkpoint with progress in it, so that an early kill resumes
TIMES_BLOCKING = 100  # saving takes at most one per cent of the time


class NotFiniteState(FloatingPointError):
    """A variable holds NaN or infinity; such a state is never saved."""


class Checkpointer:
    """Save the whole state of a run: in time, at epoch ends and at stage ends.

    Args:
        folder: The run's folder.
        mirror: Where copies go.
        model: The compiled model.
        seconds: Seconds between checkpoints; more where saving is slow.
        made_with: What a state depends on beside the configuration: hashes of the
            data, backend, dtype policy.
        confirm: Called before anything is read; raises if the state is not sound.

    Example:
        >>> checkpointer.save(Place(0, 1, 0, 120))  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: RunFolder,
        mirror: Mirror,
        model: Any,
        seconds: float,
        made_with: Mapping[str, Any],
        confirm: Callable[[], None],
    ):
        self.folder = folder
        self.mirror = mirror
        self.model = model
        self.seconds = seconds
        self.made_with = dict(made_with)
        self.confirm = confirm
        self.files = CheckpointFolder(folder.checkpoints)
        self.lesson: Lesson | None = None
        self.record: dict[str, Any] = {}  # finished stages and the like
        self.pinned: set[int] = set()
        self.saved_at = time.monotonic()
        self._interval = seconds
        self._config_sha256 = folder.about["config_sha256"]
        self._began = self.saved_at
        self._before = 0.0  # seconds trained by earlier attempts

    def seconds_trained(self) -> float:
        """Return the seconds of training behind the current state."""
        return self._before + time.monotonic() - self._began

    def take_up(self, about: Mapping[str, Any]) -> None:
        """Go on from what a checkpoint says about the run so far."""
        self.record = dict(about["record"])
        self.pinned = set(about["pinned"])
        self._before = float(self.record.get("seconds", 0.0))
        self._began = time.monotonic()

    def after_step(self, place: Place, result: StepResult) -> None:
        """Save if it is time."""
        age = time.monotonic() - self.saved_at
        if place.global_step == EARLY_STEP or age >= self._interval:
            self.save(place)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Save at each epoch end."""
        self.save(place)

    def save(self, place: Place, pin: bool = False) -> None:
        """Write one checkpoint, verify nothing is NaN, copy it, drop old ones.

        Args:
            place: The place that the state belongs to.
            pin: Keep it for good, as a stage end.

        Raises:
            NotFiniteState: If a variable is not finite; the last checkpoint stays.
        """
        begin = time.monotonic()
        self.confirm()
        arrays = {f"state/{k}": v for k, v in read_state(self.model).items()}
        _refuse_nonfinite(arrays)
        memory, extra = resume.collect(self.lesson and self.lesson.live)
        arrays.update(extra)
        self.record["seconds"] = self.seconds_trained()
        self.folder.metrics.sync()
        about = {
            "place": place.as_json(),
            "stop_training": self._is_stopping(),
            "metrics_lines": self.folder.metrics.lines,
            "memory": memory,
            "record": self.record,
            "pinned": sorted(self.pinned | ({place.global_step} if pin else set())),
            "config_sha256": self._config_sha256,
            "made_with": self.made_with,
        }
        path = self.files.write(place.global_step, arrays, about)
        if pin:
            self.pinned.add(place.global_step)
        seconds = time.monotonic() - begin
        self.folder.record(
            "checkpoint",
            step=place.global_step,
            place=place.as_json(),
            seconds=round(seconds, 4),
            bytes=path.stat().st_size,
        )
        self._copy(path, place.global_step)
        self.saved_at = time.monotonic()
        self._interval = max(self.seconds, TIMES_BLOCKING * (self.saved_at - begin))

    def _is_stopping(self) -> bool:
        """Whether the stage is about to end; between two stages nothing is."""
        return self.lesson is not None and bool(self.model.stop_training)

    def _copy(self, path: Path, step: int) -> None:
        later = sum(other > step for other in self.files.steps)  # damaged, passed over
        gone = self.files.prune(keep_last=2 + later, pinned=self.pinned)
        journals = [self.folder.events.path, self.folder.metrics.path]
        known = [item for item in journals if item.exists()]
        about = self.folder.path / "run.json"
        # The checkpoint last: a copy of it never lacks the lines that it counts.
        self.mirror.copy([about, *known, path], self.folder.path)
        self.mirror.forget(gone, self.folder.path)


def _refuse_nonfinite(arrays: Mapping[str, np.ndarray]) -> None:
    for name, value in arrays.items():
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise NotFiniteState(
                f"Expected every variable to be finite. Received: NaN or infinity in "
                f"`{name}`. The last checkpoint stays; lower the learning rate or look "
                "for the batch that did it in events.jsonl."
            )
