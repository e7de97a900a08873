"""What a tracker is told of a run, and what another tool must do to be one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dist_invention.training.dvc_files import headline_scores

LINES = "journal/lines"  # number of the row of metrics.jsonl, beside its values

Row = Mapping[str, Any]
Scores = Mapping[str, float]


@dataclass(frozen=True)
class Subject:
    """The run that trackers mirror.

    Args:
        run_id: Its name.
        experiment: Name of the experiment.
        settings: What can change its result, plain JSON values by name.
        place: Gives the path of a file below `tracking/`, its folder made.

    Example:
        >>> Subject("tiny-s0", "tiny", {"seed": 0}, Path).run_id
        'tiny-s0'
    """

    run_id: str
    experiment: str
    settings: Mapping[str, Any]
    place: Callable[[str], Path]


class Tracker(Protocol):
    """One other tool. All calls come from one thread, which may take its time."""

    def begin(self) -> int:
        """Open the tool's record of the run, or the one of an earlier attempt.

        Returns:
            How many lines of metrics.jsonl it holds already.
        """
        ...

    def log(self, first: int, rows: Sequence[Row]) -> None:
        """Take rows of metrics.jsonl, the first of which is line `first`, from 1."""
        ...

    def end(self, scores: Scores | None) -> None:
        """Close the record: finished with its scores, or stopped if `None`."""
        ...


def values_of(row: Row) -> dict[str, float]:
    """Return the numbers of a journal row by name, as `train/loss`, `epoch/val_loss`.

    What is not finite is text in the journal, and is left out.

    Example:
        >>> values_of({"kind": "train", "values": {"loss": 0.5, "energy": "nan"}})
        {'train/loss': 0.5}
    """
    return {
        f"{row['kind']}/{name}": float(value)
        for name, value in row["values"].items()
        if not isinstance(value, str)
    }


def scores_of(results: Mapping[str, Any]) -> dict[str, float]:
    """Return the headline scores by name, as `test_far/mse` and `test_far/mse/low`.

    Args:
        results: The content of results.json.
    """
    found = {}
    for split, metrics in headline_scores(results).items():
        for metric, cell in metrics.items():
            name = f"{split}/{metric}"
            found[name] = float(cell["value"])
            for end in ("low", "high"):
                if end in cell:
                    found[f"{name}/{end}"] = float(cell[end])
    return found
