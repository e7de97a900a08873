"""Many runs in one zip that is reopened and re-hashed before it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import hashlib
import json
from pathlib import Path
from typing import Any
import zipfile
import zlib

from dist_invention.storage.archive import Inspection
from dist_invention.storage.atomic import atomic_file, make_folder, require_room
from dist_invention.storage.attempts import now
from dist_invention.storage.encoding import to_json
from dist_invention.storage.hashing import (
    CHUNK_BYTES,
    CorruptFile,
    file_sha256,
    stream_sha256,
)
from dist_invention.storage.manifest import Problem

MANIFEST = "MANIFEST.json"
SCHEMA = 1
TEXT = {".json", ".jsonl", ".csv", ".html", ".txt", ".log", ".md"}  # worth deflating
SPARE_BYTES = 1 << 20


@dataclass(frozen=True)
class Bundle:
    """A zip of runs that was read back whole.

    Args:
        path: The zip.
        sha256: SHA-256 of the zip.
        files: Number of files in it, without its manifest.
        problems: Files that could not be read and are not in it, by run and name.

    Example:
        >>> Bundle(Path("results.zip"), "ab12", 3).problems
        ()
    """

    path: Path
    sha256: str
    files: int
    problems: tuple[Problem, ...] = ()


def write_bundle(runs: Sequence[Inspection], target: Path | str) -> Bundle:
    """Zip runs with a manifest of all files, atomically, and prove that it unpacks.

    Files are taken as bytes, whatever they are; nothing is unpickled or parsed.

    Args:
        runs: As `archive.inspect` returns them; what each lacks goes into the
            manifest. Those that are gone hold no files.
        target: The zip to write.

    Raises:
        TooLittleRoom: If the disk cannot hold it.
        CorruptFile: If the zip does not read back as it was written.
        OSError: If the disk is full or fails; nothing is left then.
    """
    target = Path(target)
    make_folder(target.parent)
    require_room(target.parent, sum(run.size for run in runs) + SPARE_BYTES)
    problems: list[Problem] = []
    with atomic_file(target) as temp:
        with zipfile.ZipFile(temp, "w", strict_timestamps=False) as archive:
            content = _add_runs(archive, runs, problems)
            archive.writestr(MANIFEST, to_json(content, indent=1))
        wrong = check_bundle(temp)
        if wrong:
            raise CorruptFile(
                f"Expected {target} to read back as it was written. "
                f"Received: {'; '.join(map(str, wrong))}. "
                "Write it to another disk."
            )
        digest = file_sha256(temp)
    return Bundle(target, digest, len(content["files"]), tuple(problems))


def check_bundle(path: Path | str) -> list[Problem]:
    """Re-hash every member of a bundle against the manifest inside it.

    Returns:
        Members that are missing, changed or extra; the zip itself where it cannot be
        opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            listed = {
                entry["name"]: entry["sha256"]
                for entry in json.loads(archive.read(MANIFEST))["files"]
            }
            present = set(archive.namelist()) - {MANIFEST}
            problems = [Problem(name, "extra") for name in present - set(listed)]
            for name, sha256 in listed.items():
                problems.extend(_check_member(archive, name, sha256, present))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError) as error:
        return [Problem(Path(path).name, "unreadable", str(error))]
    return sorted(problems, key=lambda problem: problem.file)


def _check_member(
    archive: zipfile.ZipFile, name: str, sha256: str, present: set[str]
) -> list[Problem]:
    if name not in present:
        return [Problem(name, "missing")]
    try:
        with archive.open(name) as stream:
            same = stream_sha256(stream) == sha256  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return [Problem(name, "changed", str(error))]
    return [] if same else [Problem(name, "changed")]


def _add_runs(
    archive: zipfile.ZipFile, runs: Sequence[Inspection], problems: list[Problem]
) -> dict[str, Any]:
    folders = _folders(runs)
    files = []
    for run in runs:
        for name, path in run.files:
            member = f"{folders[run.path]}/{name}"
            try:
                file_sha256(path)  # an unreadable file must not begin a member
            except OSError as error:
                problems.append(Problem(member, "unreadable", str(error)))
                continue
            files.append(_add(archive, member, path))
    return {
        "schema": SCHEMA,
        "created_utc": now(),
        "runs": [
            {
                "folder": folders[run.path],
                "found_at": run.path.absolute(),
                "status": run.status,
                "problems": run.problems,
            }
            for run in runs
        ],
        "files": files,
    }


def _add(archive: zipfile.ZipFile, member: str, path: Path) -> dict[str, Any]:
    """Stream one file into the zip; the hash is that of the bytes that went in."""
    info = zipfile.ZipInfo.from_file(path, member, strict_timestamps=False)
    if path.suffix in TEXT:
        info.compress_type = zipfile.ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as source, archive.open(info, "w", force_zip64=True) as sink:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            sink.write(chunk)
            size += len(chunk)
    return {"name": member, "size": size, "sha256": digest.hexdigest()}


def _folders(runs: Sequence[Inspection]) -> Mapping[Path, str]:
    """Give each run a folder of its own in the zip, named as the run where it can."""
    folders: dict[Path, str] = {}
    for run in runs:
        name, number = run.path.name, 1
        while name in folders.values():
            number += 1
            name = f"{run.path.name}~{number}"
        folders[run.path] = name
    return folders
