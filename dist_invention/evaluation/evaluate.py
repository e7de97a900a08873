"""Score a model on every split, beside its baselines, with intervals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from dist_invention.datasets.split import Split
from dist_invention.evaluation.baselines import Baseline
from dist_invention.evaluation.metrics import Metric
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.score import Reference, Score
from dist_invention.statistics.bootstrap import percentile_interval, resample_groups
from dist_invention.statistics.intervals import Interval
import numpy as np

MINIMUM = 20

Outputs = Mapping[str, np.ndarray]
Predict = Callable[[Split], Outputs]


class PredictionNotFinite(ValueError):
    """A predictor returned NaN or infinity; no score is made from it.

    Example:
        >>> issubclass(PredictionNotFinite, ValueError)
        True
    """


def evaluate(
    predict: Predict,
    splits: Sequence[Split],
    metrics: Sequence[Metric],
    baselines: Sequence[Baseline],
    *,
    seed: int,
    resamples: int = 1000,
    minimum: int = MINIMUM,
) -> list[Score]:
    """Return the scores of a model on every split and stratum.

    The model and each baseline are called once a split. Intervals come from whole
    groups, resampled; model and baselines see the same resamples, so that the
    difference to the best baseline is a paired one.

    Args:
        predict: Function of a split that returns arrays of shape (n, ...) by name; an
            output with the name of a target has the shape of that target.
        splits: The splits to score. Whether a test split may be read is not decided
            here but by `TestReads`.
        metrics: What to measure.
        baselines: What to stand beside it; at least one of them trivial.
        seed: Seed of the resamples.
        resamples: Number of resamples an interval.
        minimum: A stratum with fewer examples is reported as not measured, with n.

    Returns:
        One score a split, stratum and metric, in that order.

    Raises:
        ValueError: If there is no split, metric or trivial baseline, a name stands
            twice, or an output has the wrong shape.
        PredictionNotFinite: If an output is NaN or infinite; it names split,
            predictor and output.
    """
    _check_asked(splits, metrics, baselines)
    scores = []
    for split in splits:
        predictions = [checked_outputs("model", predict(split), split)]
        for baseline in baselines:
            outputs = baseline.predict(split)
            predictions.append(checked_outputs(baseline.name, outputs, split))
        columns = {m.name: _contributions(m, split, predictions) for m in metrics}
        for stratum, mask in _strata(split, splits):
            for metric in metrics:
                table = columns[metric.name][mask]
                part = (split, stratum, split.groups[mask])
                scores.append(
                    _score(part, metric, table, baselines, (seed, resamples, minimum))
                )
    return scores


def checked_outputs(name: str, outputs: Outputs, split: Split) -> Outputs:
    """Return the outputs of a predictor if a score can be made from them.

    Args:
        name: Name of the predictor, for the message.
        outputs: Arrays of shape (n, ...) by name.
        split: What they were predicted for.

    Raises:
        ValueError: If there is no output, or a shape is wrong.
        PredictionNotFinite: If a value is NaN or infinite.
    """
    checked = {key: np.asarray(array) for key, array in outputs.items()}
    if not checked:
        raise ValueError(
            f"Expected `{name}` to predict at least one array on split `{split.name}`. "
            "Received: none. Return a dictionary of arrays by name."
        )
    for key, array in checked.items():
        known = split.arrays[key].shape if key in split.targets else None
        if array.shape[:1] != (len(split),) or known not in (None, array.shape):
            raise ValueError(
                f"Expected output `{key}` of `{name}` on split `{split.name}` to have "
                f"shape {known or (len(split), '...')}. Received: {array.shape}. "
                "Predict one row an example, in their order."
            )
        bad = ~np.isfinite(array)
        if np.any(bad):
            rows = np.flatnonzero(bad.reshape(len(split), -1).any(axis=1))
            raise PredictionNotFinite(
                f"Expected finite predictions on split `{split.name}`. Received: NaN "
                f"or infinity in output `{key}` of `{name}` for {len(rows)} of "
                f"{len(split)} examples, first at {rows[0]}. Repair the predictor; "
                "no score is made from such values."
            )
    return checked


def _check_asked(
    splits: Sequence[Split], metrics: Sequence[Metric], baselines: Sequence[Baseline]
) -> None:
    """Refuse an evaluation that asks for nothing, or for a score without baselines."""
    if not any(baseline.kind == "trivial" for baseline in baselines):
        raise ValueError(
            "Expected at least one trivial baseline beside the scores. Received: "
            f"{[(b.name, b.kind) for b in baselines]}. Add a predictor that learns "
            "nothing, such as zeros or copy last."
        )
    for kind, items in (
        ("split", splits),
        ("metric", metrics),
        ("baseline", baselines),
    ):
        names = [item.name for item in items]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"Expected at least one {kind}, each with a name of its own. "
                f"Received: {names}. Add or rename."
            )


def _contributions(
    metric: Metric, split: Split, predictions: Sequence[Outputs]
) -> np.ndarray:
    """Return contributions of model and baselines, shape (n, predictors)."""
    found = [metric.measure(split, outputs) for outputs in predictions]
    table = np.stack(found, axis=1)
    missing = np.isnan(table)
    if np.any(missing != missing[:, :1]):
        raise ValueError(
            f"Expected metric `{metric.name}` to apply to the same examples of split "
            f"`{split.name}` for every predictor. Received: "
            f"{(~missing).sum(axis=0).tolist()} examples. Decide by targets, never by "
            "outputs, where the metric returns NaN."
        )
    return table


def _strata(split: Split, splits: Sequence[Split]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield name and mask of the whole split and of each stratum, empty ones too."""
    yield "all", np.ones(len(split), dtype=bool)
    for name in sorted(split.strata):
        column = np.asarray(split.strata[name])
        known = [np.asarray(s.strata[name]) for s in splits if name in s.strata]
        for label in np.unique(np.concatenate(known)):
            yield f"{name}={label}", column == label


def _score(
    part: tuple[Split, str, np.ndarray],
    metric: Metric,
    table: np.ndarray,
    baselines: Sequence[Baseline],
    options: tuple[int, int, int],
) -> Score:
    """Return the score of one metric on one stratum."""
    split, stratum, groups = part
    seed, resamples, minimum = options
    used = ~np.isnan(table[:, 0])
    table, groups = table[used], groups[used]
    num_groups = len(np.unique(groups))
    head = (split.name, split.tier, stratum, metric.name, metric.unit, metric.better)
    if len(table) < max(minimum, 1):
        reason = f"{len(table)} examples, at least {max(minimum, 1)} needed"
        return Score(*head, NotMeasured(reason), len(table), num_groups, ())
    values = [metric.value(column) for column in table.T]
    references = tuple(
        Reference(baseline.name, baseline.kind, value)
        for baseline, value in zip(baselines, values[1:], strict=True)
    )
    plain = Score(*head, values[0], len(table), num_groups, references)
    if num_groups < 3:
        return replace(plain, interval_method=f"none: {num_groups} groups, 3 needed")
    samples = resample_groups(table, groups, metric.reduce, seed, resamples)
    return _with_intervals(plain, samples)


def _with_intervals(plain: Score, samples: np.ndarray) -> Score:
    """Return the score with its intervals, from samples (resamples, predictors)."""

    def interval(column: np.ndarray) -> Interval:
        return percentile_interval(float(np.mean(column)), column, plain.n_groups)

    lower = plain.better == "lower"
    best = plain.baselines.index(plain.best_baseline)
    error = samples if lower else 1.0 - samples
    own, reference = error[:, 0], error[:, 1 + best]
    found = interval(samples[:, 0])
    change = interval(own - reference)
    wins, loses = change.high < 0, change.low > 0
    skill_interval = None
    if not isinstance(plain.skill, NotMeasured) and np.all(reference > 0):
        ends = interval(1.0 - own / reference)
        skill_interval = (ends.low, ends.high)
    return replace(
        plain,
        interval=(found.low, found.high),
        interval_method=found.method,
        skill_interval=skill_interval,
        beats_best=bool(wins) if wins or loses else None,
    )
