"""Texts and rows of tokens as numbers: what they are made of, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
import hashlib

from dist_invention.datasets.split import Split
from dist_invention.evaluation.fingerprints import is_tokens, texts
import numpy as np


@dataclass(frozen=True)
class Tokens:
    """The tokens of many examples, end to end.

    Args:
        flat: Every token as a number of 64 bits, shape (tokens,).
        starts: Where each example begins, shape (examples,). An example without a
            token holds one 0.

    Example:
        >>> Tokens(np.array([7, 8, 9], np.uint64), np.array([0, 2])).lengths
        array([2, 1])
    """

    flat: np.ndarray
    starts: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """Number of tokens of each example, shape (examples,)."""
        return np.diff(np.append(self.starts, len(self.flat)))

    def take(self, rows: np.ndarray) -> "Tokens":
        """Return the tokens of these examples only.

        Args:
            rows: Positions of examples, shape (k,).
        """
        lengths = self.lengths[rows]
        starts = np.cumsum(lengths) - lengths
        jumps = np.repeat(self.starts[rows] - starts, lengths)
        return Tokens(self.flat[np.arange(lengths.sum()) + jumps], starts)

    def bags(self) -> np.ndarray:
        """Return a number for the tokens of each example, whatever their order."""
        return np.add.reduceat(mix(self.flat), self.starts)


def mix(numbers: np.ndarray) -> np.ndarray:
    """Return 64 well-mixed bits for each number (splitmix64, Steele et al. 2014)."""
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def token_names(split: Split) -> list[str]:
    """Return the names of the inputs that are texts or rows of whole numbers."""
    return sorted(n for n in split.inputs if is_tokens(np.asarray(split.arrays[n])))


def tokens_of(split: Split, names: Sequence[str]) -> Tokens:
    """Return the tokens of some inputs, one after the other.

    Text is divided at blanks. Zeros at the end of a row of numbers are padding. Equal
    tokens of two inputs are two different numbers.

    Args:
        split: Examples.
        names: Inputs that `token_names` lists, at least one.
    """
    flats, rows = [], []
    for salt, name in enumerate(names):
        flat, lengths = _tokens(np.asarray(split.arrays[name]))
        flats.append(mix(flat + np.uint64(salt)))
        rows.append(np.repeat(np.arange(len(split)), lengths))
    row = np.concatenate(rows)
    empty = np.setdiff1d(np.arange(len(split)), row)
    row = np.concatenate([row, empty])
    flat = np.concatenate([*flats, np.zeros(len(empty), np.uint64)])
    order = np.argsort(row, kind="stable")
    return Tokens(flat[order], np.searchsorted(row[order], np.arange(len(split))))


def _tokens(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the tokens of one input end to end, and how many each example has."""
    if array.dtype.kind in "US":
        words = [text.split() for text in texts(array)]
        known: dict[str, int] = {}
        for word in {word for row in words for word in row}:
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            known[word] = int.from_bytes(digest, "little")
        flat = np.array([known[word] for row in words for word in row], np.uint64)
        return flat, np.array([len(row) for row in words])
    used = array[:, ::-1] != 0
    lengths = np.where(used.any(axis=1), array.shape[1] - used.argmax(axis=1), 0)
    kept = np.arange(array.shape[1]) < lengths[:, None]
    return array[kept].astype(np.int64).astype(np.uint64), lengths


def join(parts: Sequence[Tokens]) -> Tokens:
    """Return the tokens of several sets of examples as one.

    Args:
        parts: At least one set.
    """
    lengths = np.concatenate([part.lengths for part in parts])
    flat = np.concatenate([part.flat for part in parts])
    return Tokens(flat, np.cumsum(lengths) - lengths)
