"""Files that survive. Nothing else in the project writes to disk."""

from dist_invention.storage.archives.archive import (
    FoundRun,
    find_runs,
    holds_files,
    inspect,
)
from dist_invention.storage.archives.bundle import Bundle, write_bundle
from dist_invention.storage.archives.delivery import (
    Arrival,
    NoFolderTakesIt,
    deliver,
    local_folder,
    write_anywhere,
)
from dist_invention.storage.archives.foreign import ForeignFolder, LeftOut, find_foreign
from dist_invention.storage.archives.inspection import Inspection
from dist_invention.storage.archives.unpacking import check_bundle, unpack_bundle
from dist_invention.storage.archives.verdict import Verdict
from dist_invention.storage.archives.verify import verify_place
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
from dist_invention.storage.checkpoints import CheckpointFolder
from dist_invention.storage.copies.copies_of_itself import refuse_copies_of_itself
from dist_invention.storage.copies.destinations import (
    Destination,
    DestinationNotUsable,
    without_password,
)
from dist_invention.storage.copies.mirror import Mirror
from dist_invention.storage.copies.recovery import Recovered, recover
from dist_invention.storage.copies.standing import Patience
from dist_invention.storage.encoding import canonical_sha256, to_json
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.journal import Journal, JournalFrozen
from dist_invention.storage.lock import RunLocked
from dist_invention.storage.problems import Problem, printable
from dist_invention.storage.reopening import REREAD, reopen, times_sealed
from dist_invention.storage.run import RunFolder, open_run, run_name
from dist_invention.storage.terminal import TerminalLog
from dist_invention.storage.writer import (
    NotFiniteState,
    SnapshotWriter,
    Written,
    lower_priority,
    refuse_nonfinite,
)

__all__ = [
    "REREAD",
    "Arrival",
    "Bundle",
    "CheckpointFolder",
    "CorruptFile",
    "Destination",
    "DestinationNotUsable",
    "FolderNotWritable",
    "ForeignFolder",
    "FoundRun",
    "Inspection",
    "Journal",
    "JournalFrozen",
    "LeftOut",
    "Mirror",
    "NoFolderTakesIt",
    "NotFiniteState",
    "Patience",
    "Problem",
    "Recovered",
    "RunBelongsToAnotherConfiguration",
    "RunFolder",
    "RunLocked",
    "SnapshotWriter",
    "TerminalLog",
    "TooLittleRoom",
    "Verdict",
    "Written",
    "atomic_file",
    "canonical_sha256",
    "check_bundle",
    "check_writable",
    "code_change",
    "deliver",
    "file_sha256",
    "find_foreign",
    "find_runs",
    "free_bytes",
    "holds_files",
    "inspect",
    "local_folder",
    "lower_priority",
    "open_run",
    "printable",
    "read_arrays",
    "recover",
    "refuse_copies_of_itself",
    "refuse_nonfinite",
    "reopen",
    "require_room",
    "run_name",
    "sweep",
    "times_sealed",
    "to_json",
    "unpack_bundle",
    "verify_place",
    "without_password",
    "write_anywhere",
    "write_arrays",
    "write_bundle",
    "write_bytes",
    "write_json",
    "write_text",
]
