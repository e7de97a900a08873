"""Was the question fair, and did the model listen: audit, data identity, health."""

from collections.abc import Mapping, Sequence
from typing import Any

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
from dist_invention.reports.verdict import is_leak
from dist_invention.reports.words import in_tier_order, is_number, number, plain, titled


def audit_section(run: RunData) -> Markup:
    """Return the verdict of the isolation audit and the identity of each split."""
    audit = run.results.get("audit") or {}
    return section(
        "data",
        "Data and audit",
        _audit(audit, is_leak(run.results)),
        _identity(run.results.get("data") or ()),
        _reads(run.results.get("reads")),
    )


def health_section(run: RunData) -> Markup:
    """Return what the monitors found: collapse, loss shares and the like."""
    findings = run.results.get("health")
    if not findings:
        return section("health", "Health", absent("no monitor left a finding."))
    head = ("Monitor", "Verdict", "Value", "Limit", "Detail")
    rows = [
        (
            titled(item.get("name", "unnamed")),
            element("span", item.get("verdict", "not measured"), class_=_tone(item)),
            number(item.get("value")),
            number(item.get("limit")) if item.get("limit") is not None else "none",
            str(item.get("detail") or ""),
        )
        for item in findings
    ]
    return section("health", "Health", table(head, rows))


def _tone(item: Mapping[str, Any]) -> str:
    verdict = str(item.get("verdict", "not measured")).lower()
    if verdict in ("off", "not measured"):
        return "said note"
    return "said good" if verdict == "ok" else "said bad"


def _audit(audit: Mapping[str, Any], leak: bool) -> Markup:
    if not audit:
        return absent("the audit left no verdict.")
    checks = audit.get("checks") or ()
    verdict = str(audit.get("verdict", "not measured"))
    if leak:
        found = sum(_leaks(check) for check in checks)
        said = f"LEAK: {found} of {len(checks)} checks found shared examples."
        line = element("p", said, class_="alarm", role="alert")
    else:
        tone = "good" if verdict == "clean" else "even"
        said = element("b", verdict, class_=tone)
        line = element("p", "Verdict: ", said, f" ({len(checks)} checks).")
    reason = audit.get("allowed_because")
    allowed = element("p", f"Allowed because: {reason}") if reason else ""
    overlap = _overlap(audit.get("overlap") or {}, is_clean=verdict == "clean")
    return joined([line, allowed, overlap, _checks(checks)])


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


def _identity(data: Sequence[Mapping[str, Any]]) -> Markup:
    if not data:
        return absent("the results hold no identity of the data.")
    tiers = in_tier_order(item.get("tier") or "" for item in data)
    rows = [
        (
            item.get("name", "unnamed"),
            item.get("role") or "not recorded",
            item.get("tier") or "none",
            element("td", _examples(item), class_="num"),
            element(
                "code", str(item.get("sha256") or "")[:12], title=item.get("sha256")
            ),
            _ranges(item),
        )
        for item in sorted(data, key=lambda item: _place(item, tiers))
    ]
    head = ("Split", "Role", "Tier", "Examples", "SHA-256", "Ranges")
    return joined([element("h3", "Data identity"), table(head, rows)])


def _examples(item: Mapping[str, Any]) -> str:
    """Return the size of a split; a stream has none, only a pace."""
    pace = item.get("examples_per_epoch")
    if item.get("n") is None and pace is not None:
        return f"stream, {number(pace)} an epoch"
    return number(item.get("n"))


def _place(item: Mapping[str, Any], tiers: list) -> tuple[int, int]:
    roles = ("train", "select", "test")
    role = item.get("role")
    known = roles.index(role) if role in roles else len(roles)
    return known, tiers.index(item.get("tier") or "")


def _ranges(item: Mapping[str, Any]) -> Markup:
    """Return the ranges of the law where the datasheet has them, else of all arrays."""
    sheet = item.get("datasheet") or {}
    units = item.get("units") or {}
    law = sheet.get("law") if isinstance(sheet.get("law"), Mapping) else None
    ranges = (law or item.get("ranges") or {}).items()
    lines = [
        element("span", f"{plain(name)} {_span(bounds)}{_unit(units.get(name))}")
        for name, bounds in ranges
    ]
    return element("td", *(lines or ["not recorded"]), class_="ranges")


def _unit(unit: Any) -> str:
    return "" if unit in (None, "", "1") else f" {unit}"


def _span(bounds: Any) -> str:
    """Return `-12 to -3`, several intervals joined by `or`, or the value as it is."""
    if isinstance(bounds, list | tuple) and bounds:
        if all(isinstance(part, list | tuple) for part in bounds):
            return " or ".join(_span(part) for part in bounds)
        if len(bounds) == 2 and all(map(is_number, bounds)):
            return f"{bounds[0]:.4g} to {bounds[1]:.4g}"
    return str(bounds)


def _reads(reads: Any) -> Markup:
    if not reads:
        return absent("no receipt says when test splits were read.")
    weights: dict[str, set[str]] = {}
    for receipt in reads:
        weights.setdefault(str(receipt.get("split")), set()).add(
            str(receipt.get("weights_sha256"))
        )
    twice = sorted(name for name, hashes in weights.items() if len(hashes) > 1)
    if twice:
        said = f"Read with more than one set of weights: {', '.join(twice)}."
        return element("p", said, class_="alarm")
    names = ", ".join(weights)
    return element("p", f"Read once, with the final weights: {names}.", class_="note")
