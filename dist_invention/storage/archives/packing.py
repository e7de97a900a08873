"""Put runs and folders into an open zip, hash what went in, and keep the list."""

from collections.abc import Callable, Iterable
import os
from pathlib import Path
import stat
import time
from typing import IO, Any
import zipfile

from dist_invention.storage.archives.archive import FoundRun, gone
from dist_invention.storage.archives.foreign import ForeignFolder
from dist_invention.storage.archives.inspection import Inspection, read_all
from dist_invention.storage.archives.member_names import folder_name, why_unsafe
from dist_invention.storage.archives.pinned import CutShort, PinnedFile, Taken
from dist_invention.storage.archives.result_kinds import may_grow
from dist_invention.storage.archives.unpacking import MANIFEST
from dist_invention.storage.archives.view import open_view
from dist_invention.storage.attempts import now
from dist_invention.storage.problems import Problem

SCHEMA = 1
FOREIGN = "foreign"  # the folder of the zip that holds what other tools wrote
TEXT = {".json", ".jsonl", ".csv", ".html", ".txt", ".log", ".md"}  # worth deflating


class ZipNotWritten(Exception):
    """The zip's own disk failed, which is no fault of the file that was being read.

    Example:
        >>> ZipNotWritten(OSError(28, "No space left on device")).reason.errno
        28
    """

    def __init__(self, reason: OSError):
        super().__init__(str(reason))
        self.reason = reason


class Packer:
    """Puts runs and folders into an open zip, and remembers what went in.

    Args:
        archive: A zip that is open for writing.

    Attributes:
        files: Name, size and SHA-256 of each file in it, from the bytes that went in.

    Example:
        >>> import io
        >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        ...     Packer(archive).add_run(FoundRun(Path("runs/a"), is_gone=True)).status
        'gone'
    """

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        self.files: list[dict[str, Any]] = []
        self._about: dict[str, list[dict[str, Any]]] = {"runs": [], "foreign": []}
        self._folders = [FOREIGN, MANIFEST]

    def manifest(self) -> dict[str, Any]:
        """Return the content of MANIFEST.json."""
        return {
            "schema": SCHEMA,
            "created_utc": now(),
            **self._about,
            "files": self.files,
        }

    def add_run(self, run: FoundRun) -> Inspection:
        """Add everything that a run holds."""
        folder = self._folder(os.path.basename(os.path.realpath(run.path)))
        if run.is_gone:
            return self._note("runs", folder, gone(run.path))
        with open_view(run.path) as view:
            refused = _refused(view.names)
            seen = read_all(view, self._reader(folder), refused)
        return self._note("runs", folder, seen)

    def add_foreign(self, unit: ForeignFolder) -> Inspection:
        """Add everything that counts in a folder of another tool."""
        folder = self._folder(f"{FOREIGN}/{unit.name}")
        add = self._reader(folder)
        problems = [*unit.problems, *_refused(name for name, _ in unit.files)]
        told = {problem.file for problem in problems}
        taken: dict[str, Path] = {}
        size = 0
        for name, path in unit.files:
            if name in told:
                continue
            try:
                with PinnedFile(path) as file:
                    size += add(name, file).size
                    taken[name] = path
                    if not (may_grow(name) or file.is_untouched()):
                        detail = "it was written while it was read; save once more"
                        problems.append(Problem(name, "changed", detail))
            except OSError as error:
                detail = error.strerror or str(error)
                problems.append(Problem(name, "unreadable", detail))
        return self._note(
            "foreign",
            folder,
            Inspection(
                unit.path, "other tool", tuple(taken.items()), size, tuple(problems)
            ),
        )

    def _folder(self, wanted: str) -> str:
        name = folder_name(wanted, self._folders)
        self._folders.append(name)
        return name

    def _note(self, kind: str, folder: str, seen: Inspection) -> Inspection:
        self._about[kind].append(
            {
                "folder": folder,
                "found_at": seen.path.absolute(),
                "status": seen.status,
                "note": seen.note,
                "problems": seen.problems,
            }
        )
        return seen

    def _reader(self, folder: str) -> Callable[[str, PinnedFile], Taken]:
        return lambda name, file: self._add(f"{folder}/{name}", file)

    def _add(self, member: str, file: PinnedFile) -> Taken:
        """Stream one file into the zip; what a failing disk gave of it stays in."""
        failed: CutShort | None = None
        try:
            with self.archive.open(
                _info(member, file), "w", force_zip64=True
            ) as zipped:
                try:
                    taken = file.take(_Sink(zipped))
                except CutShort as error:
                    failed, taken = error, error.taken
        except OSError as error:
            raise ZipNotWritten(error) from error
        entry = {"name": member, "size": taken.size, "sha256": taken.sha256}
        self.files.append(entry)
        if failed:
            detail = f"{failed.strerror}; the first {taken.size} bytes are in the zip"
            raise OSError(failed.errno, detail)
        return taken


class _Sink:
    """A member of the zip, whose failures are told from those of the file read."""

    def __init__(self, stream: IO[bytes]):
        self.stream = stream

    def write(self, chunk: bytes) -> None:
        try:
            self.stream.write(chunk)
        except OSError as error:
            raise ZipNotWritten(error) from error


def _info(member: str, file: PinnedFile) -> zipfile.ZipInfo:
    date = time.localtime(file.stat.st_mtime)[:6]
    date = min(max(date, (1980, 1, 1, 0, 0, 0)), (2107, 12, 31, 23, 59, 58))
    info = zipfile.ZipInfo(member, date_time=date)
    info.external_attr = (stat.S_IFREG | (file.stat.st_mode & 0o777)) << 16
    if Path(member).suffix in TEXT:
        info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _refused(names: Iterable[str]) -> list[Problem]:
    reasons = {name: why_unsafe(name) for name in names}
    return [
        Problem(name, "refused", f"{reason}; rename the file")
        for name, reason in reasons.items()
        if reason
    ]
