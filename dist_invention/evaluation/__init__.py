"""How right, how far out, and whether the question was fair."""

from dist_invention.evaluation.audit_report import AuditReport, Check, LeakFound
from dist_invention.evaluation.baselines import Baseline, skill
from dist_invention.evaluation.evaluate import PredictionNotFinite, evaluate
from dist_invention.evaluation.health import (
    Finding,
    collapse,
    loss_shares,
    repeated_loss,
)
from dist_invention.evaluation.isolation import audit
from dist_invention.evaluation.metrics import Metric, unit_checked
from dist_invention.evaluation.near_duplicates import NearDuplicates, near_duplicates
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.reads import TestReads, TestSplitAlreadyRead
from dist_invention.evaluation.score import Reference, Score

__all__ = [
    "AuditReport",
    "Baseline",
    "Check",
    "Finding",
    "LeakFound",
    "Metric",
    "NearDuplicates",
    "NotMeasured",
    "PredictionNotFinite",
    "Reference",
    "Score",
    "TestReads",
    "TestSplitAlreadyRead",
    "audit",
    "collapse",
    "evaluate",
    "loss_shares",
    "near_duplicates",
    "repeated_loss",
    "skill",
    "unit_checked",
]
