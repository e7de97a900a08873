"""Examples that lie closer to training than training examples lie to each other."""

from dataclasses import dataclass

from dist_invention.datasets.split import Split
from dist_invention.evaluation.fingerprints import numeric_inputs
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
from scipy import stats

QUANTILE = 0.01
CLOSE = 0.01
QUERIES = 1000
_OPERATIONS = 2e9  # distances times features in one search, a fraction of a second
_CELLS = 4_000_000  # distances held at once: 32 MB


@dataclass(frozen=True)
class NearDuplicates:
    """What a search for near duplicates of training examples found.

    Args:
        checked: How many examples of the split were looked at.
        against: How many training examples they were compared with.
        near: How many lie nearer to training than the 1 % quantile of the distances
            inside training.
        expected: How many would by the rate measured inside training.
        close: How many lie nearer than a hundredth of the median distance inside
            training: copies with a little noise.
        p_value: Chance of at least so many near or close ones without a leak; the
            smaller of the two, doubled.
        false_positive_rate: Share of one half of training that counts as near to the
            other half. It should be about 0.01.

    Example:
        >>> NearDuplicates(300, 2000, 4, 3.0, 0, 0.7, 0.01).suspicious
        False
    """

    checked: int
    against: int
    near: int
    expected: float
    close: int
    p_value: float
    false_positive_rate: float

    @property
    def suspicious(self) -> bool:
        """Whether there are more near duplicates than chance explains (p < 0.001)."""
        return self.p_value < 0.001


class _Reference:
    """Training inputs to measure distances to, and the distances inside training."""

    def __init__(self, rows: np.ndarray, groups: np.ndarray, rng: np.random.Generator):
        self.mean, scale = rows.mean(axis=0), rows.std(axis=0)
        self.scale = np.where(scale == 0.0, np.inf, scale)  # leaves constants out
        budget = max(100, int(_OPERATIONS / (QUERIES * (rows.shape[1] + 8))))
        kept = np.sort(rng.permutation(len(rows))[:budget])
        self.rows = (rows[kept] - self.mean) / self.scale
        self.groups = groups[kept]
        picked = rng.permutation(len(kept))[:QUERIES]
        inside = self._nearest(self.rows[picked], self.groups[picked])
        self.inside = inside[np.isfinite(inside)]

    def distances(self, rows: np.ndarray) -> np.ndarray:
        """Return the distance of each row to the nearest training example."""
        return self._nearest((rows - self.mean) / self.scale)

    def _nearest(
        self, queries: np.ndarray, groups: np.ndarray | None = None
    ) -> np.ndarray:
        """Return distances to the nearest row, of another group if groups are given."""
        found = np.empty(len(queries))
        length = np.einsum("ij,ij->i", self.rows, self.rows)
        step = max(1, _CELLS // len(self.rows))
        for start in range(0, len(queries), step):
            block = queries[start : start + step]
            square = length - 2.0 * block @ self.rows.T  # (block, rows)
            if groups is not None:
                same = groups[start : start + step, None] == self.groups
                square[same] = np.inf
            own = np.einsum("ij,ij->i", block, block)
            found[start : start + step] = square.min(axis=1) + own
        return np.sqrt(np.maximum(found, 0.0))


def _excess(
    distances: np.ndarray, inside: np.ndarray, limit: float
) -> tuple[int, float, float]:
    """Return how many lie within a limit, the rate inside training, and the chance."""
    count = int(np.sum(distances <= limit))
    rate = (np.sum(inside <= limit) + 1) / (len(inside) + 1)
    return count, float(rate), float(stats.binom.sf(count - 1, len(distances), rate))


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
    rows = numeric_inputs(train)
    labels, groups = np.unique(np.asarray(train.groups), return_inverse=True)
    if rows.shape[1] == 0 or len(labels) < 20 or not np.all(np.isfinite(rows)):
        reason = NotMeasured(
            f"{len(labels)} training groups and {rows.shape[1]} numeric features; "
            "at least 20 groups, one feature and finite inputs are needed"
        )
        return {other.name: reason for other in others}
    rng = np.random.Generator(np.random.Philox(key=[seed, 32]))
    rate = _false_positive_rate(rows, groups, rng)
    reference = _Reference(rows, groups, rng)
    return {other.name: _search(reference, other, rate, rng) for other in others}


def _false_positive_rate(
    rows: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> float:
    """Return the share of half of the training groups that is near to the rest."""
    half = rng.permutation(groups.max() + 1)[groups] % 2 == 0
    reference = _Reference(rows[half], groups[half], rng)
    queries = rows[~half][rng.permutation(int(np.sum(~half)))[:QUERIES]]
    limit = np.quantile(reference.inside, QUANTILE)
    return float(np.mean(reference.distances(queries) <= limit))


def _search(
    reference: _Reference, other: Split, rate: float, rng: np.random.Generator
) -> NearDuplicates | NotMeasured:
    """Return what stands in one split too near to training."""
    rows = numeric_inputs(other)
    if rows.shape[1] != reference.rows.shape[1] or not np.all(np.isfinite(rows)):
        return NotMeasured("the inputs are not finite or not those of training")
    rows = rows[rng.permutation(len(rows))[:QUERIES]]
    distances, inside = reference.distances(rows), reference.inside
    near, expected, chance = _excess(
        distances, inside, float(np.quantile(inside, QUANTILE))
    )
    close, _, rare = _excess(distances, inside, CLOSE * float(np.median(inside)))
    return NearDuplicates(
        checked=len(rows),
        against=len(reference.rows),
        near=near,
        expected=expected * len(rows),
        close=close,
        p_value=min(1.0, 2 * min(chance, rare)),
        false_positive_rate=rate,
    )
