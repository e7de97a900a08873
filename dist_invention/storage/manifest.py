"""What a run holds (name, size, SHA-256), and the check that it still holds it."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from dist_invention.storage.atomic import is_temporary, write_json
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.lock import LOCK

MANIFEST = "manifest.json"
SCHEMA = 1


@dataclass(frozen=True)
class Problem:
    """One file that is not as it should be.

    Args:
        file: Its name relative to the folder, with `/` between parts.
        what: `"missing"`, `"changed"`, `"extra"` or `"unreadable"`.
        detail: More for a reader, where there is more.

    Example:
        >>> str(Problem("results.json", "missing"))
        'results.json: missing'
    """

    file: str
    what: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.what}" + (
            f" ({self.detail})" if self.detail else ""
        )


def contents(folder: Path | str) -> Iterator[tuple[str, Path]]:
    """Yield `(name, path)` of every file a manifest lists, in order of name.

    Left out: the lock, the manifest itself, and temporary files.
    """
    folder = Path(folder)
    files = [p for p in folder.rglob("*") if p.is_file() and not is_temporary(p)]
    for name, path in sorted((p.relative_to(folder).as_posix(), p) for p in files):
        if name not in (LOCK, MANIFEST):
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
    try:
        manifest = json.loads(path.read_bytes())
        for entry in manifest["files"]:
            _ = entry["name"], entry["size"], entry["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFile(
            f"Expected {path} to list files with name, size and sha256. "
            f"Received: {type(error).__name__}: {error}. "
            "Fetch the file from a destination."
        ) from error
    return manifest


def verify(folder: Path | str) -> list[Problem]:
    """Re-hash a folder against its manifest.

    Returns:
        What differs, in order of name: files missing, changed, unreadable or extra.
    """
    folder = Path(folder)
    if not (folder / MANIFEST).exists():
        return [Problem(MANIFEST, "missing")]
    try:
        listed = {entry["name"]: entry for entry in read(folder)["files"]}
    except (CorruptFile, OSError) as error:
        return [Problem(MANIFEST, "changed", str(error))]
    present = dict(contents(folder))
    problems = [Problem(name, "extra") for name in present if name not in listed]
    for name, entry in listed.items():
        if name not in present:
            problems.append(Problem(name, "missing"))
        else:
            problems.extend(_compare(name, present[name], entry))
    return sorted(problems, key=lambda problem: problem.file)


def _compare(name: str, path: Path, entry: dict[str, Any]) -> list[Problem]:
    try:
        size = path.stat().st_size
        if size != entry["size"]:
            detail = f"{size} bytes, the manifest says {entry['size']}"
            return [Problem(name, "changed", detail)]
        if file_sha256(path) != entry["sha256"]:
            return [Problem(name, "changed", "same size, another SHA-256")]
    except OSError as error:
        return [Problem(name, "unreadable", str(error))]
    return []
