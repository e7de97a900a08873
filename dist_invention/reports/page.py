"""One run as one HTML page: no script, nothing loaded from anywhere else."""

from pathlib import Path

from dist_invention.reports.choice import choice_section
from dist_invention.reports.closing import (
    environment_section,
    provenance_section,
    reproduce_section,
)
from dist_invention.reports.counterfactual import counterfactual_section
from dist_invention.reports.course import curves_section, history_section
from dist_invention.reports.document import contents, document
from dist_invention.reports.evidence import audit_section
from dist_invention.reports.health import health_section
from dist_invention.reports.markup import joined
from dist_invention.reports.opening import asked, opening
from dist_invention.reports.outcome import figures_section, scores_section
from dist_invention.reports.run_data import RunData, read_run
from dist_invention.reports.timeline import stages_section

_SECTIONS = {
    "asked": ("Asked", asked),
    "data": ("Data and audit", audit_section),
    "scores": ("Scores", scores_section),
    "counterfactual": ("On request", counterfactual_section),
    "choice": ("Choice and reads", choice_section),
    "figures": ("Predicted and true", figures_section),
    "stages": ("Stages", stages_section),
    "curves": ("Curves", curves_section),
    "health": ("Health", health_section),
    "history": ("Resumes", history_section),
    "environment": ("Environment", environment_section),
    "identity": ("Provenance", provenance_section),
    "reproduce": ("Reproduce", reproduce_section),
}


def render(run_folder: str | Path) -> str:
    """Return the page of one run. Storing it is for the caller.

    A run that did not finish gets its page too; its scores are not shown, and the
    page says what is missing.

    Args:
        run_folder: The run folder.

    Raises:
        FileNotFoundError: If the folder holds no run.json.
        ValueError: If a file of the run is not the JSON that it should be.
    """
    return page_of(read_run(run_folder))


def page_of(run: RunData) -> str:
    """Return the page of a run that was read before.

    Args:
        run: The run.
    """
    links = contents({anchor: said for anchor, (said, _) in _SECTIONS.items()})
    sections = joined(make(run) for _, make in _SECTIONS.values())
    foot = "Made from the files of the run folder and nothing else."
    return document(run.name, opening(run, links), sections, foot)
