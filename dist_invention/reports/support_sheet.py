"""How far outside is the test? One card a split, its checks folded below."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.calibration import calibration_table
from dist_invention.reports.marks import verdict_picture
from dist_invention.reports.markup import Markup, absent, element, folded, joined, table
from dist_invention.reports.words import (
    amount,
    in_tier_order,
    is_number,
    number,
    tier_name,
    titled,
)

TONES = {
    "LEAK": "v-leak",
    "SAME": "v-same",
    "SHIFTED INSIDE SUPPORT": "v-inside",
    "OUTSIDE SUPPORT": "v-outside",
}
OUTSIDE = ("near", "far")  # tiers whose name promises to lie outside
_MEANINGS = (
    ("SAME", "no check tells it from the training data"),
    ("SHIFTED INSIDE SUPPORT", "drawn otherwise, yet from where training data lies"),
    ("OUTSIDE SUPPORT", "where no training data lies"),
    ("LEAK", "shares examples with training; its score says nothing"),
    ("UNKNOWN", "the checks could not decide"),
)

Row = Mapping[str, Any]


def support_sheet(audit: Mapping[str, Any]) -> Markup:
    """Return the verdict of the support audit on each split, and its calibration.

    Args:
        audit: The object `audit` of results.json.
    """
    rows = audit.get("support")
    title = element("h3", "Does the test lie outside the training data?")
    if not rows:
        return joined([title, absent("the audit did not look at the support.")])
    tiers = in_tier_order(row.get("tier") or "" for row in rows)
    order = sorted(rows, key=lambda row: tiers.index(row.get("tier") or ""))
    cards = element("ul", *(_card(row) for row in order), class_="cards")
    meanings = (
        element("span", verdict_picture(verdict), f"{verdict}: {said}", class_="key")
        for verdict, said in _MEANINGS
    )
    legend = folded("What the verdicts mean", element("div", *meanings, class_="lines"))
    calibration = calibration_table(audit.get("support_calibration"))
    return joined([title, cards, legend, calibration])


def broken_promise(row: Row) -> str:
    """Say so where a split is named near or far and does not lie outside.

    Args:
        row: One entry of `support`.

    Example:
        >>> broken_promise({"tier": "far", "verdict": "SAME"})
        'Named far, yet not found outside the training data.'
        >>> broken_promise({"tier": "in", "verdict": "SAME"})
        ''
    """
    kept = row.get("verdict") in ("OUTSIDE SUPPORT", "LEAK")
    if kept or row.get("tier") not in OUTSIDE:
        return ""
    return f"Named {row['tier']}, yet not found outside the training data."


def _card(row: Row) -> Markup:
    verdict = str(row.get("verdict") or "UNKNOWN")
    promise = broken_promise(row)
    tier = tier_name(row["tier"]) if row.get("tier") else "No tier"
    return element(
        "li",
        element("p", verdict_picture(verdict), verdict, class_="verdict"),
        element("b", str(row.get("split", "unnamed"))),
        element("span", tier, class_="note"),
        _sentence(row, verdict),
        element("p", promise, class_="bad") if promise else "",
        element("p", _distance(row), class_="note"),
        _checks(row.get("checks") or ()),
        class_=TONES.get(verdict, "v-unknown"),
    )


def _sentence(row: Row, verdict: str) -> Markup:
    """Return the reason without the verdict, which stands above it, then the rest."""
    said = str(row.get("sentence") or "No sentence was recorded.")
    first, _, rest = said.removeprefix(f"{verdict}: ").partition("; ")
    first = first[:1].upper() + first[1:]
    if not rest:
        return element("p", first)
    more = element("p", rest[:1].upper() + rest[1:], class_="note")
    return joined([element("p", f"{first}."), more])


def _distance(row: Row) -> str:
    distance = row.get("distance")
    if not is_number(distance):
        return "Distance from training: not measured."
    if distance == 0:
        return "Distance from training: 0, inside the training range."
    return f"Distance from training: {amount(distance, row.get('distance_unit'))}."


def _checks(checks: Sequence[Row]) -> Markup:
    if not checks:
        return absent("no check was made.")
    rows = [
        (
            titled(check.get("name", "unnamed")),
            element("td", str(check.get("verdict") or "unknown"), class_="num"),
            element("td", amount(check.get("value"), check.get("unit")), class_="num"),
            element("td", _within(check), class_="num"),
            element("td", _optional(check.get("p_value")), class_="num"),
            str(check.get("detail") or ""),
        )
        for check in checks
    ]
    head = ("Check", "Verdict", "Value", "In training", "p", "Detail")
    found = sum(check.get("verdict") in ("shift", "outside") for check in checks)
    said = f"{len(rows)} checks, {found} found a difference"
    return folded(said, table(head, rows))


def _within(check: Row) -> str:
    """Return the same share inside training, which a share is compared with."""
    rate = check.get("null_rate")
    return "none" if rate is None else amount(rate, check.get("unit"))


def _optional(value: Any) -> str:
    return "none" if value is None else number(value)
