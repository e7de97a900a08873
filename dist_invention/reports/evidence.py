"""Was the question fair? What the audit of the splits found, and which data it was."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.data_identity import identity_table
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    section,
    table,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.support_sheet import support_sheet
from dist_invention.reports.verdict import is_leak, leak_allowed_because
from dist_invention.reports.words import number, titled


def audit_section(run: RunData) -> Markup:
    """Return the audit sheet: isolation, support, and the identity of each split."""
    audit = run.results.get("audit") or {}
    return section(
        "data",
        "Data and audit",
        _audit(audit, is_leak(run.results), leak_allowed_because(run.results)),
        support_sheet(audit),
        identity_table(run.results.get("data") or ()),
    )


def _audit(audit: Mapping[str, Any], leak: bool, reason: str) -> Markup:
    title = element("h3", "Does anything stand on both sides of a split?")
    if not audit:
        return joined([title, absent("the audit left no verdict.")])
    checks = audit.get("checks") or ()
    verdict = str(audit.get("verdict", "not measured"))
    found = sum(_leaks(check) for check in checks)
    if leak:
        said = f"LEAK: {found} of {len(checks)} checks found shared examples."
        line = element("p", said, class_="alarm", role="alert")
    elif reason:
        said = f"ALLOWED LEAK: {found} of {len(checks)} checks found shared examples. "
        line = element("p", said, f"Allowed because: {reason}", class_="alarm")
    else:
        tone = "good" if verdict == "clean" else "even"
        said = element("b", verdict, class_=tone)
        line = element("p", "Verdict: ", said, f" ({len(checks)} checks).")
    overlap = _overlap(audit.get("overlap") or {}, is_clean=verdict == "clean")
    return joined([title, line, overlap, _checks(checks)])


def _leaks(check: Mapping[str, Any]) -> bool:
    """Say whether a check found a leak; without a verdict any find is one."""
    return check.get("verdict", "leak") == "leak" and (check.get("count") or 0) > 0


def _checks(checks: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the checks, what was found first; folded where nothing leaked."""
    if not checks:
        return absent("the audit lists no checks.")
    weights = {"leak": 0, "warning": 1, "ok": 2}
    order = sorted(checks, key=lambda c: weights.get(str(c.get("verdict")), 0))
    rows = [
        (
            titled(check.get("name", "unnamed")),
            " and ".join(map(str, check.get("splits") or ())),
            check.get("verdict") or "not recorded",
            _count(check.get("count"), is_red=_leaks(check)),
            str(check.get("detail") or ""),
        )
        for check in order
    ]
    inner = table(("Check", "Splits", "Verdict", "Found", "Detail"), rows)
    if any(map(_leaks, checks)):
        return inner
    warnings = sum(check.get("verdict") == "warning" for check in checks)
    return folded(f"All {len(rows)} checks, {warnings} with a warning", inner)


def _overlap(overlap: Mapping[str, Any], is_clean: bool) -> Markup:
    """Return the overlap matrix; red where splits share what they must not."""
    names, matrix = overlap.get("splits") or (), overlap.get("matrix") or ()
    if not names or not matrix:
        return absent("the audit has no overlap matrix.")
    size = range(len(names))
    rows = [
        [
            names[r],
            *(
                element("td", "\u2013", class_="zero")
                if r == c
                else _count(matrix[r][c], is_red=matrix[r][c] > 0 and not is_clean)
                for c in size
            ),
        ]
        for r in size
    ]
    inner = table(("", *names), rows, class_="matrix")
    shared = sum(matrix[r][c] > 0 for r in size for c in size if r < c)
    if shared:
        said = f"Pairs of splits that share examples: {shared}."
        return joined([element("p", said), inner])
    return folded("No two splits share an example: the overlap matrix", inner)


def _count(value: Any, is_red: bool) -> Markup:
    return element("td", number(value), class_="leak" if is_red else "zero")
