"""What a run holds (name, size, SHA-256), and the check that it still holds it."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any

from dist_invention.storage.atomic import write_json
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.listing import list_files
from dist_invention.storage.lock import LOCK
from dist_invention.storage.problems import Problem

MANIFEST = "manifest.json"
SCHEMA = 1
TRACKING = "tracking/"  # mirrors of other tools, which go on writing when looked at


def contents(folder: Path | str) -> Iterator[tuple[str, Path]]:
    """Yield `(name, path)` of every file a manifest lists, in order of name.

    Left out: the lock, the manifest itself, temporary files, what other tools keep in
    `tracking/`, and links that lead out of the folder, since a copy of the folder
    would not hold what they show.

    Raises:
        PermissionError: If a folder in it cannot be read.
    """
    listing = list_files(folder)
    for problem in listing.problems:
        if problem.what == "unreadable" and is_listed(problem.file):
            raise PermissionError(f"{folder}: {problem}")
    for name, path in listing.files:
        if is_listed(name):
            yield name, path


def build(folder: Path | str) -> dict[str, Any]:
    """Return the manifest of a folder: every file's name, size in bytes and SHA-256.

    Raises:
        OSError: If a file cannot be read.
    """
    files = [
        {"name": name, "size": path.stat().st_size, "sha256": file_sha256(path)}
        for name, path in contents(folder)
    ]
    return {"schema": SCHEMA, "files": files}


def write(folder: Path | str) -> dict[str, Any]:
    """Build the manifest, write it as manifest.json, and return it.

    Raises:
        OSError: If a file cannot be read or the disk fails.
    """
    manifest = build(folder)
    write_json(Path(folder) / MANIFEST, manifest)
    return manifest


def read(folder: Path | str) -> dict[str, Any]:
    """Return the manifest on disk.

    Raises:
        CorruptFile: If it is not the JSON of a manifest.
        OSError: If it cannot be read.
    """
    path = Path(folder) / MANIFEST
    return parse(path.read_bytes(), path)


def parse(content: bytes, path: Path | str) -> dict[str, Any]:
    """Return the manifest that some bytes are.

    Args:
        content: What manifest.json holds.
        path: Where they were read, for the message.

    Raises:
        CorruptFile: If they are not the JSON of a manifest.
    """
    try:
        manifest = json.loads(content)
        if not isinstance(manifest["files"], list):
            raise TypeError("its files are no list")
        for entry in manifest["files"]:
            known = entry["name"], entry["size"], entry["sha256"]
            if [type(value) for value in known] != [str, int, str]:
                raise TypeError(f"{entry} is no name, size and SHA-256")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorruptFile(
            f"Expected {path} to list files with name, size and sha256. "
            f"Received: {type(error).__name__}: {error}. "
            "Fetch the file from a destination."
        ) from error
    return manifest


def verify(folder: Path | str) -> list[Problem]:
    """Re-hash a folder against its manifest.

    Returns:
        What differs, in order of name: files missing, changed, unreadable or extra,
        and links that lead out of the folder.
    """
    folder = Path(folder)
    if not (folder / MANIFEST).exists():
        return [Problem(MANIFEST, "missing")]
    try:
        manifest = read(folder)
    except (CorruptFile, OSError) as error:
        return [Problem(MANIFEST, "changed", str(error))]
    listing = list_files(folder)
    found: dict[str, tuple[int | None, str]] = {}
    problems = list(listing.problems)
    for name, path in listing.files:
        if not is_listed(name):
            continue
        try:
            found[name] = path.stat().st_size, file_sha256(path)
        except OSError as error:
            problems.append(Problem(name, "unreadable", str(error)))
    return compare(manifest, found, problems)


def compare(
    manifest: Mapping[str, Any],
    found: Mapping[str, tuple[int | None, str]],
    known: list[Problem],
) -> list[Problem]:
    """Compare what a manifest lists with what was read.

    Args:
        manifest: As `read` returns it.
        found: Size, `None` where it is not known, and SHA-256 of each file that was
            read, by name.
        known: Problems known before; a file named there is not called missing too.

    Returns:
        All problems, in order of name.
    """
    listed = {entry["name"]: entry for entry in manifest["files"]}
    problems = [
        Problem(name, "extra")
        for name in found
        if name not in listed and is_listed(name)
    ]
    known = [problem for problem in known if is_listed(problem.file)]
    told = {problem.file: problem for problem in known}
    closed = tuple(f"{p.file}/" for p in known if not p.is_harmless)
    for name, entry in listed.items():
        if name in found:
            problems.extend(_differs(name, found[name], entry))
        elif name not in told and not name.startswith(closed):
            problems.append(Problem(name, "missing"))
        elif (
            name in told and told[name].is_harmless
        ):  # such as a fifo in the place of a file
            told[name] = Problem(name, "changed", told[name].detail)
    return sorted([*problems, *told.values()], key=lambda problem: problem.file)


def is_listed(name: str) -> bool:
    """Return whether a file of a run belongs into its manifest.

    Example:
        >>> is_listed("results.json"), is_listed("tracking/mlflow/mlflow.db")
        (True, False)
    """
    return name not in (LOCK, MANIFEST) and not name.startswith(TRACKING)


def _differs(
    name: str, found: tuple[int | None, str], entry: Mapping[str, Any]
) -> Iterator[Problem]:
    size, sha256 = found
    if size is not None and size != entry.get("size", size):
        detail = f"{size} bytes, the manifest says {entry['size']}"
        yield Problem(name, "changed", detail)
    elif sha256 != entry["sha256"]:
        detail = "another SHA-256" if size is None else "same size, another SHA-256"
        yield Problem(name, "changed", detail)
