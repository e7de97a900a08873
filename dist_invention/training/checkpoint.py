"""Everything that remembers, saved together, in the background, on a policy."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import math
import time
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime.state import Snapshot
from dist_invention.runtime.step import StepResult
from dist_invention.storage import (
    CheckpointFolder,
    Mirror,
    NotFiniteState,
    RunFolder,
    SnapshotWriter,
    Written,
)
from dist_invention.training import resume
from dist_invention.training.loop import Lesson
from dist_invention.training.opening import live_files
import numpy as np

EARLY_STEP = 5  # a first checkpoint with progress in it, so that an early kill resumes
TIMES_BLOCKING = 100  # handing over takes at most one per cent of the time
TIMES_WRITING = 2  # the background thread works at most half of the time
CLOSE_SECONDS = 10.0  # that the disk has for the last state when a run ends
KEEP_LAST = 2
KEEP_HOURS = 24
STAGE_END, HOUR, BEST = "stage end", "hour", "best"  # why a checkpoint is kept


@dataclass(frozen=True)
class Handed:
    """A snapshot on its way to the disk: its place, seconds blocked, what is kept."""

    place: Place
    blocking_seconds: float
    pins: Mapping[int, str]


class Checkpointer:
    """Save the whole state of a run: in time, at epoch ends and at stage ends.

    Only the copy of the variables holds up training. Writing, hashing, forcing to
    disk, dropping old files and offering the new one to destinations happen in a
    thread. Saves come no closer together than `TIMES_BLOCKING` times that copy and
    `TIMES_WRITING` times the writing, stage ends aside.

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
        self.writer = SnapshotWriter(
            self.files, before=folder.metrics.sync, published=self._published
        )
        self.lesson: Lesson | None = None
        self.record: dict[str, Any] = {}  # finished stages and the like
        self.carried: dict[str, np.ndarray] = {}  # saved too, such as the best weights
        self.skips: set[tuple[int, int, int]] = set()
        self.pins: dict[int, str] = {}  # steps that stay, and why
        self.saved_at = time.monotonic()
        self.last_step = 0  # of the newest snapshot, published or not
        self._snapshot = Snapshot()
        self._handed: Handed | None = None
        self._blocked = self._wrote = 0.0  # seconds of the last save
        self._config_sha256 = folder.about["config_sha256"]
        self._began = self.saved_at
        self._before = 0.0  # seconds trained by earlier attempts

    def seconds_trained(self) -> float:
        """Return the seconds of training behind the current state."""
        return self._before + time.monotonic() - self._began

    def take_up(self, about: Mapping[str, Any]) -> None:
        """Go on from what a checkpoint says about the run so far."""
        self.record = dict(about["record"])
        self.pins = {int(step): why for step, why in about["pinned"].items()}
        self._before = float(self.record.get("seconds", 0.0))
        self._began = time.monotonic()

    def after_step(self, place: Place, result: StepResult) -> None:
        """Save if it is time; raise what went wrong in the background."""
        self.writer.check()
        due = self._age() >= max(self.seconds, self._cost())
        if place.global_step == EARLY_STEP or (due and not self.writer.is_busy):
            self.save(place)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Save at each epoch end, where epochs are longer than saving them."""
        self.writer.check()
        if self._age() >= self._cost() and not self.writer.is_busy:
            self.save(place, BEST if self._is_best(logs) else None)

    def save(self, place: Place, pin: str | None = None, wait: bool = False) -> None:
        """Take a snapshot and hand it over to be written.

        Args:
            place: The place that the state belongs to.
            pin: Why to keep it for good, as `STAGE_END`; `None` lets it go.
            wait: Return only once it is on disk.

        Raises:
            NotFiniteState: If a variable is not finite; the last checkpoint stays.
                Without `wait`, the next call raises it.
            OSError: If the disk is full or fails; likewise.
        """
        self.confirm()
        self.writer.wait()  # its arrays are about to change
        self.writer.check()
        begin = time.monotonic()
        arrays = {f"state/{k}": v for k, v in self._snapshot.take(self.model).items()}
        memory, extra = resume.collect(self.lesson and self.lesson.live)
        arrays.update(extra, **self.carried)
        self.record["seconds"] = self.seconds_trained()
        self._pin(place.global_step, pin)
        about = {
            "place": place.as_json(),
            "stop_training": self._is_stopping(),
            "metrics_lines": self.folder.metrics.lines,
            "memory": memory,
            "record": dict(self.record),
            "skips": sorted(self.skips),
            "pinned": {str(step): why for step, why in sorted(self.pins.items())},
            "config_sha256": self._config_sha256,
            "made_with": self.made_with,
        }
        blocking = time.monotonic() - begin
        self._handed = Handed(place, blocking, dict(self.pins))
        self._blocked = blocking
        self.last_step = place.global_step
        self.writer.submit(place.global_step, arrays, about)
        self.saved_at = time.monotonic()
        if wait:
            self.writer.wait()
            self.writer.check()

    def save_within(self, place: Place, seconds: float) -> bool:
        """Save and wait, but not for ever; say whether it is on disk.

        Raises:
            NotFiniteState: If a variable is not finite.
            OSError: If the disk is full or fails.
        """
        until = time.monotonic() + seconds
        if not self.writer.wait(seconds):
            return False
        self.save(place)
        is_done = self.writer.wait(max(0.0, until - time.monotonic()))
        self.writer.check()
        return is_done

    def settle(self) -> None:
        """Wait for the disk; a state that was not finite is forgotten, not saved.

        Raises:
            OSError: If the disk is full or fails.
        """
        self.writer.wait()
        with suppress(NotFiniteState):  # who rolls back knows already
            self.writer.check()

    def close(self) -> None:
        """Finish what is being written, unless the disk hangs."""
        self.writer.close(CLOSE_SECONDS)

    def _cost(self) -> float:
        """Return the seconds that must lie between two saves."""
        return max(TIMES_BLOCKING * self._blocked, TIMES_WRITING * self._wrote)

    def _age(self) -> float:
        return time.monotonic() - self.saved_at

    def _is_best(self, logs: Mapping[str, float]) -> bool:
        """Whether the loss on the first select split is the lowest so far."""
        loss = logs.get("val_loss", math.inf)
        if loss >= self.record.get("best_val_loss", math.inf):
            return False
        self.record["best_val_loss"] = loss
        return True

    def _pin(self, step: int, why: str | None) -> None:
        """Decide which steps stay: stage ends, the best epoch, one an hour."""
        hour = int(self.seconds_trained() // 3600)
        if why is None and hour > self.record.get("hour", 0):
            self.record["hour"], why = hour, HOUR
        if why is None:
            return
        if why == BEST:
            self.pins = {s: other for s, other in self.pins.items() if other != BEST}
        if self.pins.get(step) != STAGE_END:
            self.pins[step] = why
        hours = sorted(s for s, other in self.pins.items() if other == HOUR)
        for old in hours[:-KEEP_HOURS]:
            del self.pins[old]

    def _is_stopping(self) -> bool:
        """Whether the stage is about to end; between two stages nothing is."""
        return self.lesson is not None and bool(self.model.stop_training)

    def _published(self, written: Written) -> None:
        """In the thread: note it, drop old files, offer it to the destinations."""
        handed = self._handed
        assert handed is not None
        self._wrote = written.seconds
        self.folder.record(
            "checkpoint",
            step=written.step,
            place=handed.place.as_json(),
            blocking_seconds=round(handed.blocking_seconds, 5),
            write_seconds=round(written.seconds, 4),
            bytes=written.bytes,
        )
        later = sum(step > written.step for step in self.files.steps)  # damaged ones
        gone = self.files.prune(keep_last=KEEP_LAST + later, pinned=handed.pins)
        root = self.folder.path
        files = [*live_files(root), written.path]
        if handed.pins.get(written.step) == STAGE_END:
            self.mirror.copy(files, root)
        else:  # the checkpoint last: a copy of it never lacks the lines it counts
            self.mirror.copy_newest(files, root)
        self.mirror.forget(gone, root)
