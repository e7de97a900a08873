"""One run's folder: create, lock, reopen, hand out paths, mark finished or failed."""

from collections.abc import Mapping, Sequence
import logging
from pathlib import Path
from typing import Any, Self

from dist_invention.storage import atomic, attempts, manifest, registry
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.local_state import configuration
from dist_invention.storage.copies.recovery import Recovered, recover
from dist_invention.storage.journal import Journal
from dist_invention.storage.lock import FolderLock

RESULTS = "results.json"
TURNS = ("opened", "failed", "finished")  # events that change the status
Places = Sequence[str | Path | Destination]

log = logging.getLogger(__name__)


def run_name(experiment: str, preset: str, seed: int, config_sha256: str) -> str:
    """Return the name of a run, which is the same for the same command.

    Example:
        >>> run_name("physics", "demo", 0, "0123456789abcdef")
        'physics-demo-s0-01234567'
    """
    return f"{experiment}-{preset}-s{seed}-{config_sha256[:8]}"


class RunFolder:
    """The folder of one run; `RunFolder(path)` reads, `RunFolder.open` writes.

    Args:
        path: The run's folder.

    Attributes:
        recovered: What `open` brought back from a destination; else `None`.

    Example:
        >>> import tempfile
        >>> about = {"config": {"seed": 0}, "config_sha256": "ab12"}
        >>> with RunFolder.open(tempfile.mkdtemp(), "demo-s0", about) as run:
        ...     run.status
        'new'
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.events = Journal(self.path / "events.jsonl")
        self.metrics = Journal(self.path / "metrics.jsonl")
        self.checkpoints = self.path / "checkpoints"
        self.stages = self.path / "stages"
        self.figures = self.path / "figures"
        self.recovered: Recovered | None = None
        self._lock = FolderLock(self.path)

    @classmethod
    def open(
        cls,
        runs_dir: Path | str,
        run_id: str,
        about: Mapping[str, Any],
        again: bool = False,
        destinations: Places = (),
    ) -> Self:
        """Create the run, or reopen the one of the same name, and lock it.

        What is newer at a destination than here is brought back first. A finished run
        is opened as it is: nothing in it changes.

        Args:
            runs_dir: The folder of runs, made where it is missing.
            run_id: Name of the run, as `run_name` gives it.
            about: The part of run.json that never changes: plain JSON values with at
                least `config` and `config_sha256`; `code` with `commit` and `dirty`.
            again: Where a finished run stands, start `<run_id>-2`, `-3` and so on.
            destinations: Where copies of it may lie.

        Raises:
            FolderNotWritable: If nothing can be saved in `runs_dir`.
            RunLocked: If another process writes in this run.
            RunBelongsToAnotherConfiguration: If its configuration is another one.
            ValueError: If `about` lacks its configuration, or the name is a path.
            CorruptFile: If run.json cannot be read.
        """
        attempts.check(run_id, about)
        atomic.check_writable(runs_dir)
        number, name = 1, run_id
        while True:
            run = cls(Path(runs_dir) / name)
            number, name = number + 1, f"{run_id}-{number + 1}"
            if again and run.status == "finished":
                continue
            atomic.check_writable(run.path)
            run._lock.acquire()
            try:
                if configuration(run.path / attempts.RUN) is not None:
                    attempts.check_same(run.path, about)
                run.recovered = recover(run.path, destinations)
                if not (again and run.status == "finished"):
                    run.begin(about)
                    return run
                run._register()  # it was finished at a destination; now it is here
            except BaseException:
                run.close()
                raise
            run.close()

    @property
    def run_id(self) -> str:
        """The run's name, which is its folder's name."""
        return self.path.name

    @property
    def status(self) -> str:
        """How far it is: `"new"`, `"unfinished"`, `"finished"` or `"failed"`.

        Finished: results.json and manifest.json are both there. Failed: it
        did, and nobody opened it since. New: no checkpoint to resume from.
        """
        sealed = (self.path / manifest.MANIFEST).exists()
        if sealed and (self.path / RESULTS).exists():
            return "finished"
        turns = [e["event"] for e in self.events.read() if e.get("event") in TURNS]
        if turns and turns[-1] == "failed":
            return "failed"
        begun = self.checkpoints.is_dir() and any(self.checkpoints.glob("g*.npz"))
        return "unfinished" if begun else "new"

    @property
    def about(self) -> dict[str, Any]:
        """The content of run.json. Raises CorruptFile or OSError."""
        return attempts.read(self.path)

    def record(self, event: str, **details: Any) -> None:
        """Append an event, such as `"stage_started"`, with its UTC time, durably."""
        self.events.append({"time": attempts.now(), "event": event, **details})

    def artifact(self, name: str) -> Path:
        """Return the path of a file such as `"figures/near.json"`, its folder made.

        Raises:
            ValueError: If the name leads out of the run.
        """
        if Path(name).is_absolute() or ".." in Path(name).parts or not Path(name).parts:
            raise ValueError(
                "Expected a name inside the run, such as `figures/near.json`. "
                f"Received: {name!r}. Name the file relative to the run."
            )
        path = self.path / name
        atomic.make_folder(path.parent)
        return path

    def save_text(self, name: str, content: str) -> Path:
        """Write UTF-8 text into the run atomically, such as report.html."""
        path = self.artifact(name)
        atomic.write_text(path, content)
        return path

    def stage_folder(self, index: int, name: str) -> Path:
        """Return the folder of a stage, made: `stages/01-name` for index 0.

        Raises:
            ValueError: If the name is empty or holds a slash.
        """
        if not name or "/" in name:
            raise ValueError(
                "Expected the name of a stage to be one word of a path. "
                f"Received: {name!r}. Rename the stage, as in `far-laws`."
            )
        return atomic.make_folder(self.stages / f"{index + 1:02d}-{name}")

    def seal(self, results: Mapping[str, Any]) -> dict[str, Any]:
        """Write results.json, then the manifest; the run is finished.

        The last event is `finished`. From here on the journals refuse lines. The
        manifest is returned.
        """
        atomic.sweep(self.path)
        atomic.write_json(self.path / RESULTS, results)
        self.record("finished")
        self.metrics.sync()
        self._freeze()
        return manifest.write(self.path)

    def fail(self, reason: str) -> None:
        """Record why the run failed; the same command resumes it, if not sealed."""
        if self.events.is_frozen:  # what came after the seal is not the run's failure
            log.error("%s is sealed; what failed after that: %s", self.path, reason)
            return
        self.record("failed", reason=reason)

    def close(self) -> None:
        """Give the lock back; doing so twice is harmless."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def begin(self, about: Mapping[str, Any]) -> None:
        """Check the folder against what is asked, and record this attempt."""
        if (self.path / attempts.RUN).exists():
            attempts.check_same(self.path, about)
        if self.status == "finished":
            self._freeze()
            if self.recovered:
                self._register()
            return
        atomic.sweep(self.path)
        for folder in (self.checkpoints, self.stages, self.figures):
            atomic.make_folder(folder)
        attempt = attempts.add(self.path, about)
        self.record("opened", **attempt)
        if self.recovered:
            found = self.recovered
            self.record(
                "recovered", url=found.label, step=found.step, files=found.files
            )
        self._register()

    def _register(self) -> None:
        try:
            registry.register(self.path)
        except OSError as error:
            log.warning(
                "The registry of runs in %s cannot be written (%s). This run is safe, "
                "but save_all_results.py finds it only when given its folder: %s",
                *(registry.home(), error, self.path),
            )

    def _freeze(self) -> None:
        self.events.freeze()
        self.metrics.freeze()


def open_run(
    runs_dir: Path | str,
    run_id: str,
    about: Mapping[str, Any],
    again: bool = False,
    destinations: Places = (),
) -> RunFolder:
    """Call `RunFolder.open`; floors above use this name, since they may not `open`."""
    return RunFolder.open(runs_dir, run_id, about, again, destinations)
