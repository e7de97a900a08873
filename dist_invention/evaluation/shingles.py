"""Texts that share most of their pairs of neighbouring words: MinHash, in NumPy."""

from collections.abc import Iterator

from dist_invention.evaluation.coincidences import Found
from dist_invention.evaluation.equal_values import other_groups
from dist_invention.evaluation.tokens import Tokens, mix
import numpy as np

HASHES = 64
BAND = 4  # hashes that must agree before two texts are compared
CANDIDATES = 8  # texts compared in one band, so that a crowd costs no more
LIMIT = 0.45  # distance within which a text may be a copy of another
CROWD = 0.25  # similarity to a third text that leaves no single source
_TOKENS = 2e6  # words that are hashed, a few seconds


def signatures(tokens: Tokens) -> np.ndarray:
    """Return the MinHash signature of each text (Broder 1997).

    A shingle is a pair of neighbouring words, or a word at an end. The share of equal
    entries of two signatures estimates the Jaccard similarity of their shingles.

    Args:
        tokens: The words of each text.

    Returns:
        Shape (texts, 64), uint32.
    """
    before = np.roll(tokens.flat, 1)
    before[tokens.starts] = 1
    last = np.append(tokens.starts[1:], len(tokens.flat)) - 1
    pairs = mix(mix(before) * np.uint64(3) + mix(tokens.flat))
    ends = mix(mix(tokens.flat[last]) * np.uint64(3) + np.uint64(2))
    found = np.empty((len(tokens.starts), HASHES), np.uint32)
    for number, odd in enumerate(mix(np.arange(HASHES)) | np.uint64(1)):
        least = np.minimum.reduceat(pairs * odd, tokens.starts)
        found[:, number] = np.minimum(least, ends * odd) >> np.uint64(32)
    return found


class TextFinder:
    """Finds the one training text that another resembles, and nothing else does.

    The score is the Jaccard distance to the nearest text, estimated by MinHash. A text
    that also resembles one of a third group has no single source and no match, as a
    sentence of a template that training uses more than once.

    Args:
        tokens: Words of every text, reference and queries alike.
        groups: Group of every text, shape (texts,).
        contents: Number of the content of every text, shape (texts,). Texts whose
            content stands in another group are left to the search for equal inputs.
    """

    limits: tuple[float, ...] = (LIMIT,)
    queries = 2000
    repeats = 5

    def __init__(self, tokens: Tokens, groups: np.ndarray, contents: np.ndarray):
        self.tokens = tokens
        self.signatures = np.empty((len(groups), HASHES), np.uint32)
        self.bands = np.empty((len(groups), HASHES // BAND), np.uint64)
        self.signed = np.zeros(len(groups), bool)
        self.groups = groups
        self.contents = contents
        self.sizes = tokens.lengths
        self.references = min(30_000, int(_TOKENS / self.sizes.mean()) + 1)

    def find(self, reference: np.ndarray, queries: np.ndarray) -> Found:
        """Return what each query resembles among the texts of other groups.

        Args:
            reference: Positions of texts to compare with.
            queries: Positions of texts to look up.
        """
        self._sign(np.union1d(reference, queries))
        asked, met = self._candidates(reference, queries)
        agree = self.signatures[queries[asked]] == self.signatures[met]
        likeness = agree.mean(axis=1)
        first, partner = self._best(len(queries), asked, met, likeness)
        rest = self.groups[met] != partner[asked]
        second, _ = self._best(len(queries), asked[rest], met[rest], likeness[rest])
        score = np.where((partner < 0) | (second > CROWD), np.inf, 1.0 - first)
        same, _ = other_groups(self.contents, self.groups, reference, queries)
        score[same > 0] = np.inf
        for place in np.flatnonzero(score <= LIMIT):  # bands miss distant relatives
            if self._relative(reference, queries[place], partner[place]) > CROWD:
                score[place] = np.inf
        return Found(score, partner, self.sizes[queries])

    def _relative(self, reference: np.ndarray, query: int, partner: int) -> float:
        """Return the likeness of a text to the nearest one of a third group."""
        group = self.groups[reference]
        third = reference[(group != partner) & (group != self.groups[query])]
        agree = self.signatures[third] == self.signatures[query]
        return float(agree.mean(axis=1).max(initial=0.0))

    def _sign(self, rows: np.ndarray) -> None:
        """Compute the signatures that are still missing."""
        rows = rows[~self.signed[rows]]
        if not len(rows):
            return
        found = signatures(self.tokens.take(rows))
        bands = found.reshape(len(rows), -1, BAND).astype(np.uint64)
        key = np.zeros(bands.shape[:2], np.uint64)
        for place in range(BAND):
            key = mix(key + bands[:, :, place])
        self.signatures[rows], self.bands[rows], self.signed[rows] = found, key, True

    def _best(
        self, n: int, asked: np.ndarray, met: np.ndarray, likeness: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the greatest likeness of each query, and the group it was met in."""
        order = np.lexsort((-likeness, asked))
        which, place = np.unique(asked[order], return_index=True)
        best, partner = np.zeros(n), np.full(n, -1)
        best[which] = likeness[order][place]
        partner[which] = self.groups[met[order][place]]
        return best, partner

    def _candidates(
        self, reference: np.ndarray, queries: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs of a query's place and a text of another group, each once."""
        parts = list(self._in_bands(reference, queries))
        pairs = np.unique(np.concatenate(parts))
        asked, met = np.divmod(pairs, len(self.groups))
        apart = self.groups[queries[asked]] != self.groups[met]
        return asked[apart], met[apart]

    def _in_bands(
        self, reference: np.ndarray, queries: np.ndarray
    ) -> Iterator[np.ndarray]:
        """Yield, for each band, the texts that agree with a query in all of it."""
        for column in self.bands.T:
            order = reference[np.argsort(column[reference], kind="stable")]
            left = np.searchsorted(column[order], column[queries], "left")
            right = np.searchsorted(column[order], column[queries], "right")
            crowd = right - left
            spare = np.maximum(crowd - CANDIDATES, 0).astype(np.uint64)
            left = left + (mix(queries) % (spare + np.uint64(1))).astype(np.int64)
            count = np.minimum(crowd, CANDIDATES)
            asked = np.repeat(np.arange(len(queries)), count)
            within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            met = order[np.repeat(left, count) + within]
            yield asked * len(self.groups) + met
