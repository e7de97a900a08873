"""The reports from a command line: one run, one campaign, or several runs compared.

    python -m dist_invention.reports RUN                        its table of scores
    python -m dist_invention.reports RUN RUN ...                side by side
    python -m dist_invention.reports FOLDER ... --out PAGE.html the page instead

A campaign folder has a page and no table. Exit code 2: there is nothing to show, and
the message says why.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
import sys

from dist_invention.reports.campaign_data import SUMMARY
from dist_invention.reports.campaign_page import render_campaign
from dist_invention.reports.compare import compare
from dist_invention.reports.compare_table import comparison_table
from dist_invention.reports.page import render
from dist_invention.reports.run_data import read_run
from dist_invention.reports.tables import score_table
from dist_invention.storage import write_text as save_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table, or write a page where `--out` names one.

    Args:
        arguments: The command line; `sys.argv` if left out.

    Returns:
        The exit code: 0, or 2 where there is nothing to show.
    """
    parser = argparse.ArgumentParser(
        prog="python -m dist_invention.reports",
        description="A run, a campaign, or several runs side by side.",
    )
    parser.add_argument("folders", nargs="+", metavar="FOLDER", type=Path)
    parser.add_argument("--out", type=Path, help="write a page here, not a table")
    asked = parser.parse_args(arguments)
    try:
        if asked.out is None:
            print(table_of(asked.folders), end="")
        else:
            save_text(asked.out, page_of(asked.folders))
            print(f"page: {asked.out}")
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def table_of(folders: Sequence[Path]) -> str:
    """Return the table of one run, or of several side by side.

    Args:
        folders: Run folders.

    Raises:
        UnsealedRunError: If a run is not finished and sealed.
        ValueError: If the folder is that of a campaign, or the runs do not compare.
    """
    if len(folders) > 1:
        return comparison_table(folders)
    if is_campaign(folders[0]):
        raise ValueError(
            "Expected the folder of a run for a table. Received: "
            f"`{folders[0]}`, a campaign. Add --out PAGE.html: it has a page."
        )
    return score_table(read_run(folders[0]).sealed_results())


def page_of(folders: Sequence[Path]) -> str:
    """Return the page of a run, of a campaign, or of several runs side by side.

    Args:
        folders: Run folders, or one campaign folder.

    Raises:
        FileNotFoundError: If a folder holds neither a run nor a campaign.
        ValueError: If the runs do not compare.
    """
    if len(folders) > 1:
        return compare(folders)
    folder = folders[0]
    return render_campaign(folder) if is_campaign(folder) else render(folder)


def is_campaign(folder: Path) -> bool:
    """Say whether a folder holds the summary of a campaign."""
    return (folder / SUMMARY).is_file()
