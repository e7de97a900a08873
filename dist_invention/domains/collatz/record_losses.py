"""The record's loss as named terms: V falls by a margin, and stays near an anchor."""

# Keras does not type what its operations return.
# pyright: reportOptionalOperand=false
# pyright: reportOptionalSubscript=false
# pyright: reportOperatorIssue=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dist_invention.curriculum import Constant
from dist_invention.curriculum.schedules import Schedule
from dist_invention.curriculum.terms import Term
from dist_invention.domains.collatz.record import DRIFT_WEIGHT, ROWS
from keras import ops

MARGIN = 0.05
SHARES = {1: 1.0, 4: 0.5, 8: 0.2}  # weight of the ranking of T^step(n) in the record


@dataclass(frozen=True)
class Ranking:
    """By how much V(T^step n) misses being lower than V(n) by the margin.

    Args:
        step: Which later value is compared, 1 for T(n).
        weighted: Whether an example counts by its `importance`, as it does in the
            record for the step 1 only.
        margin: How far V is to fall, in the unit of V.
        rows: Which values the columns of `value` belong to.

    Raises:
        ValueError: If no column belongs to n or to the step.

    Example:
        >>> level = {"value": ops.ones((2, 2))}
        >>> counts = {"importance": ops.convert_to_tensor([20.0, 1.0])}
        >>> [round(float(cost), 2) for cost in Ranking(rows=(0, 1))({}, counts, level)]
        [1.0, 0.05]
    """

    step: int = 1
    weighted: bool = True
    margin: float = MARGIN
    rows: tuple[int, ...] = ROWS

    def __post_init__(self):
        _column(self.rows, 0)
        _column(self.rows, self.step)

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return one number an example, shape (batch,).

        Args:
            inputs: Not read.
            targets: `importance` (batch,), if it is weighted.
            outputs: `value` (batch, len(rows)).
        """
        short = _shortfall(outputs["value"], self.rows, self.step, self.margin)
        return short * targets["importance"] if self.weighted else short


@dataclass(frozen=True)
class Bounded:
    """The ranking with a bounded penalty, 1 - exp(-h / tau), instead of h itself.

    Args:
        step: Which later value is compared, 1 for T(n).
        tau: How large a failure counts for almost one, in the unit of V.
        weighted: Whether an example counts by its `importance`.
        margin: How far V is to fall, in the unit of V.
        rows: Which values the columns of `value` belong to.

    Raises:
        ValueError: If tau is not over 0, or no column belongs to n or to the step.

    Example:
        >>> level = {"value": ops.ones((1, 2))}
        >>> counts = {"importance": ops.ones((1,))}
        >>> round(float(Bounded(tau=0.05, rows=(0, 1))({}, counts, level)[0]), 3)
        0.632
    """

    step: int = 1
    tau: float = 0.5
    weighted: bool = True
    margin: float = MARGIN
    rows: tuple[int, ...] = ROWS

    def __post_init__(self):
        _column(self.rows, 0)
        _column(self.rows, self.step)
        if not self.tau > 0:
            raise ValueError(
                "Expected the temperature of a bounded penalty to be over 0. "
                f"Received: tau={self.tau}. Use a size of a typical failure, as 0.5."
            )

    def __call__(self, inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
        """Return one number an example, shape (batch,).

        Args:
            inputs: Not read.
            targets: `importance` (batch,), if it is weighted.
            outputs: `value` (batch, len(rows)).
        """
        short = _shortfall(outputs["value"], self.rows, self.step, self.margin)
        penalty = 1.0 - ops.exp(-short / self.tau)
        return penalty * targets["importance"] if self.weighted else penalty


def anchor_error(inputs: Mapping, targets: Mapping, outputs: Mapping) -> Any:
    """Return the squared distance of V(n) from its anchor, shape (batch,).

    Args:
        inputs: Not read.
        targets: `anchor` (batch,) with a weight of the drift of 0.35, and `drift`
            (batch,) in bits.
        outputs: `value` (batch, rows), whose first column is V(n), and `drift_weight`
            (batch,), by which an adaptive network moves its anchor.

    Example:
        >>> weight = ops.full((1,), 0.35)
        >>> outputs = {"value": ops.full((1, 2), 3.0), "drift_weight": weight}
        >>> targets = {"anchor": ops.ones((1,)), "drift": ops.ones((1,))}
        >>> float(anchor_error({}, targets, outputs)[0])
        4.0
    """
    moved = (outputs["drift_weight"] - DRIFT_WEIGHT) * targets["drift"]
    return ops.square(outputs["value"][:, 0] - targets["anchor"] - moved)


@dataclass(frozen=True)
class AnchorDecay:
    """The record's weight of the anchor: one, then a fall by powers to its floor.

    The shares left out are those of its 100,000 batches: 1,000 at one, 5,000 to fall.

    Args:
        hold: Share of the stage during which it is one.
        fall: Share of the stage in which it falls.
        floor: Where it stays, over 0; the record never reaches zero.

    Raises:
        ValueError: If a share is no share, or the floor is not between 0 and 1.

    Example:
        >>> decay = AnchorDecay()
        >>> [round(decay.at(share), 4) for share in (0.0, 0.01, 0.035, 0.06, 1.0)]
        [1.0, 1.0, 0.0316, 0.001, 0.001]
    """

    hold: float = 0.01
    fall: float = 0.05
    floor: float = 0.001

    def __post_init__(self):
        if not (0 <= self.hold <= 1 and 0 < self.fall <= 1 and 0 < self.floor <= 1):
            raise ValueError(
                "Expected shares of the stage up to 1 and a floor over 0, at most 1. "
                f"Received: hold={self.hold}, fall={self.fall}, floor={self.floor}. "
                "The record's are 0.01, 0.05 and 0.001."
            )

    def at(self, progress: float) -> float:
        """Return the weight at this share of the stage."""
        if progress < self.hold:
            return 1.0
        return self.floor ** min(1.0, (progress - self.hold) / self.fall)


def record_terms(
    rows: Sequence[int] = (0, 1), tau: float | None = None
) -> dict[str, Term]:
    """Return the terms of the record's loss by name.

    Args:
        rows: Which values the columns of `value` belong to; each but the first gets a
            ranking, that of step 1 by importance.
        tau: Temperature of a bounded penalty; the record's hinge if left out.

    Example:
        >>> sorted(record_terms((0, 1, 4, 8)))
        ['anchor', 'ranking', 'ranking_4', 'ranking_8']
    """
    columns = tuple(rows)
    terms: dict[str, Term] = {}
    for step in columns[1:]:
        name, weighted = _name(step), step == 1
        if tau is None:
            terms[name] = Ranking(step, weighted, rows=columns)
        else:
            terms[name] = Bounded(step, tau, weighted, rows=columns)
    return {**terms, "anchor": anchor_error}


def record_weights(rows: Sequence[int] = (0, 1)) -> dict[str, Schedule]:
    """Return the record's weight of each of these terms as schedules of a stage.

    Args:
        rows: As for `record_terms`.

    Raises:
        ValueError: If the record has no weight for a step.

    Example:
        >>> record_weights((0, 1, 4))["ranking_4"]
        Constant(value=0.5)
    """
    unknown = [step for step in rows[1:] if step not in SHARES]
    if unknown:
        raise ValueError(
            f"Expected steps that the record ranks, {sorted(SHARES)}. "
            f"Received: {unknown}. Give their weights in the stage."
        )
    shares = {_name(step): Constant(SHARES[step]) for step in rows[1:]}
    return {**shares, "anchor": AnchorDecay()}


def _name(step: int) -> str:
    return "ranking" if step == 1 else f"ranking_{step}"


def _column(rows: Sequence[int], step: int) -> int:
    if step not in rows:
        raise ValueError(
            f"Expected a column of V for the step {step}. Received: rows={rows}. "
            "Add the step to the rows of the stream and of the term."
        )
    return list(rows).index(step)


def _shortfall(value: Any, rows: Sequence[int], step: int, margin: float) -> Any:
    """Return by how much V misses falling by the margin, shape (batch,)."""
    fall = value[:, _column(rows, 0)] - value[:, _column(rows, step)]
    return ops.relu(margin - fall)
