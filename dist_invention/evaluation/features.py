"""Rows of both sides as one table of numbers, for tests that compare distributions."""

from dataclasses import dataclass

from dist_invention.evaluation.rows import (
    Rows,
    component,
    is_numeric,
    is_sequence,
    is_symbolic,
    shared_fields,
)
from dist_invention.evaluation.symbols import Symbols, encode
import numpy as np

COLUMNS = 256
"""Columns kept of all fields of numbers, evenly spaced within each."""
PHRASES = 64
"""Commonest words and pairs of words of a field of symbols that get a column each."""


@dataclass(frozen=True)
class Features:
    """Two sides as numbers, without gaps and without constant columns.

    Args:
        known: Training, shape (n, d).
        asked: The split, shape (m, d).
        labels: Name of each column, with its unit.
        left_out: Columns of the inputs that were left out to bound the cost.

    Example:
        >>> Features(np.zeros((3, 1)), np.ones((2, 1)), ("x (m)",), 0).standard()[1]
        array([[1.22474487],
               [1.22474487]])
    """

    known: np.ndarray
    asked: np.ndarray
    labels: tuple[str, ...]
    left_out: int

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.known.shape[1]

    def remark(self) -> str:
        """Return how the inputs were cut down, as words for a detail; often none."""
        total = self.width + self.left_out
        return f"; {self.width} of {total} columns used" if self.left_out else ""

    def standard(self) -> tuple[np.ndarray, np.ndarray]:
        """Return both sides, each column with mean 0 and deviation 1 over the pool.

        The pool does not know which row is whose, so a permutation of the rows stays
        exact.
        """
        pool = np.concatenate([self.known, self.asked])
        mean, scale = pool.mean(axis=0), pool.std(axis=0)
        return (self.known - mean) / scale, (self.asked - mean) / scale


def feature_table(reference: Rows, query: Rows) -> Features:
    """Return the inputs of two sides as one table of numbers.

    Numbers are flattened; where one is missing it gets the mean and a column says so.
    Text, categories and integer tokens become counts of the commonest words and pairs
    of words, and a length.

    Args:
        reference: Training, or a sample of it.
        query: The split, or a sample of it.
    """
    blocks, labels, left_out = [], [], 0
    pairs = shared_fields(reference.inputs, query.inputs)
    numbers = {
        name: [array.reshape(len(array), -1) for array in pair]
        for name, pair in pairs.items()
        if is_numeric(pair[0]) and is_numeric(pair[1])
    }
    total = sum(pair[0].shape[1] for pair in numbers.values())
    for name, pair in numbers.items():
        size = pair[0].shape[1]
        share = max(1, size * COLUMNS // max(total, COLUMNS))
        kept = np.unique(np.linspace(0, size - 1, share).astype(int))
        left_out += size - len(kept)
        table = np.concatenate([array[:, kept] for array in pair]).astype(np.float64)
        units = [component(reference.declared[name], int(k)) for k in kept]
        _add(blocks, labels, *_filled(table, [f"{a} ({b})" for a, b in units]))
    for name, (known, asked) in pairs.items():
        if is_symbolic(known) and is_symbolic(asked) and name not in numbers:
            coded = encode(known, asked)
            _add(blocks, labels, *_bag(name, coded, 2 if is_sequence(known) else 1))
    rows = len(reference) + len(query)
    table = np.concatenate(blocks, axis=1) if blocks else np.zeros((rows, 0))
    varied = table.std(axis=0) > 1e-9 * np.abs(table).max(axis=0, initial=0.0)
    table = table[:, varied]
    labels = tuple(np.array(labels, dtype=object)[varied]) if labels else ()
    known, asked = np.split(table, [len(reference)])
    return Features(known, asked, labels, left_out)


def _add(blocks: list, labels: list, table: np.ndarray, names: list[str]) -> None:
    """Append columns and their names."""
    blocks.append(table)
    labels += names


def _filled(table: np.ndarray, names: list[str]) -> tuple[np.ndarray, list[str]]:
    """Fill what is not finite with the mean of the rest, and mark it in a column."""
    missing = ~np.isfinite(table)
    gaps = np.flatnonzero(missing.any(axis=0))
    if len(gaps) == 0:
        return table, names
    total = np.where(missing, 0.0, table).sum(axis=0)
    mean = total / np.maximum((~missing).sum(axis=0), 1)
    marks = [f"{names[k]} missing" for k in gaps]
    filled = np.where(missing, mean, table)
    return np.concatenate([filled, missing[:, gaps]], axis=1), names + marks


def _bag(name: str, coded: Symbols, highest: int) -> tuple[np.ndarray, list[str]]:
    """Return lengths and counts of the commonest phrases, one row each."""
    columns, names = [coded.lengths()[:, None]], [f"{name}: length (symbols)"]
    for order, codes in coded.phrases(highest):
        here = np.flatnonzero(codes >= 0)
        times = np.bincount(codes[here], minlength=1)
        kept = np.argsort(-times, kind="stable")[: PHRASES // highest]
        kept = kept[times[kept] > 0]
        column, first = np.full((2, len(times)), -1)
        column[kept] = np.arange(len(kept))
        first[codes[here[::-1]]] = here[::-1]  # the last to be written is the first
        among = here[column[codes[here]] >= 0]
        place = coded.row[among] * len(kept) + column[codes[among]]
        counts = np.bincount(place, minlength=coded.num_rows * len(kept))
        columns.append(counts.reshape(coded.num_rows, len(kept)))
        names += [f"{name}: `{coded.text(int(first[k]), order)}` (count)" for k in kept]
    return np.concatenate(columns, axis=1).astype(np.float64), names
