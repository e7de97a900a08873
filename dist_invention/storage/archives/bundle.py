"""Many runs in one zip that is unpacked and re-hashed before it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import zipfile

from dist_invention.storage.archives.archive import FoundRun
from dist_invention.storage.archives.foreign import ForeignFolder, settle
from dist_invention.storage.archives.inspection import Inspection
from dist_invention.storage.archives.packing import Packer, ZipNotWritten
from dist_invention.storage.archives.scratch import scratch_folder
from dist_invention.storage.archives.unpacking import (
    MANIFEST,
    SPARE_BYTES,
    prove_bundle,
)
from dist_invention.storage.atomic import make_folder, require_room, sync, sync_folder
from dist_invention.storage.encoding import to_json
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.listing import list_files


@dataclass(frozen=True)
class Bundle:
    """A zip of runs that was unpacked and read back whole.

    Args:
        path: The zip.
        sha256: SHA-256 of the zip.
        files: Number of files in it, without its manifest.
        runs: What was read of each run while it was put in.
        foreign: The same of each folder of another tool.
        tested: How it was proved, for people.

    Example:
        >>> Bundle(Path("results.zip"), "ab12", 3).runs
        ()
    """

    path: Path
    sha256: str
    files: int
    runs: tuple[Inspection, ...] = ()
    foreign: tuple[Inspection, ...] = ()
    tested: str = "unpacked"


def write_bundle(
    runs: Sequence[FoundRun],
    target: Path | str,
    foreign: Sequence[ForeignFolder] = (),
) -> Bundle:
    """Zip runs with a manifest of all files, atomically, and prove that it unpacks.

    Files are taken as bytes, whatever they are; nothing is unpickled. Each is hashed
    from the bytes that went in, and a run is judged by these hashes. One that is still
    going goes in as it was at one moment.

    Args:
        runs: As `find_runs` returns them. Those that are gone hold no files.
        target: The zip to write.
        foreign: Folders of other tools, as `find_foreign` returns them.

    Raises:
        TooLittleRoom: If the disk cannot hold it.
        CorruptFile: If the zip does not read back as it was written.
        OSError: If the disk is full or fails; nothing is left then.
    """
    target = Path(target)
    make_folder(target.parent)
    require_room(target.parent, size_of(runs, foreign) + SPARE_BYTES)
    settle(foreign)
    with scratch_folder(target.parent) as work:
        temp = work / target.name
        try:
            with zipfile.ZipFile(temp, "w") as archive:
                packer = Packer(archive)
                seen = tuple(packer.add_run(run) for run in runs)
                others = tuple(packer.add_foreign(unit) for unit in foreign)
                archive.writestr(MANIFEST, to_json(packer.manifest(), indent=1))
        except ZipNotWritten as error:
            raise error.reason from error
        wrong, tested = prove_bundle(temp, work)
        if wrong:
            raise CorruptFile(
                f"Expected {target} to read back as it was written. "
                f"Received: {'; '.join(map(str, wrong))}. "
                "Write it to another disk."
            )
        digest = file_sha256(temp)
        sync(temp)
        os.replace(temp, target)
    sync_folder(target.parent)
    return Bundle(target, digest, len(packer.files), seen, others, tested)


def size_of(runs: Sequence[FoundRun], foreign: Sequence[ForeignFolder]) -> int:
    """Return the bytes that a bundle of these takes at most; nothing is opened."""
    paths = [path for unit in foreign for _, path in unit.files]
    for run in runs:
        paths.extend(path for _, path in list_files(run.path).files)
    size = 0
    for path in paths:
        try:
            size += path.stat().st_size
        except OSError:  # pruned, or told when it is read
            continue
    return size
