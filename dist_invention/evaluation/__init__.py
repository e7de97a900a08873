"""How right, how far out, and whether the question was fair."""

from dist_invention.evaluation.audit_report import AuditReport, Check, LeakFound
from dist_invention.evaluation.baselines import Baseline, skill
from dist_invention.evaluation.comparison import DifferentTasks, require_same_task
from dist_invention.evaluation.counterfactual import Case, Part, judge
from dist_invention.evaluation.evaluate import PredictionNotFinite, evaluate
from dist_invention.evaluation.health import (
    Finding,
    collapse,
    loss_shares,
    repeated_loss,
)
from dist_invention.evaluation.isolation import audit, find_leaks
from dist_invention.evaluation.majority import (
    majority,
    token_baselines,
    token_frequencies,
)
from dist_invention.evaluation.metrics import Metric, unit_checked
from dist_invention.evaluation.near_duplicates import NearDuplicates, near_duplicates
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.reads import TestReads, TestSplitAlreadyRead
from dist_invention.evaluation.reference import Reference, Worst
from dist_invention.evaluation.score import Score
from dist_invention.evaluation.sequences import (
    exact_match,
    masked_accuracy,
    perplexity,
)
from dist_invention.evaluation.support import support_audit
from dist_invention.evaluation.support_report import SupportReport
from dist_invention.evaluation.trivial import constant, copy_input, train_mean

__all__ = [
    "AuditReport",
    "Baseline",
    "Case",
    "Check",
    "DifferentTasks",
    "Finding",
    "LeakFound",
    "Metric",
    "NearDuplicates",
    "NotMeasured",
    "Part",
    "PredictionNotFinite",
    "Reference",
    "Score",
    "SupportReport",
    "TestReads",
    "TestSplitAlreadyRead",
    "Worst",
    "audit",
    "collapse",
    "constant",
    "copy_input",
    "evaluate",
    "exact_match",
    "find_leaks",
    "judge",
    "loss_shares",
    "majority",
    "masked_accuracy",
    "near_duplicates",
    "perplexity",
    "repeated_loss",
    "require_same_task",
    "skill",
    "support_audit",
    "token_baselines",
    "token_frequencies",
    "train_mean",
    "unit_checked",
]
