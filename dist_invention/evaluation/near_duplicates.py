"""Examples that lie closer to training than training examples lie to each other."""

from dataclasses import dataclass
from typing import NamedTuple

from dist_invention.datasets.split import Split
from dist_invention.evaluation.coincidences import (
    Coincidences,
    Found,
    false_alarms,
    judge,
)
from dist_invention.evaluation.fingerprints import numeric_inputs
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.tokens import token_names
import numpy as np
from scipy import stats

QUANTILE = 0.01
QUERIES = 2000
LIMITS = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0001)
FEWEST_GROUPS = 20
_OPERATIONS = 5e9  # distances times features in one search, about a second
_CELLS = 4_000_000  # distances held at once: 32 MB
_EXACT = 1e-12  # of the size of a row: below it two rows are equal


@dataclass(frozen=True)
class NearDuplicates:
    """What a search for near duplicates of training examples found.

    Nearness alone is a warning, for a test may be drawn where training is dense. A
    copy is another matter: it lies far nearer to one training example than that place
    has neighbours, which no smooth shift of the inputs brings about.

    Args:
        checked: How many examples of the split were looked at.
        against: How many training examples they were compared with.
        near: How many lie nearer to training than the 1 % quantile of the distances
            inside training.
        expected: How many would by the rate measured inside training.
        p_value: Chance of at least so many near ones without a leak.
        false_positive_rate: Share of one half of training that counts as near to the
            other half. It should be about 0.01.
        copies: Examples with noise: the distance to the nearest training example is a
            tenth, or less, of that to the nearest one of a third group.

    Example:
        >>> copies = Coincidences(0, 300, 2000, 0.1, 1.0, 0, 5)
        >>> NearDuplicates(300, 2000, 4, 3.0, 0.7, 0.01, copies).suspicious
        False
    """

    checked: int
    against: int
    near: int
    expected: float
    p_value: float
    false_positive_rate: float
    copies: Coincidences

    @property
    def suspicious(self) -> bool:
        """Whether there are more near duplicates than chance explains (p < 0.001)."""
        return self.p_value < 0.001


class Nearest(NamedTuple):
    """Distances of each query: to the nearest row, to the nearest of a third group.

    Args:
        first: Distance to the nearest row of another group, shape (n,).
        second: Distance to the nearest row of neither that group nor its own.
        partner: Group of the nearest row, shape (n,).
    """

    first: np.ndarray
    second: np.ndarray
    partner: np.ndarray


class RowFinder:
    """Finds the one training row that another lies far nearer to than to all others.

    The score is the distance to the nearest row, divided by that to the nearest row of
    a third group. By the local density of training alone a score under s has the
    chance s to the power of the dimension, wherever the query lies.

    Args:
        rows: Every row, shape (rows, features), each feature divided by its deviation.
        groups: Group of every row, shape (rows,).
    """

    limits: tuple[float, ...] = LIMITS
    queries = QUERIES
    repeats = 5

    def __init__(self, rows: np.ndarray, groups: np.ndarray):
        self.rows, self.groups = rows, groups
        self.square = np.einsum("ij,ij->i", rows, rows)
        self.references = max(100, int(_OPERATIONS / (QUERIES * (rows.shape[1] + 8))))

    def find(self, reference: np.ndarray, queries: np.ndarray) -> Found:
        """Return what each query lies next to among the rows of other groups.

        Args:
            reference: Positions of rows to compare with.
            queries: Positions of rows to look up.
        """
        return self.score(self.nearest(reference, queries), queries)

    def score(self, nearest: Nearest, queries: np.ndarray) -> Found:
        """Return the match of each query; none where three groups are equal."""
        least = _EXACT * (np.sqrt(self.square[queries]) + 1.0)
        score = np.maximum(nearest.first, least) / np.maximum(nearest.second, least)
        score[~np.isfinite(nearest.first)] = np.inf
        return Found(score, nearest.partner, np.zeros(len(queries)))

    def nearest(self, reference: np.ndarray, queries: np.ndarray) -> Nearest:
        """Return the distances of each query to the rows of other groups."""
        first, second = np.empty(len(queries)), np.empty(len(queries))
        partner = np.empty(len(queries), np.int64)
        known, groups = self.rows[reference], self.groups[reference]
        step = max(1, _CELLS // len(reference))
        for start in range(0, len(queries), step):
            part = slice(start, start + step)
            block = self.rows[queries[part]]  # (block, features)
            far = self.square[reference] - 2.0 * block @ known.T  # (block, reference)
            far[self.groups[queries[part], None] == groups] = np.inf
            first[part], partner[part] = _least(far, block, known, groups)
            far[partner[part, None] == groups] = np.inf
            second[part], _ = _least(far, block, known, groups)
        return Nearest(first, second, partner)


def _least(
    far: np.ndarray, block: np.ndarray, known: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance to the nearest known row, without cancellation; its group."""
    place = far.argmin(axis=1)
    distance = np.linalg.norm(block - known[place], axis=1)
    none = ~np.isfinite(far[np.arange(len(far)), place])
    return np.where(none, np.inf, distance), np.where(none, -1, groups[place])


def near_duplicates(
    train: Split, others: list[Split], seed: int = 0
) -> dict[str, NearDuplicates | NotMeasured]:
    """Search other splits for near copies of training inputs.

    Inputs are flattened and divided by the training deviation of each feature. The
    yardstick is the distance of a training example to the nearest one of another
    group. Absolute limits fail in many dimensions, so a quantile decides. Both sides
    are subsampled to bound the cost.

    Args:
        train: The training examples.
        others: Splits with the same inputs.
        seed: Seed of the subsamples.

    Returns:
        By name of the other split: what was found, or why nothing was searched.
    """
    words = token_names(train)  # between numbers of words there is no distance
    rows = numeric_inputs(train, words)
    labels, groups = np.unique(np.asarray(train.groups), return_inverse=True)
    few = len(labels) < FEWEST_GROUPS
    if rows.shape[1] == 0 or few or not np.all(np.isfinite(rows)):
        reason = NotMeasured(
            f"{len(labels)} training groups and {rows.shape[1]} numeric features; "
            f"at least {FEWEST_GROUPS} groups, one feature and finite inputs are needed"
        )
        return {other.name: reason for other in others}
    rng = np.random.Generator(np.random.Philox(key=[seed, 32]))
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(scale == 0.0, np.inf, scale)  # leaves constants out
    yardstick = _Yardstick((rows - mean) / scale, groups, rng)
    found: dict[str, NearDuplicates | NotMeasured] = {}
    for other in others:
        asked = numeric_inputs(other, words)
        if asked.shape[1] != rows.shape[1] or not np.all(np.isfinite(asked)):
            reason = "the inputs are not finite or not those of training"
            found[other.name] = NotMeasured(reason)
            continue
        kept = np.sort(rng.permutation(len(asked))[:QUERIES])
        found[other.name] = yardstick.measure((asked[kept] - mean) / scale, kept)
    return found


class _Yardstick:
    """How near training examples lie to each other."""

    def __init__(self, rows: np.ndarray, groups: np.ndarray, rng: np.random.Generator):
        most = RowFinder(rows[:1], groups[:1]).references
        kept = np.sort(rng.permutation(len(rows))[:most])
        self.rows, self.groups = rows[kept], groups[kept]
        self.reference = np.arange(len(kept))
        picked = np.sort(rng.permutation(len(kept))[:QUERIES])
        finder = RowFinder(self.rows, self.groups)
        nearest = finder.nearest(self.reference, picked)
        self.inside = nearest.first[np.isfinite(nearest.first)]
        self.limit = float(np.quantile(self.inside, QUANTILE))
        self.found = finder.score(nearest, picked)
        self.alarms = false_alarms(finder, self.reference, rng)
        self.rate = self._half_near(finder, rng)

    def _half_near(self, finder: RowFinder, rng: np.random.Generator) -> float:
        """Return the share of half of the training groups that is near to the rest."""
        half = rng.permutation(self.groups.max() + 1)[self.groups] % 2 == 0
        known, rest = self.reference[half], self.reference[~half]
        inside = finder.nearest(known, known[rng.permutation(len(known))[:QUERIES]])
        limit = np.quantile(inside.first[np.isfinite(inside.first)], QUANTILE)
        asked = finder.nearest(known, rest[rng.permutation(len(rest))[:QUERIES]])
        return float(np.mean(asked.first <= limit))

    def measure(self, rows: np.ndarray, places: np.ndarray) -> NearDuplicates:
        """Return what stands too near to training among other rows."""
        stranger = np.full(len(rows), self.groups.max() + 1)
        finder = RowFinder(
            np.concatenate([self.rows, rows]), np.concatenate([self.groups, stranger])
        )
        queries = len(self.rows) + np.arange(len(rows))
        nearest = finder.nearest(self.reference, queries)
        against = len(self.rows)
        near = int(np.sum(nearest.first <= self.limit))
        rate = (np.sum(self.inside <= self.limit) + 1) / (len(self.inside) + 1)
        return NearDuplicates(
            checked=len(rows),
            against=against,
            near=near,
            expected=float(rate) * len(rows),
            p_value=float(stats.binom.sf(near - 1, len(rows), rate)),
            false_positive_rate=self.rate,
            copies=judge(
                self.found,
                finder.score(nearest, queries),
                finder,
                against,
                self.alarms,
                places,
            ),
        )
