"""Plain numbers about numbers: intervals, paired comparisons, families, many tasks."""

from dist_invention.statistics.bootstrap import (
    bootstrap_groups,
    percentile_interval,
    resample_groups,
)
from dist_invention.statistics.family import holm
from dist_invention.statistics.hierarchical import bootstrap_seeds_and_groups
from dist_invention.statistics.intervals import Interval, wilson
from dist_invention.statistics.paired import (
    PairedResult,
    mcnemar,
    paired_difference,
    paired_over_seeds,
    sign_flips,
)
from dist_invention.statistics.seeds import (
    TooFewSeeds,
    bootstrap_seeds,
    over_seeds,
    student_t,
)
from dist_invention.statistics.tasks import (
    interquartile_mean,
    performance_profile,
    probability_of_improvement,
    stratified_interval,
)

__all__ = [
    "Interval",
    "PairedResult",
    "TooFewSeeds",
    "bootstrap_groups",
    "bootstrap_seeds",
    "bootstrap_seeds_and_groups",
    "holm",
    "interquartile_mean",
    "mcnemar",
    "over_seeds",
    "paired_difference",
    "paired_over_seeds",
    "percentile_interval",
    "performance_profile",
    "probability_of_improvement",
    "resample_groups",
    "sign_flips",
    "stratified_interval",
    "student_t",
    "wilson",
]
