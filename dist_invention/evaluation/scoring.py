"""One score from the contributions of a model and its baselines, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dist_invention.datasets.split import Split
from dist_invention.evaluation.baselines import Baseline
from dist_invention.evaluation.metrics import Metric
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.reference import Reference, Worst
from dist_invention.evaluation.score import Score
from dist_invention.statistics.bootstrap import (
    SURE,
    percentile_interval,
    resample_groups,
)
from dist_invention.statistics.intervals import Interval, wilson
import numpy as np

ALL = "all"
"""Name of the stratum that is the whole split."""
ANY = (-np.inf, np.inf)


@dataclass(frozen=True)
class Part:
    """One stratum of a split, and what each predictor contributed to a metric there.

    Args:
        split: The split.
        stratum: Name of the stratum.
        mask: Which examples belong to it, shape (n,).
        table: Contributions of model and baselines to the metric over the whole split,
            shape (n, predictors); NaN where it does not apply.

    Example:
        >>> Part.__dataclass_fields__["stratum"].type
        <class 'str'>
    """

    split: Split
    stratum: str
    mask: np.ndarray
    table: np.ndarray


def score_part(
    part: Part,
    metric: Metric,
    baselines: Sequence[Baseline],
    options: tuple[int, int, int],
) -> Score:
    """Return the score of one metric on one stratum.

    Args:
        part: The stratum and the contributions.
        metric: What they are contributions to.
        baselines: Who made the second and further columns, in their order.
        options: Seed of the resamples, their number, and how many examples are needed.

    Raises:
        ValueError: If a value is none that such a metric can have.
    """
    seed, resamples, minimum = options
    split, rows = part.split, part.mask & ~np.isnan(part.table[:, 0])
    table, groups, counts = part.table[rows], split.groups[rows], metric.counts(split)
    counts = None if counts is None else counts[rows]
    num_groups = len(np.unique(groups))
    head = (split.name, split.tier, part.stratum)
    head += (metric.name, metric.unit, metric.better)
    size = (len(table), int(np.sum(part.mask)), num_groups)

    def scored(value: float | NotMeasured, references: tuple[Reference, ...]) -> Score:
        return Score(
            *head,
            value,
            *size,
            references,
            kind=metric.kind,
            denominator=metric.denominator,
            counted=None if counts is None else int(counts.sum()),
        )

    if len(table) < max(minimum, 1):
        reason = f"{len(table)} examples, at least {max(minimum, 1)} needed"
        return scored(NotMeasured(reason), ())
    values = [metric.value(column, counts) for column in table.T]
    references = tuple(
        Reference(baseline.name, baseline.kind, value)
        for baseline, value in zip(baselines, values[1:], strict=True)
    )
    plain = scored(values[0], references)
    if num_groups < 3:
        return replace(plain, interval_method=f"none: {num_groups} groups, 3 needed")
    samples = resample_groups(table, groups, metric.reduce, seed, resamples, counts)
    found = _with_intervals(plain, samples)
    return _with_wilson(found, table[:, 0]) if metric.kind == "share" else found


def _with_intervals(plain: Score, samples: np.ndarray) -> Score:
    """Return the score with its intervals, from samples (resamples, predictors)."""

    def interval(column: np.ndarray, bounds: tuple[float, float] = ANY) -> Interval:
        middle = float(np.mean(column))
        return percentile_interval(middle, column, plain.n_groups, bounds=bounds)

    lower = plain.better == "lower"
    best = plain.baselines.index(plain.best_baseline)
    error = samples if lower else 1.0 - samples
    own, reference = error[:, 0], error[:, 1 + best]
    top = np.inf if plain.kind == "amount" and lower else 1.0
    found = interval(samples[:, 0], (0.0, top))
    change = interval(own - reference)
    # Resamples that all agree prove nothing unless there are six groups: 2 / 2 ** 6.
    is_sure = change.low < change.high or plain.n_groups >= SURE
    wins, loses = is_sure and change.high < 0, is_sure and change.low > 0
    skill_interval = None
    if not isinstance(plain.skill, NotMeasured) and np.all(reference > 0):
        ends = interval(1.0 - own / reference, (-np.inf, 1.0))
        skill_interval = (ends.low, ends.high) if is_sure else None
    return replace(
        plain,
        interval=(found.low, found.high),
        interval_method=found.method,
        skill_interval=skill_interval,
        beats_best=bool(wins) if wins or loses else None,
    )


def _with_wilson(score: Score, successes: np.ndarray) -> Score:
    """Return a share with Wilson's interval where that is the right one.

    It is where every example is 0 or 1 and its own group. Where examples form groups
    it also stands in for resamples that all agree, since a share of exactly 0 or 1
    leaves them nothing to disagree about; it then counts whole groups.
    """
    whole = bool(np.all((successes == 0) | (successes == 1)))
    if whole and score.n_groups == score.n and score.counted is None:
        found = wilson(int(successes.sum()), score.n)
        return replace(
            score, interval=(found.low, found.high), interval_method=found.method
        )
    if whole and successes.min() == successes.max():
        found = wilson(int(successes[0]) * score.n_groups, score.n_groups)
        method = f"Wilson over {score.n_groups} groups, since all examples agree"
        return replace(score, interval=(found.low, found.high), interval_method=method)
    return score


def with_worst(scores: Sequence[Score]) -> list[Score]:
    """Return the scores of one split; those of all examples name the worst stratum.

    Args:
        scores: Scores of one split, of every stratum and metric.
    """
    return [
        replace(score, worst=_worst(score, scores)) if score.stratum == ALL else score
        for score in scores
    ]


def _worst(whole: Score, scores: Sequence[Score]) -> Worst | None:
    """Return the measured stratum in which a metric is worst, the first of equals."""
    sign = 1.0 if whole.better == "lower" else -1.0
    worst = None
    for score in scores:
        if score.metric != whole.metric or score.stratum == ALL:
            continue
        if isinstance(score.value, NotMeasured):
            continue
        if worst is None or sign * score.value > sign * worst.value:
            worst = Worst(score.stratum, float(score.value), score.n)
    return worst
