"""Sealed runs, verified before anybody trusts them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from dist_invention.campaigns.command import asked
from dist_invention.storage import CorruptFile, file_sha256, manifest
from dist_invention.storage.attempts import RUN, read
from dist_invention.storage.run import RESULTS

SAID = "results: "  # how a run says at its end where its results are


class RunNotWhole(ValueError):
    """A run is not sealed, or is no longer what was sealed."""


@dataclass(frozen=True)
class FinishedRun:
    """A sealed run that matches its manifest.

    Args:
        step: Name of the step that left it.
        folder: The run's folder.
        about: Content of run.json.
        results: Content of results.json.

    Example:
        >>> FinishedRun("a", Path("runs/a/x"), {}, {"seed": 1}).results["seed"]
        1
    """

    step: str
    folder: Path
    about: Mapping[str, Any]
    results: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The run's name, which is its folder's name."""
        return self.folder.name


def trusted(step: str, folder: Path) -> FinishedRun:
    """Return a run after hashing all of it against its manifest.

    Args:
        step: Name of the step that left it.
        folder: The run's folder.

    Raises:
        RunNotWhole: If it is not sealed, or a file is missing or was changed.
    """
    problems = [item for item in manifest.verify(folder) if not item.is_harmless]
    try:
        if problems:
            raise RunNotWhole("; ".join(str(problem) for problem in problems[:5]))
        results = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
        if results.get("status") != "finished":
            raise RunNotWhole(f"status {results.get('status')!r} in {RESULTS}")
        return FinishedRun(step, folder, read(folder), results)
    except (RunNotWhole, CorruptFile, OSError, ValueError) as error:
        raise RunNotWhole(
            f"Expected a sealed run that matches its manifest in {folder}. "
            f"Received: {error}. Fetch it from a destination, or move it away; the "
            "same command then makes it again."
        ) from error


def sealed_by(
    runs_dir: Path, words: Sequence[str], by_this_script: bool = False
) -> Path | None:
    """Return the newest sealed run that a command made, `None` if there is none.

    Args:
        runs_dir: Folder of runs.
        words: Script and flags; see `asked` for what counts as the same.
        by_this_script: Leave out runs of the script as it was before a change, since
            the same flags may mean something else now.
    """
    wanted, found = asked(words), []
    for folder in _sealed(runs_dir):
        about = _about(folder)
        made = [asked(row["argv"]) for row in _attempts(about) if row.get("argv")]
        if wanted in made and (not by_this_script or made_by(folder, words[0])):
            found.append((str(about.get("created_utc", "")), folder))
    return max(found)[1] if found else None


def made_by(run: Path, script: str) -> bool:
    """Return whether a script is the one that made a run, as far as the run knows.

    Args:
        run: A run's folder.
        script: Path of the script.
    """
    code = [row.get("code") for row in _attempts(_about(run))][-1:]
    known = code[0].get("script_sha256") if code and code[0] else None
    return known is None or (Path(script).is_file() and file_sha256(script) == known)


def named_by(runs_dir: Path, lines: Iterable[str]) -> Path | None:
    """Return the sealed run that an output says it finished, `None` if it names none.

    A run that was finished before leaves no attempt, but says where it lies.

    Args:
        runs_dir: Folder of runs; a run elsewhere is not the step's.
        lines: The output's last lines.
    """
    said = [Path(line.removeprefix(SAID)) for line in lines if line.startswith(SAID)]
    named = [path.parent.absolute() for path in said]
    return next((f for f in _sealed(runs_dir) if f.absolute() in named), None)


def _sealed(runs_dir: Path) -> list[Path]:
    parts = (RUN, RESULTS, manifest.MANIFEST)
    return [
        folder
        for folder in sorted(runs_dir.glob("*"))
        if all((folder / part).is_file() for part in parts)
    ]


def _about(folder: Path) -> dict[str, Any]:
    """Content of run.json; empty where it is damaged, so that nobody trusts the run."""
    try:
        return read(folder)
    except (CorruptFile, OSError):
        return {}


def _attempts(about: Mapping[str, Any]) -> list[dict[str, Any]]:
    return about.get("attempts", [])
