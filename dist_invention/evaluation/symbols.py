"""Text, categories and integer tokens of two sides, coded with one vocabulary."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

NARROW = 100_000  # a range of integers that needs no sorting


@dataclass(frozen=True)
class Symbols:
    """Symbols of many rows in one line, row after row.

    Args:
        codes: Number of each symbol, shape (t,); some numbers may be unused.
        row: Number of the row of each symbol, ascending, shape (t,).
        num_rows: How many rows there are, empty ones included.
        words: The symbol of each number, as text.

    Example:
        >>> known, asked = np.array(["turn left"]), np.array(["turn right"])
        >>> coded = encode(known, asked)
        >>> coded.codes.tolist(), coded.row.tolist(), coded.words
        ([0, 1, 0, 2], [0, 0, 1, 1], ('turn', 'left', 'right'))
    """

    codes: np.ndarray
    row: np.ndarray
    num_rows: int
    words: tuple[str, ...]

    def lengths(self) -> np.ndarray:
        """Return how many symbols each row has, shape (num_rows,)."""
        return np.bincount(self.row, minlength=self.num_rows)

    def phrases(self, highest: int) -> Iterator[tuple[int, np.ndarray]]:
        """Yield for each order the number of the phrase that begins at each place.

        Args:
            highest: Longest phrase, in symbols.

        Yields:
            Order and codes of shape (t,), from 0; -1 where the row ends before the
            phrase does.
        """
        codes = self.codes
        for order in range(1, highest + 1):
            if order > 1:
                codes = self._longer(codes, order)
            yield order, codes

    def _longer(self, codes: np.ndarray, order: int) -> np.ndarray:
        """Return the codes of phrases with one symbol more."""
        grown = np.full(len(codes), -1)
        last = np.arange(order - 1, len(codes))
        start = last - (order - 1)
        fits = self.row[last] == self.row[start]
        start, last = start[fits], last[fits]
        joined = codes[start] * len(self.words) + self.codes[last]
        grown[start] = np.unique(joined, return_inverse=True)[1]
        return grown

    def text(self, place: int, order: int) -> str:
        """Return the phrase that begins at a place."""
        return " ".join(self.words[i] for i in self.codes[place : place + order])


def encode(reference: np.ndarray, query: np.ndarray) -> Symbols:
    """Code the symbols of training and of a split with one vocabulary.

    Text of shape (n,) is cut at white space. Other arrays give one symbol a value. A
    symbol that only ever fills up rows of training, at one end and in runs, is padding
    and left out.

    Args:
        reference: Training: text, integers or booleans, shape (n, ...).
        query: The split, of the same kind and example shape.

    Returns:
        The rows of training, then those of the split.
    """
    num_rows = len(reference) + len(query)
    if reference.dtype.kind in "US" and reference.ndim == 1:
        listed = [text.split() for text in chain(_texts(reference), _texts(query))]
        codes, words = _coded(chain.from_iterable(listed))
        row = np.repeat(np.arange(num_rows), [len(line) for line in listed])
        return Symbols(codes, row, num_rows, words)
    if reference.dtype.kind in "US":
        codes, words = _coded(chain(_texts(reference.ravel()), _texts(query.ravel())))
    else:
        codes, words = _numbered(np.concatenate([reference.ravel(), query.ravel()]))
    table = codes.reshape(num_rows, -1)
    kept = ~_padding(table, len(reference))
    row = np.nonzero(kept)[0]
    return Symbols(table[kept].astype(np.int64), row, num_rows, words)


def _texts(array: np.ndarray) -> list[str]:
    """Return the entries of a flat array as text."""
    if array.dtype.kind == "S":
        return [entry.decode("utf-8", "backslashreplace") for entry in array.tolist()]
    return array.tolist()


def _coded(words) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the number of each word in order of appearance, and the words."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(word, len(numbers)) for word in words]
    return np.array(codes, dtype=np.int64), tuple(numbers)


def _numbered(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the number of each integer or boolean, and these as text."""
    values = values.astype(np.int64) if values.dtype.kind in "bi" else values
    low, high = (int(end) for end in (values.min(initial=0), values.max(initial=0)))
    if high - low < NARROW:  # no need to sort millions of tokens
        return values.astype(np.int64) - low, tuple(map(str, range(low, high + 1)))
    found, codes = np.unique(values, return_inverse=True)
    return codes, tuple(map(str, found.tolist()))


def _padding(table: np.ndarray, num_reference: int) -> np.ndarray:
    """Return which places are padding, shape (n, length)."""
    if table.shape[1] < 2:
        return np.zeros(table.shape, bool)
    for view in (slice(None), slice(None, None, -1)):  # at the end, then at the start
        turned = table[:, view]
        ends = turned[:num_reference]
        ends = ends[ends[:, -1] == ends[:, -2], -1]
        if len(ends) == 0:
            continue
        symbol = np.bincount(ends).argmax()
        run = np.logical_and.accumulate((turned == symbol)[:, ::-1], axis=1)[:, ::-1]
        mask = turned[:num_reference] == symbol
        if (mask == run[:num_reference]).all() and not mask.all():
            return run[:, view]
    return np.zeros(table.shape, bool)
