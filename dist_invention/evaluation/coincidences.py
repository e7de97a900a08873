"""More in common with training than training has with itself: is it a leak?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from scipy import stats

FEW = 3
NATURAL = 0.05  # where more of training coincides with itself, sharing proves nothing
TIMES = 3.0  # a clear excess is so many times the expected number
LEAST = 0.002  # and at least this share of the split
QUIET = 0.001  # share of training that may lie within the limit of a search
NOMINAL = 0.05  # at which false alarms between halves of training are counted
EXAMPLES = 3
_HALF = 4000  # rows of a half that are looked up, or half of those of a search


class Found(NamedTuple):
    """What a search found for each query.

    Args:
        score: How close the match is, 0 for equal, infinite for none; shape (n,).
        partner: Group of the match, -1 for none; shape (n,).
        size: How much there is to match, as the number of words; shape (n,).
    """

    score: np.ndarray
    partner: np.ndarray
    size: np.ndarray


class Finder(Protocol):
    """Looks up rows among rows of other groups."""

    groups: np.ndarray
    limits: tuple[float, ...]
    queries: int
    references: int
    repeats: int

    def find(self, reference: np.ndarray, queries: np.ndarray) -> Found:
        """Return what was found for each query; its own group does not count."""
        ...


@dataclass(frozen=True)
class Coincidences:
    """What a split has in common with training, beside what chance explains.

    Args:
        count: How many training groups have a match in the split. A group that is
            matched many times counts once.
        checked: How many examples of the split were looked up.
        against: How many training examples they were compared with.
        expected: How many matches training has with its other groups, for as many
            examples of the same sizes.
        p_value: Chance of at least `count` matches without a leak (binomial).
        false_alarms: In how many random halvings of training, group by group, one half
            looked like a leak from the other at 5 %.
        repeats: Number of halvings.
        examples: Positions in the split of some examples that match.
        rows: How many examples match; `count` is of the training groups they match.

    Example:
        >>> found = Coincidences(12, 1000, 4000, 0.3, 1e-15, 0, 20)
        >>> found.is_clear, found.false_positive_rate
        (True, 0.0)
    """

    count: int
    checked: int
    against: int
    expected: float
    p_value: float
    false_alarms: int
    repeats: int
    examples: tuple[int, ...] = ()
    rows: int = 0

    @property
    def rate(self) -> float:
        """Matches as a share of the examples looked up."""
        return self.count / max(self.checked, 1)

    @property
    def natural_rate(self) -> float:
        """Expected matches as a share of the examples looked up."""
        return self.expected / max(self.checked, 1)

    @property
    def false_positive_rate(self) -> float:
        """Share of halvings of training that looked like a leak at 5 %."""
        return self.false_alarms / max(self.repeats, 1)

    @property
    def is_large(self) -> bool:
        """Whether there are three times as many matches as expected."""
        return self.count >= TIMES * self.expected

    @property
    def is_most(self) -> bool:
        """Whether half of the split matches, if only a few groups, and that is rare.

        One or two groups may be where a split is dense.
        """
        rare = self.natural_rate <= NATURAL and self.count >= FEW
        return rare and 2 * self.rows >= self.checked > 0

    @property
    def is_clear(self) -> bool:
        """Whether the excess is large, over 0.2 %, and such matches are rare."""
        rare = self.natural_rate <= NATURAL
        return self.is_large and rare and self.rate - self.natural_rate >= LEAST


def search(
    finder: Finder,
    train: np.ndarray,
    others: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> dict[str, Coincidences]:
    """Look up the rows of other splits in training, calibrated on training itself.

    Args:
        finder: Knows the rows of all splits.
        train: Positions of the training rows, of at least two groups.
        others: Positions of the rows of each other split, by its name; rows of one
            split follow each other.
        rng: Draws the samples and the halves.

    Returns:
        What was found, by name.
    """
    reference = _sample(train, finder.references, rng)
    inside = finder.find(reference, _sample(reference, finder.queries, rng))
    alarms = false_alarms(finder, reference, rng)
    found = {}
    for name, rows in others.items():
        asked = _sample(rows, finder.queries, rng)
        outside = finder.find(reference, asked)
        place = asked - rows[0]
        found[name] = judge(inside, outside, finder, len(reference), alarms, place)
    return found


def judge(
    inside: Found,
    outside: Found,
    finder: Finder,
    against: int,
    alarms: int = 0,
    places: np.ndarray | None = None,
) -> Coincidences:
    """Compare the matches of a split with those inside training.

    The rate inside training is that of an example whose own group is left out; no half
    of training is given up, for half as many examples have fewer matches. It is
    measured for each size apart (short texts coincide more often than long ones), so
    that a split of other sizes is not called a leak for it.

    Args:
        inside: What training examples have in common with other training groups.
        outside: What the examples of a split have in common with training.
        finder: What was searched with.
        against: Number of training examples searched.
        alarms: False alarms between halves of training.
        places: Positions in the split of what was looked up, all of it if left out.
    """
    shares = [np.mean(inside.score <= limit) for limit in finder.limits]
    quiet = [k for k, share in enumerate(shares) if share <= QUIET]
    limit = finder.limits[quiet[0] if quiet else -1]
    size = _octave(np.concatenate([inside.size, outside.size]))
    of_inside, of_outside = size[: len(inside.size)], size[len(inside.size) :]
    rows = np.bincount(of_inside, minlength=size.max() + 1)
    hits = np.bincount(of_inside[inside.score <= limit], minlength=size.max() + 1)
    known = rows[of_outside] > 0  # what training has no size of, it cannot match
    asked = np.bincount(of_outside[known], minlength=len(rows))
    doubt = asked / max(int(known.sum()), 1)  # one match more, where the split asks
    rates = np.minimum((hits + doubt) / np.maximum(rows, 1), 1.0)
    matched = np.flatnonzero(known & (outside.score <= limit))
    count, checked = len(np.unique(outside.partner[matched])), int(known.sum())
    expected = float(rates @ asked)
    chance = stats.binom.sf(count - 1, checked, expected / max(checked, 1))
    p_value = float(chance) if checked else 1.0
    some = matched[:EXAMPLES] if places is None else places[matched[:EXAMPLES]]
    return Coincidences(
        count,
        checked,
        against,
        expected,
        p_value,
        alarms,
        finder.repeats,
        tuple(some.tolist()),
        len(matched),
    )


def false_alarms(finder: Finder, train: np.ndarray, rng: np.random.Generator) -> int:
    """Return how often one half of training looks like a leak from the other.

    Args:
        finder: Knows the rows.
        train: Positions of training rows.
        rng: Draws the halves, whole groups at a time.
    """
    count = 0
    most = min(_HALF, finder.queries // 2)
    _, group = np.unique(finder.groups[train], return_inverse=True)
    for _ in range(finder.repeats):
        first = (rng.permutation(group.max() + 1) % 2 == 0)[group]
        half = train[first]
        inside = finder.find(half, _sample(half, most, rng))
        outside = finder.find(half, _sample(train[~first], most, rng))
        found = judge(inside, outside, finder, len(half))
        count += found.p_value <= NOMINAL and found.is_large
    return count


def _sample(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Return these positions, or a random part of them, in order."""
    return rows if len(rows) <= most else np.sort(rng.permutation(rows)[:most])


def _octave(sizes: np.ndarray) -> np.ndarray:
    """Return the half octave of each size, 0 for nothing."""
    return np.floor(2.0 * np.log2(sizes + 1.0)).astype(np.int64)
