"""Files that survive. Nothing else in the project writes to disk."""

from dist_invention.storage.archive import FoundRun, Inspection, find_runs, inspect
from dist_invention.storage.arrays import read_arrays, write_arrays
from dist_invention.storage.atomic import (
    FolderNotWritable,
    TooLittleRoom,
    atomic_file,
    check_writable,
    free_bytes,
    require_room,
    sweep,
    write_bytes,
    write_json,
    write_text,
)
from dist_invention.storage.attempts import (
    RunBelongsToAnotherConfiguration,
    code_change,
)
from dist_invention.storage.bundle import Bundle, check_bundle, write_bundle
from dist_invention.storage.checkpoints import CheckpointFolder
from dist_invention.storage.destinations import (
    Destination,
    DestinationNotUsable,
    without_password,
)
from dist_invention.storage.encoding import canonical_sha256, to_json
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.journal import Journal, JournalFrozen
from dist_invention.storage.lock import RunLocked
from dist_invention.storage.manifest import Problem
from dist_invention.storage.mirror import Mirror, refuse_copies_of_itself
from dist_invention.storage.run import RunFolder, open_run, run_name

__all__ = [
    "Bundle",
    "CheckpointFolder",
    "CorruptFile",
    "Destination",
    "DestinationNotUsable",
    "FolderNotWritable",
    "FoundRun",
    "Inspection",
    "Journal",
    "JournalFrozen",
    "Mirror",
    "Problem",
    "RunBelongsToAnotherConfiguration",
    "RunFolder",
    "RunLocked",
    "TooLittleRoom",
    "atomic_file",
    "canonical_sha256",
    "check_bundle",
    "check_writable",
    "code_change",
    "file_sha256",
    "find_runs",
    "free_bytes",
    "inspect",
    "open_run",
    "read_arrays",
    "refuse_copies_of_itself",
    "require_room",
    "run_name",
    "sweep",
    "to_json",
    "without_password",
    "write_arrays",
    "write_bundle",
    "write_bytes",
    "write_json",
    "write_text",
]
