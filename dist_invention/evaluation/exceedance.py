"""How surprising it is that so many examples lie beyond all of training."""

import numpy as np
from scipy import stats


def chance_beyond(
    count: int | np.ndarray, tested: int, trained: int, order: int = 1
) -> np.ndarray:
    """Return the chance of so many beyond training if all were drawn alike.

    Put the tested and the trained in one order. If all were drawn alike, each order
    is equally likely, whatever the distribution; so the chance that at least `count`
    of the tested lie beyond the `order`-th most extreme of the trained follows from
    counting alone. With ties it is an upper bound. Count groups, not rows: the rows
    of a group are not drawn independently.

    Args:
        count: How many of the tested lie beyond, a number or an array of them.
        tested: How many were tested, at least `count`.
        trained: How many training has.
        order: Which of the trained counts as the border; 1 is the most extreme.

    Returns:
        Chances from 0 to 1, in the shape of `count`.

    Example:
        >>> float(chance_beyond(1, 1, 19))  # one new value is the largest of twenty
        0.05
        >>> float(chance_beyond(0, 10, 10))
        1.0
    """
    count = np.asarray(count)
    drawn = np.maximum(count, 1) + order - 1
    chance = stats.hypergeom.cdf(order - 1, trained + tested, trained, drawn)
    return np.where(count > 0, np.minimum(chance, 1.0), 1.0)
