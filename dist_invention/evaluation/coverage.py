"""Which rows leave the training box, in which number, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dist_invention.datasets.split import Field
from dist_invention.evaluation.box import Box, fit_box
from dist_invention.evaluation.exceedance import chance_beyond
from dist_invention.evaluation.rows import (
    component,
    is_numeric,
    shared_fields,
)
from dist_invention.evaluation.support_report import SupportCheck, not_checked
import numpy as np

CELLS = 4_000_000  # numbers of one side looked at together: 32 MB


@dataclass(frozen=True)
class Coverage:
    """How the numbers of a split lie in the training box.

    Args:
        check: The answer: share of rows outside, the worst number by name.
        widths: The largest exceedance of each row, in widths, shape (n,); empty if
            there are no numbers.
        leading: Name, unit, share of rows outside and their median exceedance in
            widths, for the numbers that leave the box, most rows first.

    Example:
        >>> x, groups = np.arange(1.0, 12.0), np.arange(11)
        >>> found = box_coverage("range coverage", {"x": x}, {"x": x + 5.0},
        ...                      {"x": Field("x", (), "m")}, (groups, groups))
        >>> round(float(found.check.value), 2), float(found.widths[-1])
        (0.45, 0.5)
    """

    check: SupportCheck
    widths: np.ndarray
    leading: tuple[tuple[str, str, float, float], ...]


def box_coverage(
    name: str,
    reference: Mapping[str, np.ndarray],
    query: Mapping[str, np.ndarray],
    declared: Mapping[str, Field],
    groups: tuple[np.ndarray, np.ndarray],
    padded: bool = True,
) -> Coverage:
    """Ask which rows of a split leave the box of training.

    The p-value counts groups beyond the most extreme training group, number by
    number, and is corrected for the number of borders (Bonferroni).

    Args:
        name: Name of the check.
        reference, query: Arrays of training and of the split, by name.
        declared: Field of each array.
        groups: Number of the group of each row, of both sides.
        padded: Whether zeros may be padding.
    """
    pairs = {
        key: pair
        for key, pair in shared_fields(reference, query).items()
        if is_numeric(pair[0]) and is_numeric(pair[1])
    }
    if not pairs or groups[0].max(initial=0) < 1:
        reason = "no numbers" if not pairs else "training has one group"
        return Coverage(not_checked(name, "share", reason), np.zeros(0), ())
    found = _Tally(groups)
    for key, start, known, asked in _blocks(pairs):
        box = fit_box(known, groups[0], padded)
        found.add(box, asked, declared[key], start)
    return found.coverage(name)


def _blocks(pairs: Mapping) -> Iterator[tuple[str, int, np.ndarray, np.ndarray]]:
    """Yield some columns of both sides at a time: name, first column, rows, rows."""
    for key, (known, asked) in pairs.items():
        sides = [array.reshape(len(array), -1) for array in (known, asked)]
        step = max(1, CELLS // max(map(len, sides)))
        for start in range(0, sides[0].shape[1], step):
            known, asked = (_floats(side[:, start : start + step]) for side in sides)
            yield key, start, known, asked


def _floats(table: np.ndarray) -> np.ndarray:
    """Return numbers in single precision only if they came so."""
    kept = table.dtype in (np.float32, np.float64)
    return table if kept else table.astype(np.float64)


class _Tally:
    """What the boxes of all columns say together."""

    def __init__(self, groups: tuple[np.ndarray, np.ndarray]):
        self.groups = groups
        self.alone, self.outside = (np.zeros(len(side), bool) for side in groups)
        self.widths = np.zeros(len(groups[1]))
        self.leading: list[tuple[str, str, float, float]] = []
        self.most = self.borders = 0

    def add(self, box: Box, asked: np.ndarray, field: Field, start: int) -> None:
        """Count rows and groups that leave the box of some columns of a field."""
        sides, beyond = box.sides(asked), box.exceedance(asked)
        self.alone |= box.alone
        self.outside |= sides.any(axis=(0, 2))
        self.widths = np.maximum(self.widths, beyond.max(axis=1))
        self.most = max(self.most, _most_groups(sides, self.groups[1]))
        self.borders += sides.shape[2] * (3 if sides[2].any() else 2)
        out = np.asarray(sides.any(axis=0))  # (n, d)
        for k in np.flatnonzero(out.any(axis=0)):
            median = float(np.median(beyond[out[:, k], k]))
            share = float(out[:, k].mean())
            self.leading.append((*component(field, start + int(k)), share, median))

    def coverage(self, name: str) -> Coverage:
        """Return the answer over everything counted."""
        leading = sorted(self.leading, key=lambda item: (-item[2], -item[3]))
        trained, tested = (int(side.max()) + 1 for side in self.groups)
        chance = self.borders * float(chance_beyond(self.most, tested, trained))
        null = float(self.alone.mean())
        check = SupportCheck(
            name=name,
            value=float(self.outside.mean()),
            unit="share",
            detail=_said(leading, null),
            null_rate=null,
            p_value=min(1.0, chance),
            reveals="outside",
            leading=leading[0][0] if leading else "",
        )
        return Coverage(check, self.widths, tuple(leading))


def _most_groups(sides: np.ndarray, groups: np.ndarray) -> int:
    """Return how many groups lie beyond the border with most of them beyond it."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    any_row = np.logical_or.reduceat(sides[:, order], starts, axis=1)
    return int(any_row.sum(axis=1).max(initial=0))


def _said(leading: list, null: float) -> str:
    """Return which number leads, and the rate inside training."""
    inside = f"{null:.2%} of training rows lie outside the box of the other groups"
    if not leading:
        return f"no number leaves the training box; {inside}"
    name, unit, share, widths = leading[0]
    return (
        f"{len(leading)} numbers leave the training box; worst: {name} ({unit}), "
        f"{share:.1%} of rows, {widths:.2g} widths outside in the median; {inside}"
    )
