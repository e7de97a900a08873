"""Many questions asked of one set of runs: p-values that account for their number."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted so that the whole family errs as rarely as one.

    Of k p-values, the smallest is multiplied by k, the next by k - 1, and so on; none
    is smaller than the one before it. Holm, "A simple sequentially rejective multiple
    test procedure", 1979. It needs no independence.

    Args:
        p_values: One a question, in any order. None marks one that was not asked: it
            stays None and does not count.

    Returns:
        Adjusted p-values in the same order, at most 1.

    Raises:
        ValueError: If a p-value is not between 0 and 1.

    Example:
        >>> holm([0.01, None, 0.04, 0.03])
        [0.03, None, 0.06, 0.06]
    """
    asked = [place for place, p in enumerate(p_values) if p is not None]
    found = np.array([p_values[place] for place in asked], dtype=np.float64)
    if not np.all((found >= 0) & (found <= 1)):
        raise ValueError(
            "Expected p-values between 0 and 1, or None for what was not asked. "
            f"Received: {list(p_values)}. Correct the test that made them."
        )
    order = np.argsort(found, kind="stable")
    times = np.arange(len(found), 0, -1)
    steps = np.minimum(np.maximum.accumulate(found[order] * times), 1.0)
    adjusted: list[float | None] = [None] * len(p_values)
    for place, value in zip(order, steps, strict=True):
        adjusted[asked[place]] = float(value)
    return adjusted
