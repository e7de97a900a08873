"""Can a classifier tell the rows of a split from those of training?"""

from collections.abc import Callable
from functools import partial
from typing import Any

from dist_invention.evaluation.features import Features, feature_table
from dist_invention.evaluation.rows import Rows
from dist_invention.evaluation.support_report import SupportCheck, not_checked
import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits

ROWS = 600
"""Rows of each side in one repeat, one a group."""
UNEQUAL = 4
"""Training gives at most so many rows for each row of the split."""
FEWEST = 20
REPEATS = 2
NAMED = 3
SHUFFLED = 24
"""Rows whose columns are shuffled to see which a classifier leans on."""
KINDS = ("linear", "boosted")


def classifier_tests(
    reference: Rows, query: Rows, rng: np.random.Generator
) -> list[SupportCheck]:
    """Train classifiers to tell two sides apart, and score them on groups not seen.

    A classifier two-sample test (Lopez-Paz and Oquab 2017). Each repeat draws one row
    of each group, so rows are independent; each half of the groups is scored by the
    classifier fitted on the other. Given the classifier, the rank test of one half is
    exact. Halves and repeats depend on each other; the mean of standard normal
    numbers has a variance of at most one whatever their correlation, so taking the
    mean of their z for standard normal is on the safe side.

    Args:
        reference: Training.
        query: The split.
        rng: Source of randomness.

    Returns:
        Two checks: a linear classifier (logistic regression) and a boosted one
        (gradient boosting on histograms, which also sees interactions). Values are
        areas under the ROC curve; 0.5 cannot tell.
    """
    names = [f"classifier, {kind}" for kind in KINDS]
    few = min(reference.num_groups, query.num_groups)
    if few < FEWEST:
        reason = f"{few} groups on one side, at least {FEWEST} are needed"
        return [not_checked(name, "AUC", reason) for name in names]
    kept = min(ROWS, query.num_groups)
    drawn = []
    for _ in range(REPEATS):
        known = reference.one_per_group(min(ROWS, UNEQUAL * kept), rng)
        asked = query.one_per_group(kept, rng)
        drawn.append(feature_table(known, asked))
    if min(table.width for table in drawn) == 0:
        return [not_checked(name, "AUC", "no input varies") for name in names]
    seed = int(rng.integers(2**31))
    makers = (_linear, partial(_boosted, seed))
    return [
        _cross_fitted(name, drawn, maker, rng)
        for name, maker in zip(names, makers, strict=True)
    ]


def _linear() -> Any:
    """Return an unfitted logistic regression."""
    # Imported here: scikit-learn takes half a second, and most runs need none.
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=0.1, class_weight="balanced", max_iter=200)


def _boosted(seed: int) -> Any:
    """Return unfitted boosted trees."""
    # Imported here for the same reason.
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=0.2,
        max_iter=20,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        max_bins=32,
        random_state=seed,
    )


def _cross_fitted(
    name: str,
    drawn: list[Features],
    maker: Callable[[], Any],
    rng: np.random.Generator,
) -> SupportCheck:
    """Return the check of one kind of classifier over repeats and halves."""
    areas, scores = [], []
    weights = np.zeros(drawn[0].width)
    maker()  # loads the library whose threads are limited
    # On a busy machine the threads of a small forest mostly wait for each other.
    with threadpool_limits(1, user_api="openmp"):
        for table in drawn:
            known, asked = table.standard()
            rows = np.concatenate([known, asked])
            label = np.repeat([0, 1], [len(known), len(asked)])
            fold = np.concatenate([_fold(len(known), rng), _fold(len(asked), rng)])
            for held in (0, 1):
                model = maker().fit(rows[fold != held], label[fold != held])
                tested = rows[fold == held]
                area, z = _rank_test(_score(model, tested), label[fold == held])
                areas.append(area)
                scores.append(z)
                if table is drawn[0]:
                    weights = weights + _felt(model, tested, rng)
    chance = float(stats.norm.sf(np.mean(scores)))
    leading = [drawn[0].labels[k] for k in np.argsort(-weights)[:NAMED]]
    sizes = f"{len(drawn[0].known)} rows of training and {len(drawn[0].asked)}"
    detail = f"{sizes} of the split, one a group; leans on {', '.join(leading)}"
    detail += drawn[0].remark()
    area = float(np.mean(areas))
    return SupportCheck(name, area, "AUC", detail, p_value=chance)


def _fold(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return 0 or 1 for each row: two halves of equal size."""
    return rng.permutation(n) % 2


def _score(model: Any, rows: np.ndarray) -> np.ndarray:
    """Return how much each row looks like the split to a classifier."""
    return model.decision_function(rows)


def _rank_test(score: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Return the area under the ROC curve, and z of the rank test (ties counted)."""
    ones, zeros = int(label.sum()), int((1 - label).sum())
    rank = stats.rankdata(score)
    area = (rank[label == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros)
    # Under the null the mean rank of the ones is that of a draw without replacement.
    spread = rank.var(ddof=1) * zeros / (ones + zeros)
    if spread == 0:
        return 0.5, 0.0
    middle = (ones + zeros + 1) / 2
    z = (rank[label == 1].mean() - middle) / np.sqrt(spread / ones)
    return float(area), float(z)


def _felt(model: Any, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how much the score moves if one column is shuffled, for each column."""
    some = rows[rng.permutation(len(rows))[:SHUFFLED]]
    columns = np.arange(some.shape[1])
    many = np.repeat(some[None], len(columns), axis=0)  # (columns, rows, columns)
    many[columns, :, columns] = some[rng.permutation(len(some))].T
    moved = _score(model, many.reshape(-1, some.shape[1]))
    return np.abs(moved.reshape(len(columns), -1) - _score(model, some)).mean(axis=1)
