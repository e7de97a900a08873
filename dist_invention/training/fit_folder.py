"""The folder of a `fit`: a run folder with checkpoints written in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import logging
from pathlib import Path
import sys
import time
from typing import Any
from weakref import WeakValueDictionary

from dist_invention.curriculum import Place
from dist_invention.runtime import describe_environment
from dist_invention.storage import (
    CheckpointFolder,
    Mirror,
    RunFolder,
    RunLocked,
    SnapshotWriter,
    Written,
    canonical_sha256,
    open_run,
    refuse_copies_of_itself,
    without_password,
)
from dist_invention.training.checkpoint import (
    KEEP_LAST,
    TIMES_BLOCKING,
    TIMES_WRITING,
    live_files,
)
from dist_invention.training.saved import NoCheckpoint, Saved
import numpy as np

CONFIG = {"made_by": "SafeCheckpoint"}  # what such a run was asked to do; fit knows
EPOCH_END = "epoch end"

log = logging.getLogger(__name__)
_in_use: WeakValueDictionary[Path, "FitFolder"] = WeakValueDictionary()


@dataclass(frozen=True)
class Handed:
    """A snapshot on its way to the disk: its place, seconds blocked, what is kept."""

    place: Place
    blocking_seconds: float
    pins: Mapping[int, str]


class FitFolder:
    """Checkpoints of one `fit`, their journal, their lock and their copies.

    Args:
        path: The folder; the last part of its path names it at each destination.
        destinations: Folders or URLs of copies.

    Raises:
        DestinationNotUsable: If a destination lies inside the folder.

    Example:
        >>> import tempfile
        >>> folder = FitFolder(Path(tempfile.mkdtemp()) / "mine")
        >>> folder.hold()
        >>> folder.newest() is None
        True
        >>> folder.close()
    """

    def __init__(self, path: Path | str, destinations: Sequence[str | Path] = ()):
        self.path = Path(path).resolve()
        self.destinations = [str(place) for place in destinations]
        refuse_copies_of_itself(self.destinations, self.path)
        self.files = CheckpointFolder(self.path / "checkpoints")
        self.writer = SnapshotWriter(self.files, published=self._published)
        self.run: RunFolder | None = None
        self.mirror: Mirror | None = None
        self.saved_at = time.monotonic()
        self._cost = 0.0  # of the last save: the seconds that must lie between two
        self._pins: dict[int, str] = {}
        self._handed: Handed | None = None

    def hold(self) -> None:
        """Lock the folder and fetch what is newer at a destination.

        An object of this process that had it gives it up: its `fit` is over, or it
        will say so.

        Raises:
            RunLocked: If another process writes there.
            RunBelongsToAnotherConfiguration: If it holds a run of a pipeline.
        """
        if self.run is not None:
            return
        before = _in_use.get(self.path)
        if before is not None:
            before.close()
        about = {
            "experiment": self.path.name,
            "preset": "fit",
            "seed": None,
            "config": CONFIG,
            "config_sha256": canonical_sha256(CONFIG),
            "environment": describe_environment(),
            "argv": [without_password(word) for word in sys.argv],
            "destinations": [without_password(place) for place in self.destinations],
        }
        self.run = open_run(
            self.path.parent,
            self.path.name,
            about,
            destinations=self.destinations,
        )
        _in_use[self.path] = self
        self.mirror = Mirror(self.run.run_id, self.destinations, record=self.run.record)
        self.mirror.sweep()

    def newest(self) -> Saved | None:
        """Return the newest checkpoint that verifies; `None` where there is none.

        Raises:
            NoCheckpoint: If every one is damaged.
        """
        self.writer.wait()
        found = self.files.newest()
        for path, reason in self.files.rejected:
            self.record("checkpoint_rejected", file=path.name, reason=reason)
        if found is not None:
            arrays, manifest, path = found
            return Saved(arrays, manifest["about"], path)
        if self.files.rejected:
            raise NoCheckpoint(
                f"Expected a checkpoint that verifies in {self.files.path}. Received: "
                f"{len(self.files.rejected)} damaged ones. Copy one back from a "
                "destination, or start anew in another folder."
            )
        return None

    def take_up(self, about: Mapping[str, Any]) -> None:
        """Go on from what a checkpoint says about the folder."""
        self._pins = {int(step): why for step, why in about["pinned"].items()}
        self.saved_at = time.monotonic()

    def is_due(self, seconds: float) -> bool:
        """Whether so much time has passed, and saving again costs little enough."""
        age = time.monotonic() - self.saved_at
        return age >= max(seconds, self._cost) and not self.writer.is_busy

    def hand_over(
        self,
        place: Place,
        arrays: Mapping[str, np.ndarray],
        about: Mapping[str, Any],
        began: float,
    ) -> None:
        """Give a snapshot to the thread that writes.

        Args:
            place: The place that it belongs to.
            arrays: Arrays by name; they may change once the writer is idle.
            about: Everything else that remembers, as plain JSON values.
            began: When the copy began, by `time.monotonic`.

        Raises:
            NotFiniteState: If the snapshot before was not finite.
            OSError: If it could not be written.
            RunLocked: If a newer object has taken the folder over.
        """
        self._own()
        if place.step == 0:  # the newest epoch end stays, whatever data come next
            self._pins = {place.global_step: EPOCH_END}
        pins = {str(step): why for step, why in self._pins.items()}
        blocking = time.monotonic() - began
        self._cost = TIMES_BLOCKING * blocking
        self._handed = Handed(place, blocking, dict(self._pins))
        about = {"place": place.as_json(), "metrics_lines": 0, "pinned": pins, **about}
        self.writer.submit(place.global_step, arrays, about)
        self.saved_at = time.monotonic()

    def settle(self) -> None:
        """Wait until the last snapshot is on disk.

        Raises:
            NotFiniteState: If it was not finite.
            OSError: If it could not be written.
        """
        self.writer.wait()
        self.writer.check()

    def wait_for_copies(self, seconds: float) -> None:
        """Let the copies arrive; name the destinations that take longer."""
        if self.mirror is not None and not self.mirror.wait(seconds):
            log.warning(
                "Copies of %s have not all arrived: %s", self.path, self.mirror.behind
            )

    def record(self, event: str, **details: Any) -> None:
        """Append an event to the journal.

        Raises:
            RunLocked: If a newer object has taken the folder over.
        """
        self._own().record(event, **details)

    def close(self) -> None:
        """Finish what is being written and give the lock back; twice is harmless."""
        self.writer.close()
        if self.mirror is not None:
            self.mirror.close()
        if self.run is not None:
            self.run.close()
        self.run = self.mirror = None

    def _own(self) -> RunFolder:
        if self.run is None:
            raise RunLocked(
                f"Expected to be the only writer in {self.path}. Received: a newer "
                "SafeCheckpoint of this process has taken it over. Go on with that one."
            )
        return self.run

    def _published(self, written: Written) -> None:
        """In the thread: note it, drop old files, offer it to the destinations."""
        handed, mirror = self._handed, self.mirror
        assert handed is not None
        assert mirror is not None
        self._cost = max(self._cost, TIMES_WRITING * written.seconds)
        self.record(
            "checkpoint",
            step=written.step,
            place=handed.place.as_json(),
            blocking_seconds=round(handed.blocking_seconds, 5),
            write_seconds=round(written.seconds, 4),
            bytes=written.bytes,
        )
        later = sum(step > written.step for step in self.files.steps)  # damaged ones
        gone = self.files.prune(keep_last=KEEP_LAST + later, pinned=handed.pins)
        mirror.copy_newest([*live_files(self.path), written.path], self.path)
        mirror.forget(gone, self.path)
