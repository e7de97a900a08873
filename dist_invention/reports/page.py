"""One run as one HTML page: no script, nothing loaded from anywhere else."""

from pathlib import Path

from dist_invention.reports.closing import (
    environment_section,
    identity_section,
    reproduce_section,
)
from dist_invention.reports.course import (
    curves_section,
    history_section,
    stages_section,
)
from dist_invention.reports.evidence import audit_section, health_section
from dist_invention.reports.markup import Markup, element, joined
from dist_invention.reports.opening import asked, opening
from dist_invention.reports.outcome import figures_section, scores_section
from dist_invention.reports.run_data import RunData, read_run
from dist_invention.reports.style import stylesheet

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_CONTENTS = {
    "asked": "Asked",
    "data": "Data and audit",
    "stages": "Stages",
    "curves": "Curves",
    "scores": "Scores",
    "figures": "Predicted and true",
    "health": "Health",
    "history": "Resumes",
    "environment": "Environment",
    "identity": "Identity",
    "reproduce": "Reproduce",
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
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", run.name),
        stylesheet(),
    )
    links = (
        element("a", title, href=f"#{anchor}") for anchor, title in _CONTENTS.items()
    )
    contents = element("nav", *links, aria_label="Contents")
    foot = "Made from the files of the run folder and nothing else."
    body = element(
        "body",
        opening(run, contents),
        element("main", _sections(run)),
        element("footer", element("p", foot)),
    )
    page = element("html", head, body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _sections(run: RunData) -> Markup:
    makers = (
        asked,
        audit_section,
        stages_section,
        curves_section,
        scores_section,
        figures_section,
        health_section,
        history_section,
        environment_section,
        identity_section,
        reproduce_section,
    )
    return joined(make(run) for make in makers)
