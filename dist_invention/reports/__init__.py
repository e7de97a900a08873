"""Finished runs as tables, pictures and pages. Reads run folders only."""

from dist_invention.reports.page import render
from dist_invention.reports.rivals import rival_table
from dist_invention.reports.run_data import RunData, UnsealedRunError, read_run
from dist_invention.reports.tables import score_table

__all__ = [
    "RunData",
    "UnsealedRunError",
    "read_run",
    "render",
    "rival_table",
    "score_table",
]
