"""What a campaign remembers: how each step stands, and what happened when."""

from collections.abc import Mapping, Sequence
import json
import os
from pathlib import Path
from typing import Any

from dist_invention.campaigns.outcome import StepResult
from dist_invention.campaigns.step import Step
from dist_invention.storage import CorruptFile, Journal, write_json
from dist_invention.storage.attempts import now

CAMPAIGN, EVENTS = "campaign.json", "events.jsonl"
SCHEMA = 1
PATHS = ("run", "log", "runs_dir")


class CampaignRecord:
    """campaign.json, replaced atomically, and events.jsonl, which only grows.

    Paths in both are relative to the campaign's folder, so that it can be moved.

    Args:
        folder: The campaign's folder.
        about: Plain JSON values that say what it is for.

    Attributes:
        earlier: Content of campaign.json as an earlier command left it, or empty.

    Raises:
        CorruptFile: If campaign.json is not the JSON of a campaign.
        TypeError: If `about` has no JSON form.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any]):
        self.folder = folder
        self.about = dict(about)
        self.earlier = _read(folder / CAMPAIGN)
        self._events = Journal(folder / EVENTS)
        self._created = self.earlier.get("created_utc", now())

    def event(self, name: str, **details: Any) -> None:
        """Append an event with its UTC time."""
        self._events.append({"time": now(), "event": name, **details})

    def known_run(self, name: str) -> tuple[list[str], Path] | None:
        """Return command and run that an earlier command recorded for a step."""
        rows = [row for row in self.earlier.get("steps", []) if row["name"] == name]
        if not rows or not rows[0]["run"] or not rows[0]["command"]:
            return None
        return rows[0]["command"], self.folder / rows[0]["run"]

    def write(
        self,
        status: str,
        executor: Mapping[str, Any],
        steps: Sequence[Step],
        results: Mapping[str, StepResult],
        running: Mapping[str, StepResult],
    ) -> None:
        """Replace campaign.json.

        Args:
            status: Of the campaign: running, finished, failed or stopped.
            executor: How the machine is shared.
            steps: All steps, in order.
            results: Those that ended.
            running: What is known of those under way; the others wait.
        """
        rows = []
        for step in steps:
            known, state = results.get(step.name), ""
            if known is None:
                known = running.get(step.name) or StepResult(step.name, "not started")
                state = "running" if step.name in running else "waiting"
            row = {**known.as_json(), "after": list(step.after)}
            row["status"] = state or known.status
            row["runs_dir"] = str(step.folder(self.folder))
            rows.append(self.relative(row))
        write_json(
            self.folder / CAMPAIGN,
            {
                "schema": SCHEMA,
                "campaign": self.folder.absolute().name,
                "status": status,
                "created_utc": self._created,
                "updated_utc": now(),
                "executor": dict(executor),
                "about": self.about,
                "steps": rows,
            },
        )

    def relative(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row whose paths are as seen from the campaign's folder."""
        paths = {key: row[key] for key in PATHS if row.get(key) is not None}
        seen = {key: os.path.relpath(path, self.folder) for key, path in paths.items()}
        return {**row, **seen}


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        _ = [(row["name"], row["run"], row["command"]) for row in content["steps"]]
    except (ValueError, TypeError, KeyError) as error:
        raise CorruptFile(
            f"Expected {path} to say how a campaign stands. "
            f"Received: {type(error).__name__}: {error}. "
            "Move the file away: finished runs are found without it."
        ) from error
    return content
