"""How often each test split was looked at, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.markup import Markup, absent, element, table
from dist_invention.reports.words import is_number, number

Receipt = Mapping[str, Any]


def looked_twice(reads: Any) -> list[str]:
    """Return the test splits that were read more than once.

    Reading again with the same weights repeats the same numbers: it is one read.

    Args:
        reads: The list `reads` of results.json, or None.

    Example:
        >>> looked_twice([{"split": "far", "count": 2}, {"split": "near"}])
        ['far']
    """
    return [name for name, found in _by_split(reads).items() if _count(found) > 1]


def reads_table(reads: Any) -> Markup:
    """Return how often each test was read; in red where a later read could choose.

    Args:
        reads: The list `reads` of results.json, or None.
    """
    if not reads:
        return absent("no receipt says when test splits were read.")
    title = element("h3", "Reads of the test splits")
    found, twice = _by_split(reads), looked_twice(reads)
    if not twice:
        said = f"Each read once, with the judged weights: {', '.join(found)}."
        return element("div", title, element("p", said, class_="note"))
    rows = [
        (
            name,
            element("td", number(_count(found[name])), class_=_tone(name, twice)),
            element("code", str(receipt.get("weights_sha256") or "")[:12]),
            _reason(receipt, place),
        )
        for name in found
        for place, receipt in enumerate(found[name], 1)
    ]
    said = (
        f"Read more than once: {', '.join(twice)}. After a first look, whatever was "
        "changed can have been chosen by it."
    )
    head = ("Split", "Reads", "Weights", "Reason")
    return element("div", title, element("p", said, class_="alarm"), table(head, rows))


def _by_split(reads: Sequence[Receipt] | None) -> dict[str, list[Receipt]]:
    found: dict[str, list[Receipt]] = {}
    for receipt in reads or ():
        found.setdefault(str(receipt.get("split")), []).append(receipt)
    return found


def _count(receipts: Sequence[Receipt]) -> int:
    counts = [int(r["count"]) for r in receipts if is_number(r.get("count"))]
    weights = {str(receipt.get("weights_sha256")) for receipt in receipts}
    return max([len(weights), *counts])


def _tone(name: str, twice: Sequence[str]) -> str:
    return "leak" if name in twice else "num"


def _reason(receipt: Receipt, place: int) -> str:
    given = receipt.get("reason")
    return str(given) if given else "first read" if place == 1 else "none was given"
