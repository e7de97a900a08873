"""Find runs wherever they lie, and say what each of them lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
import os
from pathlib import Path

from dist_invention.storage import attempts, manifest, registry
from dist_invention.storage.archives.inspection import Inspection, read_all
from dist_invention.storage.archives.search import Place, Search
from dist_invention.storage.archives.view import open_view
from dist_invention.storage.listing import list_files
from dist_invention.storage.problems import Problem
from dist_invention.storage.run import RESULTS


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


def find_runs(
    folders: Iterable[Path | str],
    use_registry: bool = True,
    problems: list[Problem] | None = None,
) -> list[FoundRun]:
    """Find every run below the folders given, and every registered one.

    Args:
        folders: Searched to any depth, through links; a missing one holds no runs.
        use_registry: Look where the registry of this machine says, too.
        problems: Gets what could not be searched: folders, and the registry's lines.

    Returns:
        Each run once, in order of path; those deleted since as gone.
    """
    unsearched = problems if problems is not None else []
    found: dict[Path, FoundRun] = {}
    for folder in folders:
        for place in Search(folder, unsearched):
            if is_run(place):
                place.stop()  # a run holds no other run
                found.setdefault(_real(place.path), FoundRun(place.path))
    if use_registry:
        known, damaged = registry.read()
        unsearched.extend(damaged)
        for path in known:
            found.setdefault(_real(path), FoundRun(path, is_gone=_is_gone(path)))
    return [found[key] for key in sorted(found)]


def is_run(place: Place) -> bool:
    """Whether a folder is a run: it has run.json, or results and manifest."""
    return attempts.RUN in place.files or {manifest.MANIFEST, RESULTS} <= place.files


def inspect(run: FoundRun | Path | str) -> Inspection:
    """Read and hash everything a run holds.

    A sealed run is compared with its manifest. Of an unfinished one, run.json, the
    journals and each checkpoint must read, and what it still lacks is listed.
    """
    found = run if isinstance(run, FoundRun) else FoundRun(Path(run))
    if found.is_gone or _is_gone(found.path):
        return gone(found.path)
    with open_view(found.path) as view:
        return read_all(view, lambda name, file: file.take())


def holds_files(run: FoundRun) -> bool:
    """Whether a run holds any file that could be saved; none is opened."""
    return not run.is_gone and bool(list_files(run.path).files)


def gone(path: Path) -> Inspection:
    """Return what there is to say of a run whose folder is not there."""
    problem = Problem(".", "missing", "the folder was deleted or moved")
    return Inspection(path, "gone", (), 0, (problem,))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises on a loop of links


def _is_gone(path: Path) -> bool:
    try:
        return not path.is_dir()
    except OSError:  # no permission to look: reading it says so
        return False
