"""Score a model on every split, beside its baselines, with intervals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
import logging

from dist_invention.datasets.split import Split
from dist_invention.evaluation.baselines import Baseline
from dist_invention.evaluation.metrics import Metric
from dist_invention.evaluation.not_measured import MissingOutput
from dist_invention.evaluation.score import Score
from dist_invention.evaluation.scoring import ALL, Part, score_part, with_worst
import numpy as np

MINIMUM = 20

log = logging.getLogger(__name__)

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
    difference to the best baseline is a paired one. A share of successes in which each
    example is its own group has Wilson's interval. The denominator is what was judged:
    each score says how many of how many examples. The mean over a split names the
    stratum in which the model does worst.

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
        tables = {
            m.name: _contributions(m, split, predictions, baselines) for m in metrics
        }
        _refuse_silent(split, baselines, tables)
        found = []
        for stratum, mask in _strata(split, splits):
            for metric in metrics:
                table, answering = tables[metric.name]
                part = Part(split, stratum, mask, table)
                found.append(
                    score_part(part, metric, answering, (seed, resamples, minimum))
                )
        scores += with_worst(found)
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
        is_number = array.dtype.kind in "biufc"  # a text is always finite
        bad = ~np.isfinite(array) if is_number else np.zeros(array.shape, dtype=bool)
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
    metric: Metric,
    split: Split,
    predictions: Sequence[Outputs],
    baselines: Sequence[Baseline],
) -> tuple[np.ndarray, list[Baseline]]:
    """Return contributions, shape (n, predictors), and the baselines that answer.

    The model comes first. A baseline whose outputs are not those that the metric
    reads, as tokens where probabilities are asked for, stands beside other metrics.
    """
    found, answering = [metric.measure(split, predictions[0])], []
    for baseline, outputs in zip(baselines, predictions[1:], strict=True):
        with suppress(MissingOutput):
            found.append(metric.measure(split, outputs))
            answering.append(baseline)
    table = np.stack(found, axis=1)
    missing = np.isnan(table)
    if np.any(missing != missing[:, :1]):
        raise ValueError(
            f"Expected metric `{metric.name}` to apply to the same examples of split "
            f"`{split.name}` for every predictor. Received: "
            f"{(~missing).sum(axis=0).tolist()} examples. Decide by targets, never by "
            "outputs, where the metric returns NaN."
        )
    return table, answering


def _refuse_silent(
    split: Split,
    baselines: Sequence[Baseline],
    tables: Mapping[str, tuple[np.ndarray, list[Baseline]]],
) -> None:
    """Refuse a baseline that answers no metric; say where one does not."""
    for baseline in baselines:
        lacks = [name for name, (_, known) in tables.items() if baseline not in known]
        if len(lacks) == len(tables):
            raise ValueError(
                f"Expected baseline `{baseline.name}` to answer a metric on split "
                f"`{split.name}`. Received: outputs that none of {lacks} reads. Name "
                "its outputs as the model's are named."
            )
        if lacks:
            log.warning(
                "Baseline %s gives no output for %s and does not stand beside it.",
                baseline.name,
                lacks,
            )


def _strata(split: Split, splits: Sequence[Split]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield name and mask of the whole split and of each stratum, empty ones too."""
    yield ALL, np.ones(len(split), dtype=bool)
    for name in sorted(split.strata):
        column = np.asarray(split.strata[name])
        known = [np.asarray(s.strata[name]) for s in splits if name in s.strata]
        for label in np.unique(np.concatenate(known)):
            yield f"{name}={label}", column == label
