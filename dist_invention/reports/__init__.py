"""Finished runs as tables, pictures and pages. Reads run folders only."""

from dist_invention.reports.campaign_page import render_campaign
from dist_invention.reports.compare import compare
from dist_invention.reports.compare_table import comparison_table
from dist_invention.reports.comparison import TasksDiffer
from dist_invention.reports.page import render
from dist_invention.reports.rivals import rival_table
from dist_invention.reports.run_data import RunData, UnsealedRunError, read_run
from dist_invention.reports.tables import score_table

__all__ = [
    "RunData",
    "TasksDiffer",
    "UnsealedRunError",
    "compare",
    "comparison_table",
    "read_run",
    "render",
    "render_campaign",
    "rival_table",
    "score_table",
]
