"""What a function of n may read: heights, residues and low bits along its path."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

from dist_invention.domains.collatz.limbs import LIMB_BITS, Limbs
import numpy as np

TRITS = 19
"""Residues are kept modulo 3^19, the highest power of 3 below 2^31."""
LOW_BITS = 24
"""Low bits kept of each entry: n modulo 2^24."""
MODULUS = 3**TRITS
CHUNK = 8200
"""Rows advanced together, nearest in size first, so that their limbs stay in the cache
and are few. A power of 2 would send the columns to the same places of the cache."""


@dataclass(frozen=True)
class Windows:
    """The entries n, T(n), ..., T^steps(n) of many n; W = steps + 1 of them.

    Args:
        size: log2 n in bits, float64 of shape (n,).
        height: log2(T^i n) - log2 n in bits, float64 of shape (n, W).
        residue: T^i n modulo 3^19, int64 of shape (n, W).
        low: T^i n modulo 2^24, int64 of shape (n, W).
        valuation: How often 2 divides 3 T^i n + 1, int64 of shape (n, W - 1).

    Example:
        >>> seen = windows([27, 5], steps=3)
        >>> seen.residue.tolist()
        [[27, 41, 31, 47], [5, 1, 1, 1]]
        >>> seen.valuation.tolist()
        [[1, 2, 1], [4, 2, 2]]
        >>> seen.take([1]).height.round(6).tolist()
        [[0.0, -2.321928, -2.321928, -2.321928]]
    """

    size: np.ndarray
    height: np.ndarray
    residue: np.ndarray
    low: np.ndarray
    valuation: np.ndarray

    def __len__(self):
        return len(self.size)

    def take(self, rows: Sequence[int] | np.ndarray | slice) -> "Windows":
        """Return some of the rows.

        Args:
            rows: Anything that indexes n rows: numbers, a mask or a slice.
        """
        return Windows(*(getattr(self, field.name)[rows] for field in fields(self)))


def windows(values: Sequence[int] | np.ndarray | Limbs, steps: int) -> Windows:
    """Apply the map `steps` times to odd integers of any size and record each entry.

    A row is the same to the bit whatever the others are. Heights are sums of
    log2(3 + 1/n) - k, within 1e-11 bits over a thousand steps; from 1 on they stay.

    Args:
        values: Odd integers of at least 1, n of them.
        steps: Applications of T, at least 0.

    Raises:
        ValueError: If a value is even or below 1, or `steps` is negative.
    """
    if steps < 0:
        raise ValueError(
            f"Expected at least 0 steps. Received: steps={steps}. "
            "A lookahead of L needs L steps, and L + 1 to judge a transition."
        )
    entries = values if isinstance(values, Limbs) else Limbs.of(values)
    entries.check_odd()
    size = entries.log2()
    n, width = len(entries), steps + 1
    out = Windows(
        size,
        np.empty((n, width)),
        np.empty((n, width), np.int64),
        np.empty((n, width), np.int64),
        np.empty((n, steps), np.int64),
    )
    order = np.argsort(size, kind="stable")
    for start in range(0, n, CHUNK):
        rows = order[start : start + CHUNK]
        _record(entries.take(rows), out, rows)
    return out


def _record(entries, out, rows):
    """Advance one chunk and write its windows into these rows of the result."""
    width, n = out.height.shape[1], len(rows)
    height = np.zeros((width, n))
    residue = np.empty((width, n), np.int64)
    low = np.empty((width, n), np.int64)
    valuation = np.empty((width - 1, n), np.int64)
    residue[0], low[0] = entries.mod(MODULUS), _low_bits(entries)
    for step in range(width - 1):
        growth = np.log2(3.0 + 1.0 / _approximate(entries))
        entries, valuation[step] = entries.step()
        height[step + 1] = height[step] + (growth - valuation[step])
        residue[step + 1] = _residue_after(residue[step], valuation[step])
        low[step + 1] = _low_bits(entries)
    out.height[rows], out.residue[rows] = height.T, residue.T
    out.low[rows], out.valuation[rows] = low.T, valuation.T


def _residue_after(residue, valuation):
    """Return (3r + 1) / 2^k modulo 3^19; the product is below 3^39 < 2^62."""
    inverse = _inverse_powers(int(valuation.max(initial=0)) // LIMB_BITS + 1)
    product = (3 * residue + 1) * inverse[valuation]
    return product - product // MODULUS * MODULUS


@cache
def _inverse_powers(limbs):
    """Return 2^-k modulo 3^19 for every k below 32 a limb."""
    half = pow(2, -1, MODULUS)
    powers = [pow(half, k, MODULUS) for k in range(limbs * LIMB_BITS)]
    return np.array(powers, np.int64)


def _low_bits(entries):
    """Return the integers modulo 2^24."""
    return (entries.limbs[0] & np.uint64(2**LOW_BITS - 1)).astype(np.int64)


def _approximate(entries):
    """Return the integers as float64, to one part in 2^52."""
    value = np.zeros(len(entries))
    for limb in entries.limbs[::-1]:
        value = value * 2.0**LIMB_BITS + limb
    return value
