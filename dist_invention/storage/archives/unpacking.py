"""Prove a bundle: unpack it or read it through, and let no member out of its folder."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
import errno
import json
from pathlib import Path
import shutil
import stat
from typing import Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from dist_invention.storage.archives.member_names import why_unsafe
from dist_invention.storage.atomic import free_bytes, write_bytes
from dist_invention.storage.hashing import CHUNK_BYTES, file_sha256, stream_sha256
from dist_invention.storage.problems import Problem

MANIFEST = "MANIFEST.json"
MAX_MANIFEST_BYTES = 1 << 30
SPARE_BYTES = 1 << 20
MAX_DEPTH = 200  # Python makes and removes folders by recursion
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Read = Callable[[str, BinaryIO], str]


def check_bundle(path: Path | str) -> list[Problem]:
    """Re-hash every member of a bundle against the manifest inside it.

    Returns:
        Members that are missing, changed, extra or refused; the zip itself where it
        cannot be opened.
    """
    return _prove(Path(path), lambda name, stream: stream_sha256(stream))


def unpack_bundle(path: Path | str, folder: Path | str) -> list[Problem]:
    """Unpack a bundle into an empty folder and re-hash every file there.

    A member whose name leads out of the folder, that is a link or a device, or that is
    there twice, is refused: nothing is written for it.

    Returns:
        What differs from the manifest in it, as `check_bundle` does.

    Raises:
        OSError: If the folder cannot be written.
    """
    home = Path(folder)

    def read(name: str, stream: BinaryIO) -> str:
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "xb") as sink:
            shutil.copyfileobj(stream, sink, CHUNK_BYTES)
        return file_sha256(target)

    home.mkdir(parents=True, exist_ok=True)
    problems = _prove(Path(path), read)
    if not any(problem.file == Path(path).name for problem in problems):
        with ZipFile(path) as archive:
            write_bytes(home / MANIFEST, archive.read(MANIFEST))
    return problems


def prove_bundle(path: Path | str, work: Path | str) -> tuple[list[Problem], str]:
    """Unpack a bundle where there is room for that, else read it through.

    Args:
        path: The zip.
        work: A folder for what is unpacked; whoever lent it removes that.

    Returns:
        What differs, and how it was tested, for people.
    """
    reason = "there is too little room to unpack it"
    try:
        with ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
            depth = max(name.count("/") for name in [*archive.namelist(), ""])
        if depth > MAX_DEPTH:
            reason = "its folders are too deep to unpack"
        elif free_bytes(work) > size + SPARE_BYTES:
            return unpack_bundle(path, Path(work) / "unpacked"), "unpacked"
    except BadZipFile as error:
        return [_unreadable(Path(path), error)], "not opened"
    except OSError as error:
        if error.errno not in FULL:
            raise
    return check_bundle(path), f"read through, since {reason},"


def read_manifest(archive: ZipFile) -> dict[str, Any]:
    """Return the manifest of an open bundle.

    Raises:
        ValueError: If it is not that of a bundle.
        KeyError: If there is none.
    """
    info = archive.getinfo(MANIFEST)
    if info.file_size > MAX_MANIFEST_BYTES:
        raise ValueError(f"its {MANIFEST} claims {info.file_size} bytes")
    return parse_manifest(archive.read(MANIFEST))


def parse_manifest(content: bytes) -> dict[str, Any]:
    """Return the manifest of a bundle that some bytes are.

    Raises:
        ValueError: If they are not one.
    """
    try:
        manifest = json.loads(content)
        if not isinstance(manifest["files"], list):
            raise TypeError("its files are no list")
        for entry in manifest["files"]:
            known = entry["name"], entry["sha256"]
            if [type(value) for value in known] != [str, str]:
                raise TypeError(f"{entry} is no name and SHA-256")
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"its {MANIFEST} is not that of a bundle: {error}") from error
    return manifest


def _prove(path: Path, read: Read) -> list[Problem]:
    try:
        with ZipFile(path) as archive:
            files = read_manifest(archive)["files"]
            members, problems = _members(archive)
            refused = {problem.file for problem in problems}
            for entry in files:
                name = entry["name"]
                if name in members:
                    problems += _check(archive, members.pop(name), entry, read)
                elif name not in refused:
                    problems.append(Problem(name, "missing"))
            problems.extend(Problem(name, "extra") for name in members)
    except Exception as error:  # damaged bytes can raise anything; it is passed on
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        return [_unreadable(path, error)]
    return sorted(problems, key=lambda problem: problem.file)


def _members(archive: ZipFile) -> tuple[dict[str, ZipInfo], list[Problem]]:
    """Return the members that may be read, by name, and those that are refused."""
    members: dict[str, ZipInfo] = {}
    problems = []
    count = Counter(info.filename for info in archive.infolist())
    twice = [name for name, times in count.items() if times > 1]
    for info in archive.infolist():
        reason = _why_refused(info, twice)
        if reason:
            problems.append(Problem(info.filename, "refused", reason))
        elif info.filename != MANIFEST:
            members[info.filename] = info
    return members, problems


def _why_refused(info: ZipInfo, twice: Collection[str]) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.filename in twice:
        return "it is there twice"
    if kind == stat.S_IFLNK:
        return "it is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is no regular file"
    if info.flag_bits & 1:
        return "it is encrypted"
    return why_unsafe(info.orig_filename.removesuffix("/"))


def _check(
    archive: ZipFile, info: ZipInfo, entry: Mapping[str, Any], read: Read
) -> list[Problem]:
    name = entry["name"]
    if info.file_size != entry.get("size", info.file_size):
        detail = f"{info.file_size} bytes, the manifest says {entry['size']}"
        return [Problem(name, "changed", detail)]
    try:
        with archive.open(info) as stream:
            same = read(name, cast(BinaryIO, stream)) == entry["sha256"]
    except Exception as error:  # damaged bytes can raise anything; it is passed on
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        return [Problem(name, "changed", f"{type(error).__name__}: {error}")]
    return [] if same else [Problem(name, "changed", "another SHA-256")]


def _unreadable(path: Path, error: Exception) -> Problem:
    return Problem(path.name, "unreadable", f"{type(error).__name__}: {error}")
