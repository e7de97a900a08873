"""The differences of a comparison as plain text, for the end of a command."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.words import interval, number, plain

HEAD = ("split", "arm", "mean", "curriculum - arm", "95 % interval", "p, Holm", "seeds")

Row = Mapping[str, Any]


def difference_table(summary: Mapping[str, Any]) -> str:
    """Return the verdict, the budget and one block a headline metric.

    Args:
        summary: Content of summary.json.
    """
    named = dict.fromkeys(item["metric"] for item in summary["verdicts"])
    known = dict.fromkeys(row["metric"] for row in summary["scores"])
    blocks = [
        _block([row for row in summary["scores"] if row["metric"] == metric])
        for metric in named or known
    ]
    areas = [_block(summary["area"])] if summary["area"] else []
    lines = [summary["budget"]["sentence"], *summary["warnings"], summary["verdict"]]
    return "\n\n".join([*blocks, *areas, "\n".join(lines)])


def _block(rows: Sequence[Row]) -> str:
    first = rows[0]
    unit = "" if first["unit"] == "1" else f"{first['unit']}, "
    title = f"{plain(first['metric'])} ({unit}{first['better']} is better)"
    cells = [HEAD, *(cell for row in rows for cell in _cells(row))]
    widths = [max(len(row[k]) for row in cells) for k in range(len(HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)])


def _cells(row: Row) -> list[tuple[str, ...]]:
    differences = {item["arm"]: item for item in row["differences"]}
    found = []
    for place, cell in enumerate(row["arms"]):
        item = differences.get(cell["arm"])
        found.append(
            (
                str(row["split"]) if place == 0 else "",
                cell["arm"],
                number(cell["mean"]),
                "" if item is None else number(item["mean"]),
                "" if item is None else _interval(item),
                ""
                if item is None or item["p_holm"] is None
                else number(item["p_holm"]),
                str(len(cell["values"])),
            )
        )
    return found


def _interval(item: Row) -> str:
    return interval(item["interval"]) if item["interval"] else "refused"
