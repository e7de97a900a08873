"""What the differences come down to, in sentences; by default: no evidence."""

from collections.abc import Mapping, Sequence
import math
from typing import Any

from dist_invention.reports.words import amount, interval, number, plain

LEVEL = 0.05  # share of families in which chance alone may look like an effect
NOTHING = "no evidence of benefit"
TIERS = ("far", "near", "in")  # where an answer counts most
CONTROLS = ("joint", "random")  # the arms that matter most

Row = Mapping[str, Any]


def verdicts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return one verdict a difference.

    `benefit` means that the curriculum is better than the arm: the p-value after Holm
    is at most 0.05 and the interval leaves out 0; `harm`, that it is worse.

    Args:
        rows: Scores with their differences, adjusted as one family.
    """
    return [
        {
            "arm": item["arm"],
            "split": row["split"],
            "metric": row["metric"],
            "verdict": _judged(row, item),
            "sentence": f"Against {item['arm']}, {plain(row['metric'])} on "
            f"{plain(row['split'])}: {said(row, item)}.",
        }
        for row in rows
        for item in row["differences"]
    ]


def said(row: Row, difference: Row) -> str:
    """Return what one difference says, with all that it rests on.

    Args:
        row: The measure.
        difference: One arm against the curriculum.

    Example:
        >>> item = {"mean": 0.5, "interval": [-1.0, 2.0], "p_holm": 1.0}
        >>> said({"better": "lower", "unit": "m"}, {**item, "per_seed": [1, 2, 3]})
        'no evidence of benefit (difference 0.500 m, 95 % interval [-1.00, 2.00], n=3)'
    """
    n = len(difference["per_seed"])
    if not n:
        return f"{NOTHING} (not compared: no seed finished in both arms)"
    bounds = difference["interval"]
    shown = interval(bounds) if bounds else "refused, 3 seeds are needed"
    numbers = (
        f"difference {amount(difference['mean'], row['unit'])}, 95 % interval {shown}"
    )
    if bounds and not bounds[0] <= 0 <= bounds[1]:  # so chance must be looked at
        numbers += f", p={number(difference['p_holm'])} after Holm"
    return f"{_judged(row, difference)} ({numbers}, n={n})"


def verdict(rows: Sequence[Row], is_fair: bool) -> str:
    """Return the one sentence that a campaign comes down to.

    Args:
        rows: Scores with their differences, adjusted as one family.
        is_fair: Whether all arms had the same budget.
    """
    compared = sum(bool(d["per_seed"]) for row in rows for d in row["differences"])
    if not compared:
        return (
            "Nothing to compare: no control has finished beside the curriculum of its "
            "seed. Give the same command again, or add --arms joint,random."
        )
    counts = {
        kind: sum(item["verdict"] == kind for item in verdicts(rows))
        for kind in ("benefit", "harm")
    }
    if any(counts.values()):
        start = (
            f"Of {compared} comparisons, the curriculum is better in "
            f"{counts['benefit']} and worse in {counts['harm']}"
        )
    else:
        start = f"No evidence of benefit in any of {compared} comparisons"
    row, item = main_comparison(rows)
    unfair = "" if is_fair else " The budgets differ, so this shows nothing yet."
    return (
        f"{start}. Against {item['arm']}, {plain(row['metric'])} on "
        f"{plain(row['split'])}: {said(row, item)}.{unfair}"
    )


def main_comparison(rows: Sequence[Row]) -> tuple[Row, Row]:
    """Return the difference that matters most: the first metric, far out, to joint.

    Args:
        rows: Scores; at least one of them has a difference.
    """
    rows = [row for row in rows if any(d["per_seed"] for d in row["differences"])]
    first = [row for row in rows if row["metric"] == rows[0]["metric"]]
    ordered = sorted(first, key=lambda row: _place(row["tier"], TIERS))
    row = ordered[0]
    known = [item for item in row["differences"] if item["per_seed"]]
    item = min(known, key=lambda item: _place(item["arm"], CONTROLS))
    return row, item


def seeds_needed(comparisons: int) -> int:
    """Return how many seeds a family needs before any of it can be shown.

    The exact paired test cannot fall below 2 ^ (1 - seeds), and Holm multiplies the
    smallest p-value by the number of comparisons.

    Args:
        comparisons: Size of the family, at least 1.

    Example:
        >>> seeds_needed(1), seeds_needed(8)
        (6, 9)
    """
    return math.ceil(1 + math.log2(comparisons / LEVEL))


def _judged(row: Row, difference: Row) -> str:
    p_value, bounds = difference["p_holm"], difference["interval"]
    if p_value is None or bounds is None or p_value > LEVEL:
        return NOTHING
    if bounds[0] <= 0 <= bounds[1]:
        return NOTHING
    is_lower = difference["mean"] < 0
    return "benefit" if is_lower == (row["better"] == "lower") else "harm"


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)
