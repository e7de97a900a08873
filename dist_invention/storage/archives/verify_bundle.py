"""Prove a bundle, zipped or unpacked, and each run in it by the run's own manifest."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from dist_invention.storage import manifest
from dist_invention.storage.archives.unpacking import (
    MANIFEST,
    check_bundle,
    parse_manifest,
    read_manifest,
)
from dist_invention.storage.archives.verdict import Verdict
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.listing import list_files
from dist_invention.storage.problems import Problem


def looks_like_bundle(path: Path) -> bool:
    """Whether a zip carries the manifest of a bundle; nothing else is read."""
    try:
        with ZipFile(path) as archive:
            read_manifest(archive)
    except Exception:  # damaged bytes can raise anything; then it does not
        return False
    return True


def looks_unpacked(folder: Path) -> bool:
    """Whether a folder is an unpacked bundle; one whose manifest is no JSON counts."""
    try:
        return "files" in json.loads((folder / MANIFEST).read_bytes())
    except (ValueError, RecursionError, OSError):
        return True
    except TypeError:  # a number
        return False


def verify_zip(path: Path, name: str) -> list[Verdict]:
    """Re-hash every member of a zip, then look at each run in it.

    Args:
        path: The zip.
        name: Where it lies, for people.
    """
    problems = check_bundle(path)
    try:
        with ZipFile(path) as archive:
            content = read_manifest(archive)
            inside = list(_inside(content, name, archive.read))
    except Exception:  # damaged bytes can raise anything; check_bundle has told it
        return [Verdict(name, "bundle", 0, tuple(problems))]
    return [Verdict(name, "bundle", len(content["files"]), tuple(problems)), *inside]


def verify_unpacked(folder: Path) -> list[Verdict]:
    """Re-hash an unpacked bundle against its MANIFEST.json, then look at each run."""
    name = str(folder)
    try:
        content = parse_manifest((folder / MANIFEST).read_bytes())
    except (ValueError, OSError) as error:
        problem = Problem(MANIFEST, "unreadable", str(error))
        return [Verdict(name, "unpacked bundle", 0, (problem,))]
    listing = list_files(folder)
    problems, found = list(listing.problems), {}
    for member, path in listing.files:
        try:
            found[member] = path.stat().st_size, file_sha256(path)
        except OSError as error:
            problems.append(Problem(member, "unreadable", str(error)))
    found.pop(MANIFEST, None)
    wrong = manifest.compare(content, found, problems)
    whole = Verdict(name, "unpacked bundle", len(found), tuple(wrong))
    return [whole, *_inside(content, name, lambda m: (folder / m).read_bytes())]


def _inside(
    content: Mapping[str, Any], name: str, read: Callable[[str], bytes]
) -> Iterator[Verdict]:
    """Yield a verdict on each run and foreign folder, as it was when it was saved."""
    parts = (*content.get("runs", ()), *content.get("foreign", ()))
    files = _by_folder(content["files"], {about["folder"] for about in parts})
    for about in parts:
        folder = about["folder"]
        own = files.get(folder, {})
        problems = [
            Problem(p["file"], p["what"], p.get("detail", ""))
            for p in about.get("problems", ())
        ]
        problems += _differs_from_own(f"{folder}/", own, read)
        known = {(problem.file, problem.what): problem for problem in problems}
        status = about.get("status", "run")
        yield Verdict(name, status, len(own), tuple(known.values()), folder)


def _by_folder(
    entries: Iterable[Mapping[str, Any]], folders: Collection[str]
) -> dict[str, dict[str, tuple[int | None, str]]]:
    """Return size and SHA-256 of each file by its folder in the bundle and its name."""
    files: dict[str, dict[str, tuple[int | None, str]]] = {}
    for entry in entries:
        parts = entry["name"].split("/")
        starts = ("/".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
        folder = next((start for start in starts if start in folders), None)
        if folder is not None:
            name = entry["name"].removeprefix(f"{folder}/")
            files.setdefault(folder, {})[name] = entry.get("size"), entry["sha256"]
    return files


def _differs_from_own(
    start: str, own: dict[str, tuple[int | None, str]], read: Callable[[str], bytes]
) -> list[Problem]:
    """Compare the files of a run in a bundle with the run's own manifest, if any."""
    if manifest.MANIFEST not in own or start.startswith("foreign/"):
        return []
    try:
        sealed = manifest.parse(read(start + manifest.MANIFEST), manifest.MANIFEST)
    except CorruptFile as error:
        return [Problem(manifest.MANIFEST, "changed", str(error))]
    except OSError as error:
        return [Problem(manifest.MANIFEST, "unreadable", str(error))]
    found = {name: taken for name, taken in own.items() if name != manifest.MANIFEST}
    return manifest.compare(sealed, found, [])
