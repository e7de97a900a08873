"""Many integers of any size at once, exact: limbs of 32 bits in NumPy arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import index

import numpy as np

LIMB_BITS = 32
MAX_LIMBS = 31
"""992 bits: the most whole limbs whose integers float64 can approximate."""
_MASK = np.uint64(2**LIMB_BITS - 1)
_WIDTH = np.uint64(LIMB_BITS)
_ONE = np.uint64(1)
_THREE = np.uint64(3)


@dataclass(frozen=True)
class Limbs:
    """Non-negative integers, each the sum of limbs[i] * 2^(32 i).

    There are as many limbs as the largest integer needs: a step that outgrows them adds
    one, and one that empties the highest drops it. Nothing wraps: above 992 bits, where
    float64 ends, is an error.

    Args:
        limbs: Digits below 2^32, lowest first, as uint64 of shape (num_limbs, n).

    Raises:
        ValueError: If the limbs are not such an array, or more than 31.

    Example:
        >>> values, valuation = Limbs.of([27, 2**125 - 1, 1]).step()
        >>> values.to_ints() == [41, 3 * 2**124 - 1, 1], valuation.tolist()
        (True, [1, 1, 2])
        >>> values.mod(81).tolist()
        [41, 20, 1]
    """

    limbs: np.ndarray

    def __post_init__(self):
        limbs = self.limbs
        valid = (
            limbs.dtype == np.uint64
            and limbs.ndim == 2
            and 1 <= len(limbs) <= MAX_LIMBS
            and limbs.max(initial=0) <= _MASK
        )
        if not valid:
            raise ValueError(
                f"Expected 1 to {MAX_LIMBS} limbs of 32 bits as uint64, shape "
                f"(num_limbs, n). Received: {limbs.dtype} of shape {limbs.shape}, "
                f"highest digit {limbs.max(initial=0)}. Use Limbs.of, and integers "
                f"whose trajectories stay below 2**{MAX_LIMBS * LIMB_BITS}."
            )

    def __len__(self):
        return self.limbs.shape[1]

    @classmethod
    def of(cls, values: Sequence[int] | np.ndarray) -> "Limbs":
        """Return integers of any size as limbs.

        Args:
            values: Non-negative integers, n of them.

        Raises:
            ValueError: If a value is negative.
        """
        numbers = [index(value) for value in values]
        if min(numbers, default=0) < 0:
            raise ValueError(
                "Expected integers of at least 0. "
                f"Received: {min(numbers)} among {len(numbers)} values. "
                "The map is defined on the positive integers only."
            )
        count = _limbs_for(max(numbers, default=0))
        size = count * LIMB_BITS // 8
        digits = b"".join([number.to_bytes(size, "little") for number in numbers])
        rows = np.frombuffer(digits, "<u4").reshape(len(numbers), count)
        return cls(np.ascontiguousarray(rows.T).astype(np.uint64))

    def to_ints(self) -> list[int]:
        """Return the integers as Python integers, n of them."""
        digits = np.ascontiguousarray(self.limbs.T).astype("<u4").tobytes()
        size = len(self.limbs) * LIMB_BITS // 8
        return [
            int.from_bytes(digits[row * size : (row + 1) * size], "little")
            for row in range(len(self))
        ]

    def take(self, rows: Sequence[int] | np.ndarray | slice) -> "Limbs":
        """Return some of the integers, with no more limbs than those need.

        Args:
            rows: Anything that indexes n rows.
        """
        return Limbs(_trimmed(self.limbs[:, rows]))

    def check_odd(self) -> None:
        """Raise a ValueError that names the first even integer, if there is one."""
        odd = self.limbs[0] & _ONE
        if not odd.all():
            row = int(np.argmin(odd))
            raise ValueError(
                "Expected odd integers of at least 1. "
                f"Received: {self.take([row]).to_ints()[0]} in row {row}. "
                "Reduce even ones with rules.odd_part first."
            )

    def step(self) -> tuple["Limbs", np.ndarray]:
        """Return T(n) and the valuation of 3n + 1 for odd integers.

        Returns:
            The images, and how often 2 divides 3n + 1: int64 of shape (n,).

        Raises:
            ValueError: If an integer is even, or the image of one has over 992 bits.
        """
        self.check_odd()
        raised = _raised(self.limbs)
        whole = _drop_empty_limbs(raised)
        part = _trailing_zeros(raised[0])
        low = raised[:-1] >> part
        low |= (raised[1:] << (_WIDTH - part)) & _MASK
        raised[:-1] = low
        raised[-1] >>= part
        return Limbs(_trimmed(raised)), part.astype(np.int64) + whole

    def mod(self, divisor: int) -> np.ndarray:
        """Return the remainders of a division, as int64 of shape (n,).

        Args:
            divisor: From 1 to 2^32.
        """
        if not 1 <= divisor <= 2**LIMB_BITS:
            raise ValueError(
                f"Expected a divisor from 1 to 2**{LIMB_BITS}. "
                f"Received: divisor={divisor}. Divide in two steps, or use to_ints."
            )
        by = np.uint64(divisor)
        rest = np.zeros(len(self), np.uint64)
        for limb in self.limbs[::-1]:
            rest = (rest << _WIDTH) | limb
            rest -= rest // by * by
        return rest.astype(np.int64)

    def log2(self) -> np.ndarray:
        """Return the logarithms in bits, as float64 of shape (n,); of 0 it is -inf.

        A row is the same to the bit whatever stands in the others.
        """
        scaled = np.zeros(len(self))
        for limb in self.limbs:
            scaled = scaled * 2.0**-LIMB_BITS + limb
        mantissa, exponent = np.frexp(scaled)
        with np.errstate(divide="ignore"):
            return (
                exponent + float(LIMB_BITS * (len(self.limbs) - 1)) + np.log2(mantissa)
            )

    def bit_length(self) -> np.ndarray:
        """Return the numbers of binary digits, as int64 of shape (n,); of 0 it is 0."""
        length = np.zeros(len(self), np.int64)
        for place, limb in enumerate(self.limbs):
            digits = np.frexp(limb.astype(float))[1]
            length = np.where(limb > 0, digits + LIMB_BITS * place, length)
        return length


def _limbs_for(number):
    """Return how many limbs an integer needs, at least one."""
    return max(1, -(-number.bit_length() // LIMB_BITS))


def _raised(limbs):
    """Return 3n + 1, with one limb more."""
    out = np.empty((len(limbs) + 1, limbs.shape[1]), np.uint64)
    np.multiply(limbs, _THREE, out=out[:-1])
    out[-1] = 0
    out[0] += _ONE
    for place in range(len(limbs)):
        out[place + 1] += out[place] >> _WIDTH
        out[place] &= _MASK
    return out


def _drop_empty_limbs(limbs):
    """Shift rows down, in place, until their lowest limb is not 0; return the bits."""
    dropped = np.zeros(limbs.shape[1], np.int64)
    empty = np.flatnonzero(limbs[0] == 0)
    while len(empty):
        limbs[:-1, empty] = limbs[1:, empty]
        limbs[-1, empty] = 0
        dropped[empty] += LIMB_BITS
        empty = empty[limbs[0, empty] == 0]
    return dropped


def _trailing_zeros(limb):
    """Return how often 2 divides each digit, none of them 0, as uint64."""
    lowest = limb & (~limb + _ONE)
    return np.bitwise_count(lowest - _ONE).astype(np.uint64)


def _trimmed(limbs):
    """Return limbs without the highest ones that are 0 in every row."""
    count = len(limbs)
    while count > 1 and not limbs[count - 1].any():
        count -= 1
    return limbs[:count]
