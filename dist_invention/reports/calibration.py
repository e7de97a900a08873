"""How often a check cries wolf: its false alarms on train against train."""

from collections.abc import Mapping
import math
from typing import Any

from dist_invention.reports.markup import Markup, absent, element, folded, joined, table
from dist_invention.reports.words import is_number, number, titled

CHANCE = 0.01  # so many alarms or more are that unlikely in an honest check

Row = Mapping[str, Any]


def calibration_table(rows: Any) -> Markup:
    """Return the false alarms of each check; in red where chance does not explain them.

    Args:
        rows: `support_calibration` of the audit, or None.
    """
    if not rows:
        return absent("the checks were not calibrated on train against train.")
    head = ("Check", "False alarms", "Promised", "Repeats", "So", "Detail")
    inner = table(head, map(_cells, rows))
    loud = sum(map(is_loud, rows))
    if loud:
        said = f"{loud} of {len(rows)} checks cry wolf more often than they promise."
        return joined([element("p", said, class_="alarm"), inner])
    return folded(f"{_summary(rows)}: no more than chance explains", inner)


def is_loud(row: Row) -> bool:
    """Say whether alarms are more than an honest check would raise by chance.

    Args:
        row: One check: its false-positive rate, the nominal rate, and the repeats.

    Example:
        >>> is_loud({"false_positive_rate": 1 / 6, "nominal": 0.05, "repeats": 6})
        False
        >>> is_loud({"false_positive_rate": 0.5, "nominal": 0.05, "repeats": 6})
        True
    """
    rate, nominal, repeats = (
        row.get(name) for name in ("false_positive_rate", "nominal", "repeats")
    )
    if not (is_number(rate) and is_number(nominal) and is_number(repeats)):
        return False
    count = int(repeats)
    tail = sum(
        math.comb(count, k) * nominal**k * (1 - nominal) ** (count - k)
        for k in range(round(rate * count), count + 1)
    )
    return tail < CHANCE


def _cells(row: Row) -> tuple[object, ...]:
    loud, rate = is_loud(row), row.get("false_positive_rate")
    said = (
        "too many" if loud else "within chance" if is_number(rate) else "not measured"
    )
    return (
        titled(row.get("name", "unnamed")),
        element("td", _per_cent(rate), class_="leak" if loud else "num"),
        element("td", _per_cent(row.get("nominal")), class_="num"),
        element("td", number(row.get("repeats")), class_="num"),
        element("td", said, class_="num"),
        str(row.get("detail") or ""),
    )


def _summary(rows: Any) -> str:
    rates = [r["false_positive_rate"] for r in rows if is_number(r.get("repeats"))]
    known = [float(rate) for rate in rates if is_number(rate)]
    said = "False alarms on train against train"
    if not known:
        return said
    repeats = sorted({int(r["repeats"]) for r in rows if is_number(r.get("repeats"))})
    times = " or ".join(map(str, repeats))
    low, high = _per_cent(min(known)), _per_cent(max(known))
    return f"{said}, {times} repeats: {low} to {high} in {len(known)} checks"


def _per_cent(value: Any) -> str:
    return f"{100 * value:.3g} %" if is_number(value) else "not measured"
