"""What a supervisor knows of a run, and writes down about it while nobody trains."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import json
from pathlib import Path

from dist_invention.launch.worker import Attempt
from dist_invention.runtime import exit_codes
from dist_invention.runtime.micro_batches import micro_batches_now, next_micro_batches
from dist_invention.storage import CheckpointFolder, CorruptFile, RunFolder, RunLocked
from dist_invention.storage.lock import FolderLock


class NotWritten(RuntimeError):
    """An event could not be put into the run's journal."""


@dataclass(frozen=True, order=True)
class Standing:
    """How far a run has come; later is larger.

    Args:
        is_sealed: Whether it is finished.
        step: Step of the newest checkpoint, -1 without one.

    Example:
        >>> Standing(step=5) < Standing(step=12) < Standing(is_sealed=True)
        True
    """

    is_sealed: bool = False
    step: int = -1

    def __str__(self) -> str:
        if self.is_sealed:
            return "sealed"
        return "no checkpoint" if self.step < 0 else f"checkpoint at step {self.step}"


def run_of(handover: Path) -> Path | None:
    """Return the run folder that a worker named, `None` if none got so far."""
    try:
        return Path(json.loads(handover.read_text(encoding="utf-8"))["run"])
    except FileNotFoundError:
        return None


def standing(run: Path | None) -> Standing:
    """Return how far a run has come."""
    if run is None:
        return Standing()
    steps = CheckpointFolder(run / "checkpoints").steps
    return Standing(_is_sealed(run), steps[-1] if steps else -1)


def reason_of(attempt: Attempt) -> str:
    """Return in words how an attempt ended.

    Example:
        >>> reason_of(Attempt(-11, 2.0))
        'killed by SIGSEGV'
    """
    if attempt.signal == "SIGKILL":
        return "killed by SIGKILL, as when the machine has no memory left"
    if attempt.signal:
        return f"killed by {attempt.signal}"
    return exit_codes.in_words(attempt.exit_code)


def record_end(run: Path, attempt: Attempt, step: int) -> None:
    """Write into the journal how an attempt ended; a sealed run stays as it is.

    Raises:
        NotWritten: If the run is in use, its journal damaged or the disk full.
    """
    with _writing(run) as folder:
        if folder is not None:
            folder.record(
                "ended",
                exit_code=attempt.exit_code,
                signal=attempt.signal,
                reason=reason_of(attempt),
                seconds=round(attempt.seconds, 2),
                step=step,
                host_peak_mebibytes=attempt.host_peak_mebibytes,
                last_lines=list(attempt.last_lines),
            )


def raise_micro_batches(run: Path, step: int) -> tuple[int, int | None]:
    """Let the next attempt cut its batches into more parts.

    Args:
        run: The run's folder.
        step: Step from which the next attempt goes on.

    Returns:
        The number before and the new one, which is `None` where a part is one example
        already.

    Raises:
        NotWritten: If the run is sealed or in use, its journal damaged or the disk
            full.
    """
    with _writing(run) as folder:
        if folder is None:
            raise NotWritten(f"{run} is sealed")
        config = folder.about["config"]
        before = micro_batches_now(folder.events.read(), config["micro_batches"])
        now = next_micro_batches(config["batch_size"], before)
        if now is not None:
            _set(folder, before, now, step, "out of memory")
        return before, now


def put_back_micro_batches(run: Path, number: int, step: int) -> None:
    """Take raises back that did not help, so that the same command begins anew.

    Raises:
        NotWritten: If the run is in use, its journal damaged or the disk full.
    """
    with _writing(run) as folder:
        if folder is not None:
            before = micro_batches_now(folder.events.read(), number)
            _set(folder, before, number, step, "more did not help")


def _set(folder: RunFolder, before: int, now: int, step: int, reason: str) -> None:
    folder.record(
        "micro_batches",
        micro_batches=now,
        before=before,
        reason=reason,
        step=max(0, step),
    )


def _is_sealed(run: Path) -> bool:
    return RunFolder(run).status == "finished"


@contextmanager
def _writing(run: Path) -> Iterator[RunFolder | None]:
    """Lend the run, locked; `None` where it is sealed and takes no more lines."""
    try:
        lock = FolderLock(run)
        lock.acquire()
        try:
            yield None if _is_sealed(run) else RunFolder(run)
        finally:
            lock.release()
    except (OSError, CorruptFile, RunLocked) as error:
        raise NotWritten(str(error)) from error
