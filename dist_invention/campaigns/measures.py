"""Numbers that a sealed run tells about itself, each with the split it stands for."""

from dist_invention.campaigns.finished import FinishedRun
from dist_invention.storage import Journal


class NotDecided(ValueError):
    """The finished runs do not say what a decision needs to know."""


def role_of(run: FinishedRun, split: str) -> str:
    """Return the role of a split: train, select or test.

    Args:
        run: A sealed run.
        split: Name of the split.

    Raises:
        NotDecided: If the run has no such split.
    """
    roles = {row["name"]: row.get("role", "") for row in run.results.get("data", [])}
    if split not in roles:
        raise NotDecided(
            f"Expected a split among {sorted(roles)}. "
            f"Received: {split}, which {run.run_id} does not have. Correct its name."
        )
    return roles[split]


def score_on_test(run: FinishedRun, metric: str, split: str) -> float:
    """Return a score over all of a test split, in the metric's unit.

    Raises:
        NotDecided: If it was not measured.
    """
    for row in run.results.get("scores", []):
        is_it = row["metric"] == metric and row["split"] == split
        if is_it and row.get("stratum", "all") == "all":
            if isinstance(row.get("value"), int | float):
                return float(row["value"])
            raise _not_measured(run, metric, split)
    raise _not_measured(run, metric, split)


def score_on_select(run: FinishedRun, metric: str, split: str) -> float:
    """Return what validation logged on a select split for the weights that were kept.

    It is the value at the step that the run selected, else at its last epoch.

    Raises:
        NotDecided: If it was not measured.
    """
    chosen = run.results.get("selection") or {}
    rows = [
        row
        for row in Journal(run.folder / "metrics.jsonl").read()
        if row.get("kind") == "epoch"
    ]
    at = [row for row in rows if row["step"] == chosen.get("step")] or rows
    value = at[-1]["values"].get(_logged(run, metric, split)) if at else None
    if not isinstance(value, int | float):  # NaN is written as text
        raise _not_measured(run, metric, split)
    return float(value)


def _logged(run: FinishedRun, metric: str, split: str) -> str:
    """The name in metrics.jsonl: the first select split is `val_`, as in Keras."""
    selects = [row["name"] for row in run.results["data"] if row["role"] == "select"]
    return f"val_{metric}" if split == selects[0] else f"{split}_{metric}"


def _not_measured(run: FinishedRun, metric: str, split: str) -> NotDecided:
    return NotDecided(
        f"Expected a measured {metric} on {split}. "
        f"Received: none in {run.run_id}. Name a metric that all candidates have."
    )
