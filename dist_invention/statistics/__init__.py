"""Plain numbers about numbers: intervals over groups, over seeds and of shares."""

from dist_invention.statistics.bootstrap import (
    bootstrap_groups,
    paired_difference,
    percentile_interval,
    resample_groups,
)
from dist_invention.statistics.intervals import Interval, student_t, wilson

__all__ = [
    "Interval",
    "bootstrap_groups",
    "paired_difference",
    "percentile_interval",
    "resample_groups",
    "student_t",
    "wilson",
]
