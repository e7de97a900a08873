"""A run's checkpoints: written whole, read back only when they prove themselves."""

from collections.abc import Collection, Mapping
import logging
from pathlib import Path
import re
from typing import Any

from dist_invention.storage.arrays import read_arrays, write_arrays
from dist_invention.storage.hashing import CorruptFile
import numpy as np

NAME = re.compile(r"g(\d{9,})\.npz")

log = logging.getLogger(__name__)


class CheckpointFolder:
    """A folder of files `g000001200.npz`, one a step.

    Args:
        path: The folder, made by the first write.

    Attributes:
        rejected: `(path, reason)` of each checkpoint that the last call of `newest`
            passed over because it is damaged.

    Example:
        >>> import tempfile
        >>> folder = CheckpointFolder(tempfile.mkdtemp())
        >>> folder.write(12, {"w": np.ones(3)}, {"stage": 0}).name
        'g000000012.npz'
        >>> arrays, manifest, path = folder.newest()
        >>> manifest["about"]
        {'stage': 0}
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.rejected: list[tuple[Path, str]] = []

    @property
    def steps(self) -> list[int]:
        """Steps that have a file, lowest first; nothing is verified."""
        files = self.path.iterdir() if self.path.is_dir() else ()
        found = (NAME.fullmatch(path.name) for path in files)
        return sorted(int(match[1]) for match in found if match)

    def file(self, step: int) -> Path:
        """Return the path of the checkpoint of a step, whether it exists or not."""
        return self.path / f"g{step:09d}.npz"

    def write(
        self, step: int, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]
    ) -> Path:
        """Write the checkpoint of a step atomically; return its path.

        Args:
            step: Steps done since the run began, at least 0.
            arrays: Arrays by name.
            about: Everything else that remembers, as plain JSON values.

        Raises:
            ValueError: If the step is negative, or a value cannot be stored.
            OSError: If the disk is full or fails; older checkpoints stay.
        """
        if step < 0:
            raise ValueError(
                "Expected the step of a checkpoint to be at least 0. "
                f"Received: step={step}. Count steps from the run's beginning."
            )
        write_arrays(self.file(step), arrays, about)
        return self.file(step)

    def newest(
        self, before: int | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any], Path] | None:
        """Return the checkpoint of the highest step that verifies.

        Args:
            before: Look only at lower steps than this.

        Returns:
            Arrays, manifest and path as `read_arrays` gives them, or `None` where no
            checkpoint verifies; `rejected` then tells what was there.
        """
        self.rejected = []
        for step in reversed(self.steps):
            if before is not None and step >= before:
                continue
            path = self.file(step)
            try:
                arrays, manifest = _read_twice(path)
            except (CorruptFile, OSError) as error:
                self.rejected.append((path, str(error)))
                log.warning("A checkpoint is damaged; trying the one before. %s", error)
                continue
            return arrays, manifest, path
        return None

    def prune(self, keep_last: int = 2, pinned: Collection[int] = ()) -> list[Path]:
        """Remove old checkpoints and return their paths.

        Args:
            keep_last: Newest checkpoints to keep, at least 1.
            pinned: Steps that stay whatever their age, such as stage ends.

        Raises:
            ValueError: If nothing would be kept.
        """
        if keep_last < 1:
            raise ValueError(
                "Expected to keep at least one checkpoint. "
                f"Received: keep_last={keep_last}. The default keeps two."
            )
        old = [step for step in self.steps[:-keep_last] if step not in pinned]
        for step in old:
            self.file(step).unlink()
        return [self.file(step) for step in old]


def _read_twice(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read a checkpoint; a disk that fails once is asked again."""
    try:
        return read_arrays(path)
    except OSError:
        return read_arrays(path)
