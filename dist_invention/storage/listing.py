"""Every file of a folder, to any depth: no way out, no loop, and nothing is opened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import os
from pathlib import Path
import stat

from dist_invention.storage.atomic import is_temporary
from dist_invention.storage.problems import Problem

SPECIAL = (
    (stat.S_ISFIFO, "a fifo"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Listing:
    """What a folder holds.

    Args:
        files: `(name, path)` of each file, in order of name. A link to a file inside
            the folder is listed under its own name, and reads as that file.
        problems: Folders that cannot be read; links that lead out of the folder or to
            nothing, which are not followed; as extra what holds no bytes of its own,
            which is never opened: fifos, sockets, devices, links to folders inside.

    Example:
        >>> Listing((("a.txt", Path("run/a.txt")),), ()).problems
        ()
    """

    files: tuple[tuple[str, Path], ...]
    problems: tuple[Problem, ...]


def list_files(
    folder: Path | str,
    leave_out: Callable[[Path], bool] = lambda path: False,
    inside: Path | str | None = None,
) -> Listing:
    """List a folder and all below it. Unfinished work of `atomic_file` is left out.

    What vanishes meanwhile is not there.

    Args:
        folder: The folder; it may itself be a link.
        leave_out: Told each folder below it; true where that is not to be entered.
        inside: Links may lead anywhere in this folder; by default in `folder` itself.
    """
    root = os.path.realpath(folder if inside is None else inside)
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    pending = [("", Path(folder))]  # a stack of our own: no depth is too deep
    while pending:
        prefix, place = pending.pop()
        for name, entry in _entries(prefix, place, problems):
            kind = _kind(entry.path, entry.is_symlink(), root)
            if kind == "file":
                files[name] = Path(entry.path)
            elif kind != "folder":
                problems.extend([Problem(name, *kind)] if kind else [])
            elif not leave_out(Path(entry.path)):
                pending.append((f"{name}/", Path(entry.path)))
    return Listing(
        tuple(sorted(files.items())), tuple(sorted(problems, key=lambda p: p.file))
    )


def _entries(
    prefix: str, place: Path, problems: list[Problem]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what lies directly in a folder; name the folder if it cannot be read."""
    try:
        with os.scandir(place) as entries:
            found = [entry for entry in entries if not is_temporary(entry.name)]
    except FileNotFoundError:
        return
    except OSError as error:
        detail = error.strerror or str(error)
        problems.append(Problem(prefix.rstrip("/") or ".", "unreadable", detail))
        return
    for entry in found:
        yield prefix + entry.name, entry


def _kind(path: str, is_link: bool, root: str) -> str | tuple[str, str] | None:
    """Return `"file"`, `"folder"`, what is wrong as `(what, detail)`, or `None`."""
    try:
        target = os.path.realpath(path, strict=True) if is_link else path
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        return ("link", "it leads to nothing") if is_link else None  # it vanished
    except OSError as error:  # a link to itself, or no permission
        detail = error.strerror or str(error)
        return ("link" if is_link else "unreadable"), detail
    if is_link and os.path.commonpath([root, target]) != root:
        return "link", f"it leads out of the folder to {target} and is not followed"
    if stat.S_ISDIR(mode):
        inside = f"a link to {os.path.relpath(target, root)}, listed by its own name"
        return ("extra", inside) if is_link else "folder"
    if stat.S_ISREG(mode):
        return "file"
    words = [word for is_kind, word in SPECIAL if is_kind(mode)]
    return "extra", f"{''.join(words) or 'no file'}, which is never opened"
