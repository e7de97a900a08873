"""The Collatz map on odd integers: functions that fall along every trajectory."""

from dist_invention.domains.collatz.closed_forms import closed_forms
from dist_invention.domains.collatz.data import make_splits
from dist_invention.domains.collatz.losses import BoundedPenalty, Hinge
from dist_invention.domains.collatz.metrics import collatz_metrics
from dist_invention.domains.collatz.model import digit_model, residue_model
from dist_invention.domains.collatz.pictures import collatz_figures
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.recipe import ROWS, Recipe
from dist_invention.domains.collatz.record_data import judged_values, record_splits
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.sampler import record_stream
from dist_invention.domains.collatz.settings import check_settings
from dist_invention.domains.collatz.training_data import abstract_stream

__all__ = [
    "ROWS",
    "BoundedPenalty",
    "Hinge",
    "Pool",
    "Recipe",
    "abstract_stream",
    "check_settings",
    "closed_forms",
    "collatz_figures",
    "collatz_metrics",
    "digit_model",
    "judged_values",
    "make_splits",
    "record_splits",
    "record_stream",
    "residue_model",
    "syracuse",
    "trajectory",
]
