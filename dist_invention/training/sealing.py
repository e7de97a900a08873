"""Write results, page and manifest; bring all of it to every destination."""

import time
from typing import Any

from dist_invention.reports import render
from dist_invention.storage import Mirror, RunFolder, manifest, write_json
from dist_invention.training.dvc_files import write_metrics
from dist_invention.training.finished import Finished, refuse_other_question
from dist_invention.training.session import Session

LAST_SECONDS = 60.0  # that a destination gets at the end, whatever the size
READ_SECONDS = 20.0  # that are left at least to read everything back
SLOWEST_BYTES_A_SECOND = 1e6  # and for the size, at a rate that is still worth it


def seal(session: Session, results: dict[str, Any]) -> list[dict[str, Any]]:
    """Write results, page and manifest; copy and verify them everywhere.

    Trackers get the scores before, in bounded time.

    Args:
        session: A run that was judged.
        results: The content of results.json.

    Returns:
        One row a destination, with `complete` and what is missing.
    """
    folder = session.folder
    write_json(folder.path / "results.json", results)
    folder.record("evaluated", splits=[item["split"] for item in results["reads"]])
    write_metrics(folder, results)
    session.tracking.finish(results)
    folder.save_text("report.html", render(folder.path))
    folder.seal(results)
    return deliver(folder, session.mirror, is_new=True)


def verified(experiment: Any, folder: RunFolder) -> Finished:
    """Check a finished run; if it is whole, complete its copies.

    Args:
        experiment: An instance of a `SafeTrainingPipeline`.
        folder: The run's folder, opened.

    Raises:
        OtherQuestion: If the experiment now builds other splits than it was judged on.
    """
    config = experiment.config
    problems = manifest.verify(folder.path)
    if "results.json" not in [problem.file for problem in problems]:
        refuse_other_question(experiment, folder)
    mirror = Mirror(folder.run_id, config.destinations)
    damaged = not all(problem.is_harmless for problem in problems)
    rows = [] if damaged else deliver(folder, mirror)
    return Finished(folder.path, True, problems, rows, config.min_destinations)


def deliver(
    folder: RunFolder, mirror: Mirror, is_new: bool = False
) -> list[dict[str, Any]]:
    """Complete the copies of a finished run where they are not complete.

    Args:
        folder: A sealed run.
        mirror: Where copies go; closed at the end.
        is_new: Copies of its last files cannot be there yet.

    Returns:
        One row a destination, as `seal` does.
    """
    if not mirror.destinations:
        return []
    sealed = manifest.read(folder.path)
    size = sum(entry["size"] for entry in sealed["files"])
    seconds = LAST_SECONDS + size / SLOWEST_BYTES_A_SECOND
    files = [folder.path / entry["name"] for entry in sealed["files"]]
    files.append(folder.path / manifest.MANIFEST)
    for owes in (is_new, True):  # a copy may have been damaged since it was made
        if owes:
            mirror.copy(files, folder.path)
        until = time.monotonic() + seconds
        mirror.wait(seconds)
        left = max(READ_SECONDS, until - time.monotonic())
        problems = mirror.verify(sealed, left)
        if not any(problems[label] for label in problems if label not in mirror.behind):
            break
    rows = mirror.report()
    mirror.close()
    return rows
