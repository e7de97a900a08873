"""Where a split stands on the ladder: how far its laws lie outside training."""

from dataclasses import dataclass, replace

from dist_invention.evaluation.coverage import Coverage, box_coverage
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.rows import Rows
from dist_invention.evaluation.support_report import SupportCheck
import numpy as np

NAME = "parameter ladder"
NAMED = 4


@dataclass(frozen=True)
class LadderPosition:
    """A split's place on the axis "how far outside".

    Args:
        check: Share of rows outside the training box of the parameters.
        distance: Median over rows of the largest exceedance in widths of the training
            range; 0 inside.
        unit: What `distance` is counted in.

    Example:
        >>> LadderPosition(None, NotMeasured("text only"), "1").distance.reason
        'text only'
    """

    check: SupportCheck | None
    distance: float | NotMeasured
    unit: str


def ladder_position(
    reference: Rows, query: Rows, inputs: Coverage | None = None
) -> LadderPosition:
    """Return how far outside training a split lies, in parameters if it names them.

    Raw inputs are a poor ladder: the same law can look far out in other units, and a
    new law can look familiar. So parameters decide where a split names them.

    Args:
        reference: Training.
        query: The split.
        inputs: Coverage of the numeric inputs, measured if left out and needed.
    """
    groups = (reference.groups, query.groups)
    if query.parameters and reference.parameters:
        found = box_coverage(
            NAME,
            reference.parameters,
            query.parameters,
            reference.declared,
            groups,
            padded=False,
        )
        told = ", ".join(
            f"{name} ({unit}) {share:.0%} of rows, {widths:.2g} widths"
            for name, unit, share, widths in found.leading[:NAMED]
        )
        if told:
            inside = f"{found.check.null_rate:.2%} of training rows would be outside"
            check = replace(found.check, detail=f"outside: {told}; {inside}")
            found = replace(found, check=check)
        names = ", ".join(query.parameters)
        return LadderPosition(
            found.check,
            _median(found),
            f"widths of the training range of {names}",
        )
    if inputs is None:
        inputs = box_coverage(
            "range coverage",
            reference.inputs,
            query.inputs,
            reference.declared,
            groups,
        )
    return LadderPosition(
        None, _median(inputs), "widths of the training range of the inputs"
    )


def _median(found: Coverage) -> float | NotMeasured:
    """Return the median exceedance; none without numbers, or without a width."""
    if len(found.widths) == 0:
        return NotMeasured("no numbers to measure a distance in")
    middle = float(np.median(found.widths))
    share = found.check.value
    if middle == 0.0 and not isinstance(share, NotMeasured) and share > 0.5:
        return NotMeasured(
            "what leaves the training box is constant in training, so it has no width"
        )
    return middle
