"""Walk folders to any depth, through links, each once, and name what cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import os
from pathlib import Path

from dist_invention.storage.problems import Problem


@dataclass
class Search:
    """Folders below a folder, each real one once, so that no loop of links holds us.

    A link to a folder is followed, since results may lie on another disk, unless it
    leads above the folder searched. Real folders come before links to them.

    Args:
        folder: Where to begin.

    Attributes:
        problems: Folders that could not be read, and links that were not followed, by
            absolute name; filled while iterating.

    Example:
        >>> import tempfile
        >>> root = tempfile.mkdtemp()
        >>> [place.path == Path(root) for place in Search(root)]
        [True]
    """

    folder: Path | str
    problems: list[Problem] = field(default_factory=list)

    def __iter__(self) -> Iterator["Place"]:
        root = os.path.realpath(self.folder)
        seen: set[tuple[int, int]] = set()
        pending = [Path(self.folder)]
        while pending:
            path = pending.pop()
            try:
                stat = os.stat(path)
                place = None
                if (stat.st_dev, stat.st_ino) not in seen:
                    place = read_place(path)
            except FileNotFoundError:  # it was removed meanwhile
                continue
            except OSError as error:
                detail = error.strerror or str(error)
                self.problems.append(Problem(str(path), "unreadable", detail))
                continue
            if place is None:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            yield place
            links = [p for p in place.links if not self._leads_up(p, root)]
            pending.extend(reversed([*place.folders, *links]))

    def _leads_up(self, link: Path, root: str) -> bool:
        target = os.path.realpath(link)
        if target == root or os.path.commonpath([root, target]) != target:
            return False
        detail = f"it leads to {target}, above the folder searched; not followed"
        self.problems.append(Problem(str(link), "extra", detail))
        return True


@dataclass
class Place:
    """One folder on the way. Clear `folders` and `links` to go no deeper.

    Args:
        path: The folder.
        folders: Folders in it.
        links: Links in it that lead to folders.
        files: Names of everything else in it.

    Example:
        >>> Place(Path("runs"), [], [], {"run.json"}).files
        {'run.json'}
    """

    path: Path
    folders: list[Path]
    links: list[Path]
    files: set[str]

    def stop(self) -> None:
        """Go no deeper here."""
        self.folders, self.links = [], []


def read_place(path: Path) -> Place:
    """Return what lies directly in a folder. Raises OSError if it cannot be read."""
    place = Place(path, [], [], set())
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not _leads_to_folder(entry):
                place.files.add(entry.name)
            elif entry.is_symlink():
                place.links.append(Path(entry.path))
            else:
                place.folders.append(Path(entry.path))
    return place


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False
