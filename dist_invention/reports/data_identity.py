"""Which data a run saw: size, hash, role and ranges of every split."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.markup import Markup, absent, element, joined, table
from dist_invention.reports.words import in_tier_order, is_number, number, plain


def identity_table(data: Sequence[Mapping[str, Any]]) -> Markup:
    """Return one row a split or stream, training first, then by distance.

    Args:
        data: The list `data` of results.json.
    """
    if not data:
        return absent("the results hold no identity of the data.")
    tiers = in_tier_order(item.get("tier") or "" for item in data)
    rows = [
        (
            item.get("name", "unnamed"),
            item.get("role") or "not recorded",
            item.get("tier") or "none",
            element("td", _examples(item), class_="num"),
            element("code", str(item["sha256"])[:12], title=item["sha256"])
            if item.get("sha256")
            else "drawn afresh",
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
