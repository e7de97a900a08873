"""The Syracuse map on odd integers, exact, one integer at a time.

T(n) = (3n + 1) / 2^k for odd n, where k, the valuation, is the number of times that 2
divides 3n + 1. T(1) = 1 with k = 2. Many integers at once are the work of `limbs`.
"""

from itertools import pairwise
import math
from operator import index

LOG2_3 = math.log2(3.0)
"""Growth in bits of one step before its halvings."""


def syracuse(n: int) -> tuple[int, int]:
    """Return T(n) and the valuation k of 3n + 1.

    Args:
        n: An odd integer of at least 1.

    Raises:
        ValueError: If `n` is even or below 1.

    Example:
        >>> syracuse(27), syracuse(41), syracuse(1)
        ((41, 1), (31, 2), (1, 2))
    """
    n = _positive(n)
    if not n & 1:
        raise ValueError(
            f"Expected an odd integer of at least 1. Received: n={n}. "
            "Reduce it with odd_part first."
        )
    raised = 3 * n + 1
    valuation = (raised & -raised).bit_length() - 1
    return raised >> valuation, valuation


def odd_part(n: int) -> int:
    """Return `n` without its factors of 2.

    Args:
        n: An integer of at least 1.

    Raises:
        ValueError: If `n` is below 1.

    Example:
        >>> odd_part(54), odd_part(27)
        (27, 27)
    """
    n = _positive(n)
    return n >> ((n & -n).bit_length() - 1)


def trajectory(n: int) -> list[int]:
    """Return the odd integers from n to 1, both included.

    Args:
        n: An integer of at least 1; an even one is reduced to its odd part first.

    Example:
        >>> trajectory(7)
        [7, 11, 17, 13, 5, 1]
        >>> trajectory(14) == trajectory(7)
        True
    """
    path = [odd_part(n)]
    while path[-1] > 1:
        path.append(syracuse(path[-1])[0])
    return path


def transitions(n: int) -> list[tuple[int, int]]:
    """Return the pairs (m, T(m)) along the trajectory of n, in order.

    Args:
        n: An integer of at least 1; an even one is reduced to its odd part first.

    Example:
        >>> transitions(3)
        [(3, 5), (5, 1)]
    """
    path = trajectory(n)
    return list(pairwise(path))


def transition_key(n: int) -> str:
    """Return the identity of the transition that leaves n.

    Args:
        n: An odd integer of at least 1.

    Example:
        >>> transition_key(27)
        '27>41'
    """
    return f"{index(n)}>{syracuse(n)[0]}"


def _positive(n):
    """Return n as a Python integer; it is at least 1."""
    n = index(n)
    if n < 1:
        raise ValueError(
            f"Expected an integer of at least 1. Received: n={n}. "
            "The map is defined on the positive integers only."
        )
    return n
