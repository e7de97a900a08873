"""From the checks of one split to one verdict and one sentence with its numbers."""

from collections.abc import Sequence
from dataclasses import replace

from dist_invention.evaluation.ladder_position import NAME as LADDER
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.support_report import SupportCheck
from dist_invention.statistics import holm

ALPHA = 0.01
"""Chance of a false alarm over all checks of one split together."""
OUTSIDE_SHARE = {"nearest neighbours": 0.2}
"""Share of rows that must lie outside, beyond the rate inside training; 0.05 where none
is named. A change of density alone puts several per cent of rows beyond the 99 %
distance between training rows, though training has been there."""
GROUPS = 20
"""With fewer groups on one side, no evidence is no answer."""
CAVEAT = {
    "SAME": "a large p-value does not prove that they are the same",
    "SHIFTED INSIDE SUPPORT": "a difference is not yet extrapolation",
}


def judge(checks: Sequence[SupportCheck]) -> tuple[SupportCheck, ...]:
    """Return the checks with their verdicts, false alarms bounded over all of them.

    Significant (by Holm's rule) and at least OUTSIDE_SHARE of rows outside beyond the
    rate inside training: `"outside"`; significant otherwise: `"shift"`; measured
    otherwise: `"ok"`.
    """
    corrected = holm([check.p_value for check in checks])
    found = []
    for check, p in zip(checks, corrected, strict=True):
        verdict = "unknown" if p is None else "ok"
        if p is not None and p <= ALPHA:
            least = OUTSIDE_SHARE.get(check.name, 0.05)
            far = check.reveals == "outside" and check.excess >= least
            verdict = "outside" if far else "shift"
        found.append(replace(check, verdict=verdict))
    return tuple(found)


def verdict_of(checks: Sequence[SupportCheck], few: int, is_leaking: bool) -> str:
    """Return the verdict of a split.

    Where a split names parameters, they decide whether it lies outside: raw inputs of
    the same law can leave their box by chance of presentation.

    Args:
        checks: The checks, judged.
        few: Groups on the side that has fewer.
        is_leaking: Whether the isolation audit found rows of it in another split.
    """
    if is_leaking:
        return "LEAK"
    found = {check.verdict for check in checks if decides(check, checks)}
    if "outside" in found:
        return "OUTSIDE SUPPORT"
    if {"outside", "shift"} & {check.verdict for check in checks}:
        return "SHIFTED INSIDE SUPPORT"
    measured = any(check.verdict == "ok" for check in checks)
    return "SAME" if measured and few >= GROUPS else "UNKNOWN"


def decides(check: SupportCheck, checks: Sequence[SupportCheck]) -> bool:
    """Return whether a check may say that the split lies outside."""
    named = any(other.name == LADDER and measured(other) for other in checks)
    return check.name in (LADDER, "convex hull") if named else True


def measured(check: SupportCheck) -> bool:
    """Return whether a check has a value."""
    return not isinstance(check.value, NotMeasured)


def sentence(
    verdict: str,
    checks: Sequence[SupportCheck],
    distance: float | NotMeasured,
    unit: str,
    few: int,
) -> str:
    """Return why a split got its verdict: effect sizes first, in one sentence.

    Args:
        verdict: The verdict.
        checks: The checks, judged.
        distance: Distance from the training box, or why there is none.
        unit: Its unit.
        few: Groups on the side that has fewer.
    """
    if verdict == "LEAK":
        return (
            "LEAK: the isolation audit found examples, groups, outputs or near copies "
            "of this split in another split, so no distance of it counts as "
            "extrapolation."
        )
    parts = [_said(check) for check in _telling(verdict, checks)]
    if not isinstance(distance, NotMeasured) and distance > 0:
        parts.insert(0, f"the median row lies outside by {distance:.2g} {unit}")
    if verdict == "UNKNOWN" and parts:
        why = f"{few} groups on the smaller side, {GROUPS} are needed to tell"
        parts.insert(0, why)
    if not parts:
        values = [check.value for check in checks]
        reasons = {v.reason for v in values if isinstance(v, NotMeasured)}
        parts = [f"nothing could be measured: {'; '.join(sorted(reasons))}"]
    if verdict in CAVEAT:
        parts.append(CAVEAT[verdict])
    return f"{verdict}: {'; '.join(parts)}."


def _telling(verdict: str, checks: Sequence[SupportCheck]) -> list[SupportCheck]:
    """Return the checks that a reader of the verdict needs."""
    found = [check for check in checks if measured(check)]
    if verdict == "OUTSIDE SUPPORT":
        return [check for check in found if check.verdict in ("outside", "shift")]
    if verdict == "SHIFTED INSIDE SUPPORT":
        boxes = (LADDER, "range coverage")
        return [
            c for c in found if c.name in boxes or c.verdict in ("outside", "shift")
        ]
    return found


SHORT = {
    LADDER: "{} of rows outside the training box of the parameters ({})",
    "range coverage": "{} outside the box of the inputs ({})",
    "unseen values": "{} with a value never seen ({})",
    "unseen phrases": "{} with a phrase never seen ({})",
    "convex hull": "{} outside the hull ({})",
    "nearest neighbours": "{} beyond the 99 % distance inside training ({})",
}


def _said(check: SupportCheck) -> str:
    """Return the effect of one check in a few words."""
    value = float(check.value)
    if check.name in SHORT:
        inside = f"{check.null_rate or 0:.1%} in training"
        if check.leading and check.verdict in ("outside", "shift"):
            inside += f", most in {check.leading}"
        return SHORT[check.name].format(f"{value:.1%}", inside)
    if check.unit == "AUC":
        return f"{check.name} AUC {value:.2f}"
    return f"{check.name} {value:.2g}"
