"""Find runs wherever they lie, and say what each of them lacks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import os
from pathlib import Path

from dist_invention.storage import attempts, manifest, registry
from dist_invention.storage.arrays import read_arrays
from dist_invention.storage.checkpoints import CheckpointFolder
from dist_invention.storage.hashing import CorruptFile
from dist_invention.storage.journal import Journal
from dist_invention.storage.manifest import Problem
from dist_invention.storage.run import RESULTS, RunFolder


@dataclass(frozen=True)
class FoundRun:
    """A run that lies somewhere, or that the registry remembers.

    Args:
        path: Its folder.
        is_gone: The registry knows it, and the folder is no longer there.

    Example:
        >>> FoundRun(Path("runs/physics-demo-s0-01234567")).is_gone
        False
    """

    path: Path
    is_gone: bool = False


@dataclass(frozen=True)
class Inspection:
    """What reading every file of a run showed.

    Args:
        path: Its folder.
        status: `"finished"`, `"unfinished"`, `"new"`, `"failed"`, `"damaged"` (its
            journal cannot be read) or `"gone"`.
        files: `(name, path)` of each file that is there, without lock and temporaries.
        size: Bytes of those files together.
        problems: What is missing, changed, unreadable or extra.

    Example:
        >>> Inspection(Path("a"), "gone", (), 0, (Problem("a", "missing"),)).is_whole
        False
    """

    path: Path
    status: str
    files: tuple[tuple[str, Path], ...]
    size: int
    problems: tuple[Problem, ...]

    @property
    def is_whole(self) -> bool:
        """Say whether nothing is missing or damaged; an extra file harms nothing."""
        return all(problem.what == "extra" for problem in self.problems)


def find_runs(
    folders: Iterable[Path | str], use_registry: bool = True
) -> list[FoundRun]:
    """Find every run below the folders given, and every registered one.

    Args:
        folders: Searched to any depth; a missing one holds no runs.
        use_registry: Look where the registry of this machine says, too.

    Returns:
        Each run once, in order of path; those deleted since as gone.
    """
    found = {p.resolve(): FoundRun(p) for folder in folders for p in _search(folder)}
    for path in registry.registered() if use_registry else ():
        found.setdefault(path.resolve(), FoundRun(path, is_gone=not path.is_dir()))
    return [found[key] for key in sorted(found)]


def inspect(run: FoundRun | Path | str) -> Inspection:
    """Read and hash everything a run holds.

    A sealed run is compared with its manifest. Of an unfinished one, run.json, the
    journals and each checkpoint must read, and what it still lacks is listed.
    """
    found = run if isinstance(run, FoundRun) else FoundRun(Path(run))
    path = found.path
    if found.is_gone or not path.is_dir():
        problem = Problem(".", "missing", "the folder was deleted or moved")
        return Inspection(path, "gone", (), 0, (problem,))
    files = list(manifest.contents(path))
    if (path / manifest.MANIFEST).exists():
        files.append((manifest.MANIFEST, path / manifest.MANIFEST))
        problems = manifest.verify(path)
    elif _status(path) == "failed" and not _has_trained(path):
        problems = list(_unreadable(path))  # refused before it trained: nothing is lost
    else:
        problems = [*_missing(path), *_unreadable(path)]
    size = sum(file.stat().st_size for _, file in files)
    return Inspection(path, _status(path), tuple(files), size, tuple(problems))


def _search(folder: Path | str) -> Iterator[Path]:
    for place, inner, files in os.walk(folder):
        inner.sort()
        sealed = {manifest.MANIFEST, RESULTS} <= set(files)
        if attempts.RUN in files or sealed:
            inner.clear()  # a run holds no other run
            yield Path(place)


def _status(path: Path) -> str:
    try:
        return RunFolder(path).status
    except (CorruptFile, OSError):
        return "damaged"


def _has_trained(path: Path) -> bool:
    """Whether a run ever saved a checkpoint, be it still there or not."""
    if CheckpointFolder(path / "checkpoints").steps:
        return True
    try:
        events = Journal(path / "events.jsonl").read()
    except (CorruptFile, OSError):
        return True
    return not events or any(event.get("event") == "checkpoint" for event in events)


def _missing(path: Path) -> Iterator[Problem]:
    for name in (attempts.RUN, RESULTS, manifest.MANIFEST):
        if not (path / name).exists():
            yield Problem(name, "missing", "the run is not sealed")


def _unreadable(path: Path) -> Iterator[Problem]:
    """Yield what cannot be read in a run that has no manifest to compare with."""
    readers = {
        attempts.RUN: lambda file: attempts.read(file.parent),
        "events.jsonl": lambda file: Journal(file).read(),
        "metrics.jsonl": lambda file: Journal(file).read(),
    }
    for name, file in manifest.contents(path):
        read = read_arrays if name.startswith("checkpoints/") else readers.get(name)
        try:
            if read is not None:
                read(file)
        except (CorruptFile, OSError) as error:
            yield Problem(name, "changed", str(error))
