"""One run folder, read once, as one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import hashlib
import json
from pathlib import Path
from typing import Any


class UnsealedRunError(ValueError):
    """The results of this run cannot be shown yet: part of it is missing.

    Example:
        >>> RunData(Path("runs/a")).sealed_results()
        Traceback (most recent call last):
        ...
        dist_invention.reports.run_data.UnsealedRunError: Expected the sealed run \
`a`. Missing: results.json, manifest.json. Run the command of the run again: it \
resumes and finishes.
    """


@dataclass(frozen=True)
class RunData:
    """What one run folder says. A missing file is an empty field, never a guess.

    Args:
        folder: The run folder.
        run: Content of run.json.
        results: Content of results.json; empty where the run has none.
        events: Lines of events.jsonl, in order.
        metrics: Lines of metrics.jsonl, in order.
        figures: Figure records by file name without ending.
        stages: Stage reports by folder name.
        manifest: Content of manifest.json; empty before the seal.
        hashes: SHA-256 of the files that a page quotes, by name.

    Example:
        >>> RunData(Path("runs/a"), run={"run_id": "a"}).lacks()
        ('results.json',)
    """

    folder: Path
    run: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()
    metrics: tuple[Mapping[str, Any], ...] = ()
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Identity of the run: its run_id, else the name of its folder."""
        return str(self.run.get("run_id", self.folder.name))

    def lacks(self) -> tuple[str, ...]:
        """Return what is missing before scores may be shown; empty if nothing."""
        return missing_from_results(self.results)

    def sealed_results(self) -> Mapping[str, Any]:
        """Return results.json of a sealed run.

        Raises:
            UnsealedRunError: If results or manifest are missing, the run did not
                finish, or results.json is not the file that the manifest lists.
        """
        missing = list(self.lacks())
        if not self.manifest:
            missing.append("manifest.json")
        elif self.hashes.get("results.json", "") not in json.dumps(self.manifest):
            missing.append("results.json as the manifest lists it (it was changed)")
        if missing:
            raise UnsealedRunError(_refusal(self.name, missing))
        return self.results


def missing_from_results(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what results need before a table may show them; empty if nothing."""
    if not results:
        return ("results.json",)
    missing = []
    if results.get("status") != "finished":
        missing.append(f"status 'finished' (it is {results.get('status')!r})")
    if not results.get("scores"):
        missing.append("scores")
    return tuple(missing)


def require_finished(results: Mapping[str, Any]) -> None:
    """Refuse results of a run that did not finish.

    Raises:
        UnsealedRunError: If something is missing; the message names it.
    """
    missing = missing_from_results(results)
    if missing:
        raise UnsealedRunError(_refusal(results.get("run_id", "unnamed"), missing))


def read_run(folder: str | Path) -> RunData:
    """Read a run folder, finished or not.

    Args:
        folder: The run folder.

    Raises:
        FileNotFoundError: If the folder holds no run.json.
        ValueError: If a file is not the JSON that it should be.
    """
    folder = Path(folder)
    if not (folder / "run.json").is_file():
        raise FileNotFoundError(
            f"Expected a run folder with a run.json. Received: `{folder}`, which has "
            "none. Give the folder of one run, not the folder of all runs."
        )
    figures = sorted((folder / "figures").glob("*.json"))
    stages = sorted((folder / "stages").glob("*/report.json"))
    return RunData(
        folder=folder,
        run=_read_json(folder / "run.json"),
        results=_read_json(folder / "results.json"),
        events=_read_lines(folder / "events.jsonl"),
        metrics=_read_lines(folder / "metrics.jsonl"),
        figures={path.stem: _read_json(path) for path in figures},
        stages={path.parent.name: _read_json(path) for path in stages},
        manifest=_read_json(folder / "manifest.json"),
        hashes=_hashes(folder, ("run.json", "results.json", "manifest.json")),
    )


def _refusal(name: object, missing) -> str:
    return (
        f"Expected the sealed run `{name}`. Missing: {', '.join(missing)}. "
        "Run the command of the run again: it resumes and finishes."
    )


def _hashes(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    files = {name: folder / name for name in names if (folder / name).is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
    }


def _read_json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    return _parsed(path.read_text(encoding="utf-8"), path)


def _read_lines(path: Path) -> tuple[Mapping[str, Any], ...]:
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    whole = lines[:-1]  # a last line without its end was cut by a crash
    return tuple(_parsed(line, path) for line in whole if line.strip())


def _parsed(text: str, path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Expected JSON in `{path.name}`. Received: {error.msg} at line "
            f"{error.lineno} of `{path}`. Restore the file from a destination."
        ) from error
    if not isinstance(value, dict):
        raise ValueError(
            f"Expected a JSON object in `{path.name}`. Received: "
            f"{type(value).__name__} in `{path}`. Restore it from a destination."
        )
    return value
