"""What reading every file of a run showed: its state, and all that it lacks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from dist_invention.storage import attempts, manifest
from dist_invention.storage.archives.pinned import PinnedFile, Taken
from dist_invention.storage.archives.versions import JOURNALS
from dist_invention.storage.archives.view import CHECKPOINTS, RunView
from dist_invention.storage.checkpoints import NAME
from dist_invention.storage.hashing import CorruptFile
from dist_invention.storage.problems import Problem
from dist_invention.storage.run import RESULTS

UNSEALED = "the run is not sealed"
TURNS = ("opened", "failed", "finished")  # events that change the status

Read = Callable[[str, PinnedFile], Taken]


@dataclass(frozen=True)
class Inspection:
    """What reading every file of a run, or of a folder of another tool, showed.

    Args:
        path: The folder.
        status: `"finished"`, `"running"` (a process is writing in it), `"unfinished"`,
            `"new"`, `"failed"`, `"damaged"` (its journal cannot be read), `"older
            version"`, `"newer version"`, `"gone"`, or `"other tool"`.
        files: `(name, path)` of each file that was read, without lock and temporaries.
        size: Bytes of those files together.
        problems: What is missing, changed, unreadable, leads out, or extra.
        note: How far a running run was when it was read.

    Example:
        >>> Inspection(Path("a"), "gone", (), 0, (Problem("a", "missing"),)).is_whole
        False
    """

    path: Path
    status: str
    files: tuple[tuple[str, Path], ...]
    size: int
    problems: tuple[Problem, ...]
    note: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing or damaged; an extra file harms nothing."""
        return all(problem.is_harmless for problem in self.problems)

    @property
    def is_whole(self) -> bool:
        """Whether it is sound, and nothing more is to come."""
        return self.is_sound and self.status != "running"


def read_all(view: RunView, read: Read, known: Sequence[Problem] = ()) -> Inspection:
    """Read every file of a view once, and judge the run by what was read.

    Args:
        view: An open one.
        read: Told each name and open file; reads it and returns what it took.
        known: Problems found before.
    """
    taken: dict[str, Taken] = {}
    problems = [*view.listing.problems, *known]
    refused = {problem.file for problem in known}
    for name in view.names:
        if name in refused:
            continue
        try:
            with view.open(name) as file:
                taken[name] = read(name, file)
        except FileNotFoundError:
            if view.is_sealed:  # elsewhere it was pruned, or is not written yet
                problems.append(Problem(name, "missing"))
        except OSError as error:
            problems.append(Problem(name, "unreadable", error.strerror or str(error)))
    status, found = _judge(view, taken, problems)
    paths = tuple((name, view.path / name) for name in sorted(taken))
    size = sum(file.size for file in taken.values())
    note = _progress(view) if status == "running" else ""
    return Inspection(view.path, status, paths, size, tuple(found), note)


def _judge(
    view: RunView, taken: Mapping[str, Taken], problems: list[Problem]
) -> tuple[str, list[Problem]]:
    """Return the status and every problem."""
    events, damage = _events(view)
    is_lost = any(problem.file == JOURNALS[0] for problem in damage)
    status = _status(view, None if is_lost else events)
    if view.is_sealed:
        try:
            sealed = manifest.read(view.path)
        except (CorruptFile, OSError) as error:
            damage = [Problem(manifest.MANIFEST, "changed", str(error))]
        else:
            found = {n: (t.size, t.sha256) for n, t in taken.items()}
            found.pop(manifest.MANIFEST, None)
            return status, manifest.compare(sealed, found, problems)
    if view.version:
        version, reason = view.version
        return version, [*problems, Problem(".", version, f"{reason}; saved as it is")]
    if not view.is_sealed:
        damage.extend(_lacks(view, taken, status, events))
    return status, sorted([*problems, *damage], key=lambda problem: problem.file)


def _events(view: RunView) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return the lines of events.jsonl, and which journals do not read."""
    events: list[dict[str, Any]] = []
    problems = []
    for name in JOURNALS:
        try:
            with view.open(name) as file:
                content = file.read()
        except OSError:  # missing or unreadable, which is told already
            continue
        for number, line in enumerate(content.split(b"\n")[:-1], 1):
            try:
                event = dict(json.loads(line))
            except (ValueError, TypeError, RecursionError):
                detail = f"line {number} is no JSON object"
                problems.append(Problem(name, "changed", detail))
                break
            if name == JOURNALS[0]:
                events.append(event)
    return events, problems


def _status(view: RunView, events: Sequence[Mapping[str, Any]] | None) -> str:
    names = {name for name, _ in view.listing.files}
    if {manifest.MANIFEST, RESULTS} <= names:
        return "finished"
    if view.is_running:
        return "running"
    if events is None:
        return "damaged"
    turns = [e.get("event") for e in events if e.get("event") in TURNS]
    if turns and turns[-1] == "failed":
        return "failed"
    begun = any(NAME.fullmatch(name.removeprefix(CHECKPOINTS)) for name in names)
    return "unfinished" if begun else "new"


def _lacks(
    view: RunView,
    taken: Mapping[str, Taken],
    status: str,
    events: Sequence[Mapping[str, Any]],
) -> Iterator[Problem]:
    """Yield what a run without a manifest lacks, and what in it does not prove itself.

    What a running one lacks is to come. One refused before it trained lost nothing.
    """
    try:
        attempts.read(view.path)
    except FileNotFoundError:
        yield Problem(attempts.RUN, "missing", UNSEALED)
    except (CorruptFile, OSError) as error:
        yield Problem(attempts.RUN, "changed", str(error))
    for name, file in taken.items():
        if name.startswith(CHECKPOINTS) and not file.has_seal:
            yield Problem(name, "changed", "its seal does not hold")
    if view.lines < view.lines_needed:
        detail = f"{view.lines} lines, a checkpoint counts {view.lines_needed}"
        yield Problem(JOURNALS[1], "changed", detail)
    was_refused = status == "failed" and events and not _has_trained(events, taken)
    if status != "running" and not was_refused:
        for name in (RESULTS, manifest.MANIFEST):
            if name not in taken:
                yield Problem(name, "missing", UNSEALED)


def _has_trained(
    events: Sequence[Mapping[str, Any]], names: Mapping[str, Taken]
) -> bool:
    """Whether a run ever saved a checkpoint, be it still there or not."""
    saved = any(event.get("event") == "checkpoint" for event in events)
    return saved or any(name.startswith(CHECKPOINTS) for name in names)


def _progress(view: RunView) -> str:
    steps = [NAME.fullmatch(name.removeprefix(CHECKPOINTS)) for name in view.pinned]
    step = max((int(match[1]) for match in steps if match), default=0)
    return f"as of step {step}, {view.lines} lines of metrics"
