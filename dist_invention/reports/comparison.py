"""Which runs may stand side by side: sealed ones that were asked the same."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dist_invention.reports.run_data import RunData, read_run
from dist_invention.reports.verdict import leak_allowed_because
from dist_invention.reports.words import flattened, number, plain


class TasksDiffer(ValueError):
    """Runs were asked different things, so their numbers do not compare.

    Example:
        >>> issubclass(TasksDiffer, ValueError)
        True
    """


def read_comparable(run_folders: Iterable[str | Path]) -> list[RunData]:
    """Read runs that may stand side by side.

    Args:
        run_folders: The run folders.

    Raises:
        FileNotFoundError: If a folder holds no run.json.
        UnsealedRunError: If a run is not finished and sealed.
        TasksDiffer: If test splits or metrics differ.
        ValueError: If there are fewer than two runs, or one is given twice.
    """
    folders = [Path(folder) for folder in run_folders]
    runs = [read_run(folder) for folder in folders]
    names = [run.name for run in runs]
    if len(runs) < 2 or len({folder.resolve() for folder in folders}) < len(folders):
        raise ValueError(
            "Expected at least two different run folders. Received: "
            f"{', '.join(map(str, folders)) or 'none'}. Name each run once."
        )
    tasks: dict[str, list[str]] = {}
    for run, name in zip(runs, names, strict=True):
        task = run.sealed_results().get("task_sha256")
        tasks.setdefault(str(task)[:12] if task else "no task hash", []).append(name)
    if len(tasks) > 1 or "no task hash" in tasks:
        asked = "; ".join(f"{task} in {', '.join(who)}" for task, who in tasks.items())
        raise TasksDiffer(
            "Expected runs with one task_sha256: the same test splits and metrics. "
            f"Received: {asked}. Compare runs of one experiment and preset, or run "
            "them again on the same data."
        )
    return runs


def labels(runs: Sequence[RunData]) -> list[str]:
    """Return a short name for each run: arm and seed where they tell runs apart.

    Args:
        runs: The runs.
    """
    for parts in (("arm", "seed"), ("arm", "model", "seed"), ("preset", "arm", "seed")):
        names = [_label(run.results, parts) for run in runs]
        if len(set(names)) == len(names) and all(names):
            return names
    return [run.name for run in runs]


def cautions(runs: Sequence[RunData]) -> list[str]:
    """Return what a reader must know before comparing; empty if nothing.

    Args:
        runs: Runs of one task.
    """
    said = [
        f"In {run.name} a leak was found and allowed: {reason}"
        for run in runs
        if (reason := leak_allowed_because(run.results))
    ]
    steps = [steps_of(run) for run in runs]
    if len(set(steps)) > 1:
        said.append(
            f"Unequal budgets: from {number(min(steps))} to {number(max(steps))} steps."
        )
    commits = {str((run.run.get("code") or {}).get("commit")) for run in runs}
    if len(commits) > 1:
        said.append(f"The runs come from {len(commits)} versions of the code.")
    return said


def steps_of(run: RunData) -> int:
    """Return the optimizer steps of all stages."""
    stages = run.results.get("stages") or ()
    return sum(int(stage.get("steps") or 0) for stage in stages)


def settings_that_differ(runs: Sequence[RunData]) -> list[list[str]]:
    """Return one row a setting that is not the same in all runs: name, then values.

    Args:
        runs: The runs.
    """
    configs = [dict(flattened(run.run.get("config") or {})) for run in runs]
    names = list(dict.fromkeys(name for config in configs for name in config))
    rows = [
        [name, *(config.get(name, "absent") for config in configs)] for name in names
    ]
    return [row for row in rows if len(set(row[1:])) > 1]


def whole_scores(run: RunData) -> list[Mapping[str, Any]]:
    """Return the scores of whole splits of one run."""
    scores = run.results.get("scores") or ()
    return [score for score in scores if score.get("stratum", "all") == "all"]


def score_of(run: RunData, like: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the score of a run on the same split and metric; empty if it has none."""
    for score in whole_scores(run):
        if all(score.get(name) == like.get(name) for name in ("split", "metric")):
            return score
    return {}


def _label(results: Mapping[str, Any], parts: Sequence[str]) -> str:
    found = {part: results.get(part) for part in parts}
    if any(value in (None, "") for value in found.values()):
        return ""
    words = [plain(value) for part, value in found.items() if part != "seed"]
    return f"{', '.join(words)}, seed {found['seed']}"
