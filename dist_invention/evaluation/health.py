"""Say when a model stopped listening: collapse, term shares, a loss that repeats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np

COLLAPSE = 0.01
DOMINATES = 0.99
VANISHES = 1e-4
REPEATS = 5


@dataclass(frozen=True)
class Finding:
    """What one monitor found.

    Args:
        name: What was looked at, as in `"collapse: position"`.
        value: The number, or why there is none.
        limit: The number at which the verdict changes.
        verdict: `"ok"`, `"off"`, `"not measured"`, or what is wrong: `"collapsed"`,
            `"dominates"`, `"vanishes"`, `"repeats"`, and those of `saturation` and
            `probes`.
        detail: One sentence for a reader.

    Example:
        >>> Finding("collapse: x", 0.9, 0.01, "ok", "").healthy
        True
    """

    name: str
    value: float | NotMeasured
    limit: float
    verdict: str
    detail: str

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong; what was not measured or is off is not wrong."""
        return self.verdict in ("ok", "off", "not measured")

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON values; null where nothing was measured."""
        absent = isinstance(self.value, NotMeasured)
        return {
            "name": self.name,
            "value": None if absent else float(self.value),
            "limit": self.limit,
            "verdict": self.verdict,
            "detail": self.detail,
        }


def _variance_over_inputs(array: np.ndarray, known: np.ndarray) -> float:
    """Return the variance over examples, averaged over every other axis."""
    values = np.asarray(array, dtype=np.float64)
    if known.all():
        return float(values.var(axis=0).mean())
    seen = known.any(axis=0)  # a place where no example has a target says nothing
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    square = np.where(known, values - mean, 0.0) ** 2
    return float((square.sum(axis=0) / np.maximum(known.sum(axis=0), 1))[seen].mean())


def collapse(
    outputs: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray],
    limit: float = COLLAPSE,
) -> list[Finding]:
    """Compare how much predictions vary over inputs with how much targets do.

    A model that ignores its input predicts one answer for all; it may still score
    well on a metric without a baseline.

    Args:
        outputs: Predictions by name, each of shape (n, ...).
        targets: Targets by name; those with an output of the same name are compared.
        limit: Ratio of variances below which a model has collapsed.

    Returns:
        One finding an output that is also a target.

    Raises:
        ValueError: If there is nothing to compare, or a value is not finite.
    """
    names = [name for name in outputs if name in targets]
    if not names:
        raise ValueError(
            "Expected at least one output with the name of a target. Received: outputs "
            f"{sorted(outputs)} and targets {sorted(targets)}. Name them alike."
        )
    return [_collapse(name, outputs[name], targets[name], limit) for name in names]


def _collapse(
    name: str, output: np.ndarray, target: np.ndarray, limit: float
) -> Finding:
    """Return the finding about one output."""
    title = f"collapse: {name}"
    known = ~np.isnan(np.asarray(target, np.float64))  # a label may be missing
    if not known.any():
        reason = "every target is missing"
        return Finding(title, NotMeasured(reason), limit, "not measured", reason)
    predicted = _variance_over_inputs(output, known)
    true = _variance_over_inputs(target, known)
    if not (np.isfinite(predicted) and np.isfinite(true)):
        raise ValueError(
            f"Expected finite values of `{name}`. Received: NaN or infinity among "
            "predictions or targets. Repair them before judging their variance."
        )
    if len(target) < 2 or true == 0.0:
        reason = "the targets do not vary over these inputs"
        return Finding(title, NotMeasured(reason), limit, "not measured", reason)
    ratio = predicted / true
    verdict = "collapsed" if ratio < limit else "ok"
    detail = f"predictions vary {ratio:.3g} times as much over inputs as targets do"
    return Finding(title, ratio, limit, verdict, detail)


def loss_shares(terms: Mapping[str, float]) -> list[Finding]:
    """Return the share of each loss term in the sum of absolute values.

    Args:
        terms: Weighted value of each term, without unit.

    Returns:
        One finding a term: over 0.99 of several terms it dominates, under 1e-4 it
        vanishes; a term that is exactly zero is off.

    Raises:
        ValueError: If there is no term, or one is not finite.
    """
    values = {name: float(value) for name, value in terms.items()}
    if not values or not np.all(np.isfinite(list(values.values()))):
        raise ValueError(
            "Expected at least one loss term, all of them finite. "
            f"Received: {values}. Give the weighted value of each term."
        )
    total = sum(abs(value) for value in values.values())
    several = sum(value != 0.0 for value in values.values()) > 1
    findings = []
    for name, value in values.items():
        share = abs(value) / total if total else 0.0
        verdict, limit = "ok", DOMINATES
        if value == 0.0:
            verdict, limit = "off", VANISHES
        elif several and share > DOMINATES:
            verdict = "dominates"
        elif several and share < VANISHES:
            verdict, limit = "vanishes", VANISHES
        detail = f"{name} is {share:.3%} of the loss"
        findings.append(Finding(f"loss share: {name}", share, limit, verdict, detail))
    return findings


def gradient_shares(norms: Mapping[str, float]) -> list[Finding]:
    """Return the norm of each term's gradient as a multiple of the largest.

    A term may be a large part of the loss and move nothing, or the reverse: what moves
    the weights is its gradient.

    Args:
        norms: Global norm of the gradient of each weighted term alone, before any
            clipping, on one batch at one state.

    Returns:
        One finding a term: under 1e-4 of the largest it vanishes; a norm of exactly 0
        is off, unless all of them are: then nothing moves the weights.

    Raises:
        ValueError: If there is no norm, or one is negative or not finite.
    """
    values = {name: float(norm) for name, norm in norms.items()}
    sound = [np.isfinite(value) and value >= 0 for value in values.values()]
    if not values or not all(sound):
        raise ValueError(
            "Expected at least one gradient norm, each finite and at least 0. "
            f"Received: {values}. Give the norm of each weighted term."
        )
    largest = max(values.values())
    findings = []
    for name, value in values.items():
        ratio = value / largest if largest else 0.0
        verdict = "vanishes" if ratio < VANISHES else "ok"
        if value == 0.0 and largest:
            verdict = "off"
        detail = f"the gradient of {name} has the norm {value:.3g}, {ratio:.3g} of the"
        detail += " largest"
        title = f"gradient share: {name}"
        findings.append(Finding(title, ratio, VANISHES, verdict, detail))
    return findings


def repeated_loss(losses: Sequence[float], limit: int = REPEATS) -> Finding:
    """Return the longest run of losses that agree to six significant digits.

    A saturated network, or a step that changes nothing, repeats its loss.

    Args:
        losses: Losses in the order of their steps.
        limit: Length of a run that is an alarm, at least 2.

    Raises:
        ValueError: If there is no loss, one is not finite, or the limit is below 2.
    """
    if not len(losses) or not np.all(np.isfinite(losses)) or limit < 2:
        raise ValueError(
            "Expected at least one loss, all of them finite, and a limit of at least "
            f"2. Received: {len(losses)} losses and limit={limit}. "
            "Give the losses in the order of their steps."
        )
    digits = [f"{float(loss):.5e}" for loss in losses]
    longest = run = 1
    for before, after in pairwise(digits):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    verdict = "repeats" if longest >= limit else "ok"
    detail = f"{longest} losses in a row agree to six digits, of {len(losses)}"
    return Finding("repeated loss", float(longest), float(limit), verdict, detail)
