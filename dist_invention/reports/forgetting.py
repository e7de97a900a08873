"""The forgetting matrix: each exam after each stage, shaded, with its numbers."""

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
from dist_invention.reports.words import is_number, number, plain, titled

SHADES = 5
WORSE = 1.05  # a loss this many times its best so far counts as forgotten


def forgetting_table(
    stages: Sequence[str],
    exams: Sequence[str],
    matrix: Sequence[Sequence[Any]],
    unit: str,
) -> Markup:
    """Return a table with one row a stage and one column an exam.

    The deeper a colour, the higher the loss among those of the same exam. An arrow
    marks a loss that rose by more than five per cent over the best of those before.

    Args:
        stages: Names, in the order run.
        exams: Names of the exams.
        matrix: Loss of each exam (columns) after each stage (rows).
        unit: What the numbers are.
    """
    rows = [
        [
            f"after {plain(stage)}",
            *(_cell(matrix, row, column) for column in range(len(exams))),
        ]
        for row, stage in enumerate(stages)
    ]
    head = ("", *(f"exam: {plain(exam)}" for exam in exams))
    said = (
        f"Numbers: {unit}. The deeper the colour, the higher the loss in its "
        "column. \u25b2 marks one that rose by more than 5 % over its best before: "
        "forgotten."
    )
    inner = table(head, rows, class_="matrix shaded")
    return joined([inner, element("p", said, class_="note")])


def risen(values: Sequence[Any], place: int) -> bool:
    """Say whether a loss is over the best of those before it by five per cent.

    Args:
        values: Losses of one exam after each stage.
        place: The one asked about.

    Example:
        >>> [risen([1.0, 0.2, 0.9], place) for place in range(3)]
        [False, False, True]
    """
    before = [float(v) for v in values[:place] if is_number(v)]
    value = values[place]
    return bool(before) and is_number(value) and value > WORSE * min(before)


def _cell(matrix: Sequence[Sequence[Any]], row: int, column: int) -> Markup:
    value = matrix[row][column]
    if not is_number(value):
        return element("td", "not measured", class_="zero")
    losses = [line[column] for line in matrix]
    arrow = " \u25b2" if risen(losses, row) else ""
    return element("td", f"{number(value)}{arrow}", class_=f"g{_shade(losses, value)}")


def _shade(losses: Sequence[Any], value: float) -> int:
    """Return 0 for the lowest loss of an exam, `SHADES` - 1 for the highest."""
    known = [float(v) for v in losses if is_number(v)]
    low, high = min(known), max(known)
    if high <= low:
        return 0
    return round((SHADES - 1) * (value - low) / (high - low))


def forgetting_section(summary: Mapping[str, Any], reference: str) -> Markup:
    """Return the matrix of each arm; that of the reference open.

    Args:
        summary: Content of summary.json.
        reference: The arm that the others are compared with.
    """
    title = "What was forgotten"
    found = [row for row in summary.get("forgetting") or () if row.get("matrix")]
    if not found:
        said = absent("no stage was examined on what the others taught.")
        return section("forgetting", title, said)
    blocks = []
    for row in sorted(found, key=lambda row: row.get("arm") != reference):
        count = row.get("n")
        unit = f"loss, mean over {number(count)} seeds, lower is better"
        inner = forgetting_table(row["stages"], row["exams"], row["matrix"], unit)
        name = titled(row.get("arm", "unnamed"))
        is_open = row.get("arm") == reference
        blocks.append(
            joined([element("h3", name), inner]) if is_open else folded(name, inner)
        )
    lede = "Each stage's examples, asked again after every stage."
    return section("forgetting", title, element("p", lede, class_="lede"), *blocks)
