"""What may have come before n: the virtual past that residues modulo 3^j tell.

A p with T(p) = n is (2^k n - 1) / 3 for every k that makes it whole, odd k where
n = 2 modulo 3, even k where n = 1. The least one, k = 1 or 2, is the true one for three
steps of four. Going on from it gives a past that needs no iteration of T: each step
back uses up one digit to base three, and it ends at a multiple of 3, which nothing
leads to.

The *floor*, the least value that n may have come from, is a V with nothing to learn. A
step with k = 1 or 2 only makes the past one longer, so that it cannot fail while there
are digits left; only k >= 3 puts another past in the place of the true one.
"""

from collections.abc import Sequence

from dist_invention.domains.collatz.rules import LOG2_3
import numpy as np

AGE = 1e-4  # bits a step back: breaks ties between equal pasts
ROUGH_AGE = 0.015
"""Bits a step back where the size of n is unknown, so that the past leaves out the
`+ 1` of 3n + 1: from n = 32 on it outweighs log2(1 + 1/(3n)). It was chosen on hard
paths that no split holds."""
PEAK_AGE = 0.1  # bits a step back; 0.1 to 0.2 give the known count of 28 below
MOST_TRITS = 36 + 1  # 16 * 3^37 < 2^63
DEEP = 3**MOST_TRITS
LOWEST = 1e-12


class NoRoomForTrits(ValueError):
    """Residues of so many digits do not fit the integers that hold them."""


def floor_behind(
    residue: np.ndarray, trits: int, size: np.ndarray | None = None
) -> np.ndarray:
    """Return how far the least value of the virtual past lies below n, at most 0.

    Args:
        residue: n modulo 3**trits, integers of any shape; Python integers (an array
            of objects) for more than 37 digits.
        trits: Digits to base three that are read: as many steps back.
        size: log2 n in bits, of the same shape. Without it the past leaves out what
            `+ 1` adds, and older values get a larger bonus.

    Returns:
        Bits, float64, shape as `residue`.

    Raises:
        NoRoomForTrits: If `trits` is below 1, or above 37 for machine integers.

    Example:
        >>> past = floor_behind(np.array([41, 27]), 5, np.log2([41, 27]))
        >>> (2.0 ** past * [41, 27]).round(1).tolist()  # 41 comes from 27, 27 from none
        [27.0, 27.0]
    """
    age = ROUGH_AGE if size is None else AGE
    return _walk_back(residue, trits, size, age, np.minimum, avoids_ends=False)


def peak_behind(
    residue: np.ndarray, trits: int, size: np.ndarray | None = None
) -> np.ndarray:
    """Return how far the greatest value of the virtual past lies above n, at least 0.

    Here the past avoids multiples of 3, so that it goes on while there are digits.
    With 96 digits it fails at few steps of hard paths (28 of the record's 429), but at
    38 % of all numbers.

    Args:
        residue: n modulo 3**trits, as in `floor_behind`.
        trits: Digits that are read: as many steps back, less one.
        size: log2 n in bits, of the same shape, if known.

    Returns:
        Bits, float64, shape as `residue`.

    Raises:
        NoRoomForTrits: As in `floor_behind`.

    Example:
        >>> peak_behind(np.array([7]), 5).round(2).tolist()  # 43, 65, 49, 37, 7
        [2.95]
    """
    return _walk_back(residue, trits, size, PEAK_AGE, np.maximum, avoids_ends=True)


def deep_residues(paths: Sequence[Sequence[int]], trits: int = MOST_TRITS):
    """Return values modulo 3**trits as int64, shape (n, W).

    Args:
        paths: Windows of integers of any size, all of one length.
        trits: Digits to base three, at most 37.

    Example:
        >>> deep_residues([[27, 41], [2 + 3**37, 1]]).tolist()
        [[27, 41], [2, 1]]
    """
    modulus = 3 ** _trits_checked(trits, False)
    return np.array([[n % modulus for n in path] for path in paths], np.int64)


def deep_path(first: np.ndarray, valuation: np.ndarray) -> np.ndarray:
    """Return values along paths modulo 3**MOST_TRITS from where they begin.

    Args:
        first: n modulo 3**MOST_TRITS, shape (n,).
        valuation: Valuation of each step, shape (n, steps).

    Returns:
        int64, shape (n, steps + 1): what `deep_residues` gives for the paths.

    Example:
        >>> deep_path(np.array([27]), np.array([[1, 2]])).tolist()
        [[27, 41, 31]]
    """
    inverse = np.array([0, *(pow(DEEP, -1, 1 << k) for k in range(1, 5))])
    found = [np.asarray(first, np.int64)]
    for column in np.asarray(valuation).T:
        raised = 3 * (found[-1] % (DEEP // 3)) + 1
        left = column.copy()
        while left.any():  # four halvings at most: more would leave 64 bits
            k = np.minimum(left, 4)
            times = (-raised * inverse[k]) & ((1 << k) - 1)  # makes it divisible
            raised = (raised + times * DEEP) >> k
            left -= k
        found.append(raised)
    return np.stack(found, axis=1)


def _walk_back(residue, trits, size, age, better, *, avoids_ends):
    """Return the best of rise - age * steps over the virtual past, 0 included."""
    residue = np.asarray(residue)
    is_object = residue.dtype == object
    modulus = 3 ** _trits_checked(trits, is_object)
    left = residue.ravel() if is_object else residue.ravel().astype(np.int64)
    left, best = left % modulus, np.zeros(residue.size)
    rows, rise = np.arange(residue.size), np.zeros(residue.size)
    log_size = None if size is None else np.asarray(size, np.float64).ravel()
    for steps in range(1, trits + (not avoids_ends)):
        goes_on = (left % 3 != 0).astype(bool)
        rows, left, rise = rows[goes_on], left[goes_on], rise[goes_on]
        power = np.where((left % 3 == 2).astype(bool), 1, 2)
        if avoids_ends:
            is_end = ((2**power * left) % 9 == 1).astype(bool)
            power = np.where(is_end, power + 2, power)
        if log_size is not None:
            size_there = np.maximum(log_size[rows] + rise, 0.0)
            rise = rise + np.log2(np.maximum(1 - 2.0 ** -(power + size_there), LOWEST))
        rise = rise + power - LOG2_3
        modulus //= 3
        left = ((2**power * left - 1) // 3) % modulus
        best[rows] = better(best[rows], rise - age * steps)
    return best.reshape(residue.shape)


def _trits_checked(trits, is_object):
    """Return the number of trits if the arithmetic has room for it."""
    if trits < 1 or (trits > MOST_TRITS and not is_object):
        raise NoRoomForTrits(
            f"Expected 1 to {MOST_TRITS} digits to base three, or residues as Python "
            f"integers. Received: trits={trits}. Ask for fewer, or pass an array of "
            "objects."
        )
    return trits
