"""Results of other tools below a folder: found by their names, never opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import time

from dist_invention.storage.archives.archive import is_run
from dist_invention.storage.archives.member_names import folder_name
from dist_invention.storage.archives.result_kinds import (
    MAX_FILES,
    RESULT_FOLDERS,
    has_source,
    is_bundle,
    is_project,
    is_result,
    is_strong,
    may_grow,
    why_never,
)
from dist_invention.storage.archives.search import Place, Search, read_place
from dist_invention.storage.listing import list_files
from dist_invention.storage.problems import Problem

PLAIN, SOURCE, RESULTS = "plain", "source", "results"  # what a folder lies in
FRESH_SECONDS = 5.0
SETTLE_SECONDS = 0.2
SETTLE_TRIES = 5


@dataclass(frozen=True)
class ForeignFolder:
    """A folder that another tool filled with results.

    Args:
        path: The folder.
        name: Its name in a bundle: the folder searched and the way from there.
        files: `(name, path)` of each file that counts.
        problems: As `list_files` gives them.

    Example:
        >>> ForeignFolder(Path("outputs/a"), "outputs/a", ()).problems
        ()
    """

    path: Path
    name: str
    files: tuple[tuple[str, Path], ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A folder that was passed over on purpose.

    Args:
        path: The folder.
        reason: Why.
        is_loss: Whether results may lie in it.

    Example:
        >>> LeftOut(Path("work/.venv"), "a virtual environment").is_loss
        False
    """

    path: Path
    reason: str
    is_loss: bool = False


def find_foreign(
    folders: Iterable[Path | str], max_files: int = MAX_FILES
) -> tuple[list[ForeignFolder], list[LeftOut]]:
    """Find what other tools wrote below the folders given.

    The rule stands in `result_kinds`. Runs of ours are passed over without a word.

    Args:
        folders: Searched to any depth; a missing one holds nothing.
        max_files: A folder of more files is left out, and named.
    """
    hunt = _Hunt(max_files)
    roots = {os.path.realpath(folder): Path(folder) for folder in folders}
    names: list[str] = []
    for real in sorted(roots, key=lambda real: (-real.count("/"), real)):
        name = os.path.basename(real)
        names.append(folder_name(name, names))
        state = RESULTS if name in RESULT_FOLDERS else PLAIN
        hunt.look(roots[real], names[-1], state)
    hunt.units.sort(key=lambda unit: unit.name)
    return hunt.units, hunt.left_out


def settle(units: Sequence[ForeignFolder]) -> None:
    """Wait, for a second at most, until no tool is in the middle of a small file.

    Only files written in the last seconds count, and none that is appended to.
    """
    fresh = [path for unit in units for name, path in unit.files if not may_grow(name)]
    fresh = [path for path in fresh if time.time() - _written(path)[0] < FRESH_SECONDS]
    before = [_written(path) for path in fresh]
    for _ in range(SETTLE_TRIES if fresh else 0):
        time.sleep(SETTLE_SECONDS)
        after = [_written(path) for path in fresh]
        if after == before:
            return
        before = after


def _written(path: Path) -> tuple[float, int]:
    try:
        stat = path.stat()
    except OSError:  # told when it is read
        return 0.0, 0
    return stat.st_mtime, stat.st_size


class _Hunt:
    """One search for results, and what it has seen so far."""

    def __init__(self, max_files: int):
        self.max_files = max_files
        self.units: list[ForeignFolder] = []
        self.left_out: list[LeftOut] = []
        self._taken: set[str] = set()  # real paths of folders that are saved already

    def look(self, root: Path, name: str, state: str) -> None:
        """Search below a folder.

        Args:
            root: Where to begin; it is entered whatever it is.
            name: What it is called in a bundle.
            state: What it lies in.
        """
        states = {root: state}
        for place in Search(root):
            state = states.pop(place.path, PLAIN)
            if self._passes_over(place, place.path == root):
                place.stop()
                continue
            if is_project(place) or (state == PLAIN and has_source(place)):
                if state != SOURCE:
                    reason = "source code: only weights, arrays and events are saved"
                    self.left_out.append(LeftOut(place.path, reason))
                state = SOURCE
            place.links = [link for link in place.links if self._stays(link, root)]
            way = os.path.relpath(place.path, root)
            unit = name if way == "." else f"{name}/{way}"
            if self._take(place, unit, state, root):
                place.stop()
            for child in (*place.folders, *place.links):
                states[child] = RESULTS if child.name in RESULT_FOLDERS else state

    def _stays(self, link: Path, root: Path) -> bool:
        """Whether a link to a folder stays in the folder searched; name it if not."""
        home, target = os.path.realpath(root), os.path.realpath(link)
        if os.path.commonpath([home, target]) == home:
            return True
        reason = f"a link to {target}; name that with --runs-dir if it holds results"
        self.left_out.append(LeftOut(link, reason))
        return False

    def _passes_over(self, place: Place, is_root: bool) -> bool:
        if is_run(place) or os.path.realpath(place.path) in self._taken:
            return True
        reason = None if is_root else why_never(place)
        if reason:
            self.left_out.append(LeftOut(place.path, reason))
        return bool(reason)

    def _take(self, place: Place, name: str, state: str, root: Path) -> bool:
        """Save a folder if it holds results; return whether that was all below it."""
        counts = is_strong if state == SOURCE else is_result
        found = {file for file in place.files if counts(file)}
        if not found:
            return False
        mixed = state == SOURCE and (has_source(place) or is_project(place))
        is_whole = not mixed and place.path.resolve() not in (Path.home(), Path("/"))
        if is_whole:
            self._take_whole(place.path, name, root)
        else:
            listing = list_files(place.path, lambda path: True, inside=root)
            files = tuple(item for item in listing.files if item[0] in found)
            self.units.append(ForeignFolder(place.path, name, files))
        return is_whole

    def _take_whole(self, path: Path, name: str, root: Path) -> None:
        inner: list[Path] = []
        self._taken.add(os.path.realpath(path))
        listing = list_files(path, lambda place: self._is_apart(place, inner), root)
        files = tuple(item for item in listing.files if not is_bundle(item[1].name))
        if len(files) > self.max_files:
            reason = (
                f"more than {self.max_files} files, so a data set: pack it yourself"
            )
            self.left_out.append(LeftOut(path, reason, is_loss=True))
        else:
            if len(files) < len(listing.files):
                self.left_out.append(LeftOut(path, "bundles written by this script"))
            if files or listing.problems:
                unit = ForeignFolder(path, name, files, listing.problems)
                self.units.append(unit)
        for project in inner:
            way = os.path.relpath(project, path)
            self.look(project, f"{name}/{way}", PLAIN)

    def _is_apart(self, folder: Path, inner: list[Path]) -> bool:
        """Whether a folder inside one that is saved whole is not part of it."""
        try:
            place = read_place(folder)
        except OSError:  # told when it is listed
            return False
        if self._passes_over(place, is_root=False):
            return True
        if is_project(place):
            inner.append(folder)
            return True
        return False
