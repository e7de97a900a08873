"""One campaign folder: its summary, its sealed runs, and what does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import json
import math
from pathlib import Path
from typing import Any

from dist_invention.reports.run_data import RunData, UnsealedRunError, read_run
from dist_invention.reports.verdict import leak_allowed_because
from dist_invention.reports.words import is_number

SUMMARY = "summary.json"


@dataclass(frozen=True)
class Campaign:
    """What a campaign folder says.

    Args:
        folder: The campaign folder.
        summary: Content of summary.json.
        runs: The sealed runs, by folder relative to the campaign.
        unsealed: Why a run that is called finished is not shown as such, by folder.

    Example:
        >>> Campaign(Path("runs/c"), {"campaign": "arms"}).name
        'arms'
    """

    folder: Path
    summary: Mapping[str, Any]
    runs: Mapping[str, RunData] = field(default_factory=dict)
    unsealed: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the campaign, else of its folder."""
        return str(self.summary.get("campaign") or self.folder.name)

    @property
    def reference(self) -> str:
        """The arm that the others are compared with."""
        return str(self.summary.get("reference") or "curriculum")

    def rows(self) -> list[Mapping[str, Any]]:
        """Return one row a run: arm, seed, folder, status and what it took."""
        return list(self.summary.get("runs") or ())

    def sealed(self, arm: Any, seed: Any) -> Mapping[str, Any]:
        """Return results.json of the sealed run of an arm and a seed; empty if none."""
        for row in self.rows():
            run = self.runs.get(str(row.get("folder")))
            if run and (row.get("arm"), row.get("seed")) == (arm, seed):
                return run.results
        return {}


def read_campaign(folder: str | Path) -> Campaign:
    """Read a campaign folder and the runs that its summary names.

    Args:
        folder: The campaign folder.

    Raises:
        FileNotFoundError: If it holds no summary.json.
        ValueError: If a file is not the JSON that it should be.
    """
    folder = Path(folder)
    if not (folder / SUMMARY).is_file():
        raise FileNotFoundError(
            f"Expected a campaign folder with a {SUMMARY}. Received: `{folder}`, which "
            "has none. Give the folder that `--arms` made; it lies in the runs folder."
        )
    summary = _parsed(folder / SUMMARY)
    runs, unsealed = {}, {}
    for row in summary.get("runs") or ():
        name = str(row.get("folder"))
        if row.get("status") != "finished":
            continue
        try:
            run = read_run(folder / name)
            run.sealed_results()
        except (FileNotFoundError, UnsealedRunError) as error:
            unsealed[name] = str(error)
        else:
            runs[name] = run
    return Campaign(folder, summary, runs, unsealed)


def objections(campaign: Campaign) -> list[str]:
    """Return what speaks against the numbers of a summary; empty if nothing.

    Only sealed runs count, so each number must be found again in one of them, and runs
    that are compared must have been asked the same.

    Args:
        campaign: The campaign.
    """
    said = [f"Not sealed, though called finished: {n}." for n in campaign.unsealed]
    said += [
        f"Compared though asked another task than {campaign.reference}: {pair}."
        for pair in _unlike(campaign)
    ]
    wrong = [place for place, found in _values(campaign) if not found]
    if wrong:
        said.append(
            f"{len(wrong)} numbers of the summary are not those of a sealed run, "
            f"the first of {wrong[0]}."
        )
    return said


def cautions(campaign: Campaign) -> list[str]:
    """Return what a reader must know before believing a comparison.

    Args:
        campaign: The campaign.
    """
    found = (leak_allowed_because(run.results) for run in campaign.runs.values())
    reasons = dict.fromkeys(reason for reason in found if reason)
    said = [f"A leak was found and allowed. The reason given: {r}" for r in reasons]
    return [*map(str, campaign.summary.get("warnings") or ()), *said]


def _unlike(campaign: Campaign) -> list[str]:
    """Return each arm and seed that is compared over unequal task hashes."""
    found = {}
    for score in campaign.summary.get("scores") or ():
        for row in score.get("differences") or ():
            for point in row.get("per_seed") or ():
                seed = point.get("seed")
                theirs = campaign.sealed(row.get("arm"), seed)
                ours = campaign.sealed(campaign.reference, seed)
                asked = {run.get("task_sha256") for run in (ours, theirs) if run}
                if len(asked) > 1:
                    found[f"{row.get('arm')}, seed {seed}"] = None
    return list(found)


def _values(campaign: Campaign) -> Iterable[tuple[str, bool]]:
    """Yield what each number of the summary is of, and whether a sealed run has it."""
    for score in campaign.summary.get("scores") or ():
        for arm in score.get("arms") or ():
            for value in arm.get("values") or ():
                place = f"{score.get('metric')} on {score.get('split')}, "
                place += f"arm {arm.get('arm')}, seed {value.get('seed')}"
                results = campaign.sealed(arm.get("arm"), value.get("seed"))
                yield place, _holds(results, score, value.get("value"))


def _holds(results: Mapping[str, Any], score: Mapping[str, Any], value: Any) -> bool:
    for row in results.get("scores") or ():
        same = all(row.get(k) == score.get(k) for k in ("split", "metric"))
        if same and row.get("stratum", "all") == "all":
            found = row.get("value")
            if not is_number(found) or not is_number(value):
                return found is None and value is None
            return math.isclose(found, value, rel_tol=1e-6, abs_tol=1e-12)
    return False


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Expected JSON in `{path.name}`. Received: {error.msg} at line "
            f"{error.lineno} of `{path}`. Run the command of the campaign again."
        ) from error
    if not isinstance(value, dict):
        raise ValueError(
            f"Expected a JSON object in `{path.name}`. Received: "
            f"{type(value).__name__} in `{path}`. Run the campaign's command again."
        )
    return value
