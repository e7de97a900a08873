"""A sealed run: where it lies, whether it is whole, which question it answers."""

from dataclasses import dataclass
import inspect
import json
from pathlib import Path
from typing import Any

from dist_invention.runtime import describe_code
from dist_invention.storage import Problem, RunFolder, code_change, file_sha256


class OtherQuestion(ValueError):
    """A finished run answers another question than the one that is asked now."""


@dataclass(frozen=True)
class Finished:
    """Where a sealed run lies, and what is not as it should be.

    Args:
        path: The run's folder.
        was_finished: Whether it had been finished before this command.
        problems: Files that no longer match the manifest.
        destinations: One row a destination, with `complete`.
        min_destinations: How many must be complete; `None` for all.

    Example:
        >>> Finished(Path("runs/x"), False, [], []).is_sound
        True
    """

    path: Path
    was_finished: bool
    problems: list[Problem]
    destinations: list[dict[str, Any]]
    min_destinations: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether every file, and enough destinations, are complete.

        An extra file harms none.
        """
        damaged = not all(problem.is_harmless for problem in self.problems)
        complete = sum(row["complete"] for row in self.destinations)
        wanted = self.min_destinations
        wanted = len(self.destinations) if wanted is None else wanted
        return not damaged and complete >= wanted


def describe_script(experiment: Any) -> dict[str, Any]:
    """Return the commit of this library and the hash of the experiment's own script.

    Args:
        experiment: An instance of a `SafeTrainingPipeline`.
    """
    code = describe_code(Path(__file__).parent)
    try:
        script = file_sha256(Path(inspect.getfile(type(experiment))))
    except (OSError, TypeError):  # typed in, so there is no file
        script = None
    return {**code, "script_sha256": script}


def refuse_other_question(experiment: Any, folder: RunFolder) -> None:
    """Say that the results of a finished run are another code's; refuse other data.

    Raises:
        OtherQuestion: If the experiment now builds other splits than it was judged on.
    """
    change = code_change(
        folder.about["attempts"][-1]["code"], describe_script(experiment)
    )
    if not change:
        return
    old, new = change
    experiment.console.print(
        f"The code changed since this run was finished: {old} then, {new} now. What "
        "follows are the results of then; --again starts another run.",
        style="yellow",
        markup=False,
    )
    results = json.loads((folder.path / "results.json").read_text(encoding="utf-8"))
    judged = {item["name"]: item["sha256"] for item in results["data"]}
    other = sorted(
        s.name for s in experiment.build_splits() if s.sha256 != judged.get(s.name)
    )
    if other:
        raise OtherQuestion(
            f"Expected the splits that {folder.run_id} was judged on. "
            f"Received: others under the names {other}. Start another run with "
            "--again, or give the experiment another name."
        )
