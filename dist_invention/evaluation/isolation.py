"""Prove, before training, that no example stands on both sides of a split."""

from collections.abc import Sequence
from dataclasses import replace
import logging

from dist_invention.datasets.split import Split
from dist_invention.evaluation.audit_report import AuditReport, LeakFound
from dist_invention.evaluation.completeness import completeness
from dist_invention.evaluation.resemblance import resemblance
from dist_invention.evaluation.shared_examples import (
    contents_of,
    overlap,
    shared_examples,
)
from dist_invention.evaluation.support import support_audit

logger = logging.getLogger(__name__)


def audit(splits: Sequence[Split], allow_leak: str | None = None) -> AuditReport:
    """Compare every two splits before training; refuse what they share.

    A leak is an example with the same key or the same inputs in two splits (two train
    splits may share), or a group or an origin (a trajectory, a template) in two splits
    of different roles. It is also an excess, beyond what training has in common with
    itself, of equal outputs, reordered tokens, texts with a few words changed or
    numbers with noise. Mere nearness to training, thin or empty strata and repeated
    keys are warnings: they are recorded and logged. Where nothing leaks, or a leak is
    allowed, each select and test split is asked how far outside training it lies.

    Args:
        splits: Every split of the run.
        allow_leak: Reason to go on in spite of a leak; it is recorded and changes the
            verdict to `"allowed leak"`.

    Returns:
        The report; its verdict is `"clean"` or `"allowed leak"`.

    Raises:
        LeakFound: If there is a leak and no reason to allow it.
        ValueError: If there is no split, a name stands twice, or the reason is empty.
    """
    report = find_leaks(splits, allow_leak)
    if report.verdict == "LEAK":
        raise LeakFound(_refusal(report), report)
    support = support_audit(splits, leaking=set(report.leaking), seed=0)
    return replace(report, support=support.as_json())


def find_leaks(splits: Sequence[Split], allow_leak: str | None = None) -> AuditReport:
    """Compare every two splits, as `audit` does, but refuse nothing.

    Args:
        splits: Every split of the run.
        allow_leak: Reason to go on in spite of a leak.

    Returns:
        The report, without the question how far outside training a split lies.

    Raises:
        ValueError: If there is no split, a name stands twice, or the reason is empty.
    """
    _check_asked(splits, allow_leak)
    contents = contents_of(splits)
    checks = [
        *completeness(splits),
        *shared_examples(splits, contents),
        *resemblance(splits, contents),
    ]
    names = tuple(split.name for split in splits)
    report = AuditReport(tuple(checks), names, overlap(splits), allow_leak)
    for check in checks:
        if check.verdict != "ok":
            logger.warning("%s in %s: %s", check.name, check.splits, check.detail)
    return report


def _refusal(report: AuditReport) -> str:
    """Return the three sentences about the first leak."""
    leak, more = report.leaks[0], len(report.leaks) - 1
    return (
        f"Expected splits `{leak.splits[0]}` and `{leak.splits[1]}` to share "
        f"nothing. Received: {leak.count} with the {leak.name}, {leak.detail}"
        f"{f'; {more} more checks found a leak' if more else ''}. Remove them from "
        "one side, or pass the reason why they may stay as allow_leak."
    )


def _check_asked(splits: Sequence[Split], allow_leak: str | None) -> None:
    """Refuse an audit of nothing, of ambiguous names, or allowed without a reason."""
    names = [split.name for split in splits]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "Expected at least one split, each with a name of its own. "
            f"Received: {names}. Add or rename."
        )
    if allow_leak is not None and not allow_leak.strip():
        raise ValueError(
            "Expected the reason why a leak is allowed. "
            f"Received: allow_leak={allow_leak!r}. Say why the numbers still count."
        )
