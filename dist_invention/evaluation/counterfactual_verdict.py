"""What a reader is told about a request: did it follow, and did the rest stay."""

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.paired_columns import Amount
from dist_invention.evaluation.requested_change import Part
from dist_invention.statistics.intervals import Interval

FOLLOWS, WORSE, DEAF = "follows", "worse than ignoring", "deaf"
NO_EVIDENCE, ABSENT = "no evidence", "not measured"
VERDICTS = (FOLLOWS, NO_EVIDENCE, WORSE, DEAF, ABSENT)
SAID = {
    FOLLOWS: "it did what was asked",
    NO_EVIDENCE: "no evidence that it did what was asked",
    WORSE: "it would have done better to ignore the request",
    DEAF: "its answer is the same, told or not told",
}


def verdict(lead: Interval | None) -> str:
    """Judge an error, told, minus the least error of ignoring the request.

    Args:
        lead: The interval of that difference; None if it was refused.

    Example:
        >>> verdict(Interval(-0.5, -0.7, -0.3, "")), verdict(None)
        ('follows', 'no evidence')
    """
    if lead is not None and lead.high < 0:
        return FOLLOWS
    return WORSE if lead is not None and lead.low > 0 else NO_EVIDENCE


def effect_words(part: Part, error: float, ignoring: float, found: str) -> str:
    """Return the sentence about what should have changed.

    Args:
        part: The output that was compared.
        error: Error of the model that was told, where the truth changes.
        ignoring: Least error of ignoring the request there.
        found: The verdict.

    Example:
        >>> effect_words(Part("y", "m"), 0.25, 1.0, "follows").partition(": ")[2]
        'it did what was asked.'
    """
    return (
        f"Where {part.output} changes, its error is {_number(part, error)}, and "
        f"{_number(part, ignoring)} if the request is ignored: {SAID[found]}."
    )


def rest_words(
    part: Part,
    told: Amount | NotMeasured,
    untold: Amount | NotMeasured,
    cost: Interval | None,
) -> str:
    """Return the sentence about what should have stayed.

    Args:
        part: The output that was compared.
        told: Error of the model that was told, where the truth stays.
        untold: Its error when it was not told.
        cost: Interval of the difference; None if it was refused.
    """
    if isinstance(told, NotMeasured) or isinstance(untold, NotMeasured):
        return "There is no rest to preserve."
    words = f"{_number(part, told.value)} told, {_number(part, untold.value)} not told"
    if cost is None:
        return f"Where it stays, its error is {words}; no interval."
    judged = "no evidence that the rest got worse"
    if cost.low == cost.high == 0.0:
        judged = "the rest stayed"
    elif cost.low > 0 or cost.high < 0:
        judged = f"the rest got {'worse' if cost.low > 0 else 'better'}"
    return f"Where it stays, its error is {words}: {judged}."


def _number(part: Part, value: float) -> str:
    return f"{value:.3g}" if part.unit == "1" else f"{value:.3g} {part.unit}"
