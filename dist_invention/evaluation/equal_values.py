"""Rows that have the same value as exactly one group of training."""

from dist_invention.evaluation.coincidences import Found
import numpy as np


class ValueFinder:
    """Finds the one training group that has the same value.

    A value of many groups (an empty output, a frequent answer) says nothing about
    where an example comes from, so that only a match with a single group counts.

    Args:
        values: Number of the value of every row, shape (rows,).
        groups: Number of the group of every row, shape (rows,).
        sizes: How much there is to match in every row, shape (rows,).
        contents: Number of the content of every row. If given, a row whose content
            stands in another group is left to the search for equal inputs.
    """

    limits: tuple[float, ...] = (0.0,)
    queries = 1_000_000
    references = 1_000_000
    repeats = 20

    def __init__(
        self,
        values: np.ndarray,
        groups: np.ndarray,
        sizes: np.ndarray,
        contents: np.ndarray | None = None,
    ):
        self.values, self.groups = values, groups
        self.sizes, self.contents = sizes, contents

    def find(self, reference: np.ndarray, queries: np.ndarray) -> Found:
        """Return the rows whose value stands in exactly one other group.

        Args:
            reference: Positions of rows to compare with.
            queries: Positions of rows to look up.
        """
        others, partner = other_groups(self.values, self.groups, reference, queries)
        matched = others == 1
        if self.contents is not None:
            same, _ = other_groups(self.contents, self.groups, reference, queries)
            matched &= same == 0
        return Found(
            np.where(matched, 0.0, np.inf),
            np.where(matched, partner, -1),
            self.sizes[queries],
        )


def other_groups(
    values: np.ndarray, groups: np.ndarray, reference: np.ndarray, queries: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many other groups hold the value of each query, and their sum.

    Args:
        values: Number of the value of every row, shape (rows,).
        groups: Number of the group of every row, shape (rows,).
        reference: Positions of rows to compare with.
        queries: Positions of rows to look up.

    Returns:
        Counts of groups but the query's own, and the sum of their numbers, which is
        the group where there is one. Both of the shape of `queries`.
    """
    wide = int(groups.max()) + 1
    pairs = values.astype(np.int64) * wide + groups
    known = np.unique(pairs[reference])
    value, group = np.divmod(known, wide)
    rows = int(values.max()) + 1
    asked = values[queries]
    own = np.isin(pairs[queries], known)
    count = np.bincount(value, minlength=rows)[asked] - own
    total = np.bincount(value, weights=group, minlength=rows)[asked]
    return count, (total - own * groups[queries]).astype(np.int64)
