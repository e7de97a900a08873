"""Windows by Python's own integers, row after row: slow, and plainly right."""

from collections.abc import Iterable, Iterator
import math
from typing import NamedTuple

from dist_invention.domains.collatz.windows import LOW_BITS, MODULUS, Windows

TOLERANCE = 1e-9  # bits


class PlainWindow(NamedTuple):
    """The entries n, T(n), ..., T^steps(n) of one n, as lists.

    Args:
        size: log2 n in bits.
        height: log2(T^i n) - log2 n in bits.
        residue: T^i n modulo 3^19.
        low: T^i n modulo 2^24.
        valuation: How often 2 divides 3 T^i n + 1.
    """

    size: float
    height: list[float]
    residue: list[int]
    low: list[int]
    valuation: list[int]

    def is_equal(self, other: "PlainWindow") -> bool:
        """Return whether integers are equal, and logarithms within 1e-9 bits.

        Args:
            other: The window to compare with.
        """
        ours, theirs = [self.size, *self.height], [other.size, *other.height]
        return self[2:] == other[2:] and all(
            abs(a - b) <= TOLERANCE for a, b in zip(ours, theirs, strict=True)
        )


def plain_windows(values: Iterable[int], steps: int) -> Iterator[PlainWindow]:
    """Yield what `windows` finds, for one value after the other.

    Args:
        values: Odd integers of at least 1.
        steps: Applications of the map.

    Example:
        >>> [seen] = plain_windows([27], 2)
        >>> seen.residue, seen.valuation
        ([27, 41, 31], [1, 2])
    """
    modulus, low_modulus = MODULUS, 2**LOW_BITS
    for value in values:
        n, size = int(value), math.log2(value)
        seen = PlainWindow(size, [0.0], [n % modulus], [n % low_modulus], [])
        for _ in range(steps):
            n = 3 * n + 1
            power = (n & -n).bit_length() - 1
            n >>= power
            seen.valuation.append(power)
            seen.height.append(math.log2(n) - size)
            seen.residue.append(n % modulus)
            seen.low.append(n % low_modulus)
        yield seen


def of_row(seen: Windows, row: int) -> PlainWindow:
    """Return one row of windows as lists, to compare.

    Args:
        seen: Windows.
        row: Number of the row.
    """
    parts = (seen.height, seen.residue, seen.low, seen.valuation)
    return PlainWindow(float(seen.size[row]), *[part[row].tolist() for part in parts])
