"""The record's evaluation set: 50,000 odd integers of 2 to 128 bits, and their facts.

The set is drawn again from its definition and equals the record's file byte for byte.
"""

from collections.abc import Iterable
import math
from random import Random
from typing import NamedTuple

SAMPLES = 50_000
SEED = 42
LEAST_BITS, MOST_BITS = 2, 128
SHA256 = "a1cccffac2c5f83ff5cbd764a3188fc4b2cf21f63971facf9f09c31c4790dc39"
"""Of the text that `as_csv` makes of the default population, in ASCII."""


class Row(NamedTuple):
    """One integer of the population; the fields are the columns of the file.

    Args:
        n: An odd integer of at least 3.
        t1: T(n), its successor among the odd integers.
        is_growth: Whether T(n) > n.
        sigma_n: Plain Collatz steps to 1, a halving being a step of its own.
        max_n: Greatest value on the way to 1, even values included.
        w_expansion: Weight log10(max_n / n) + 1, rounded to four decimals.
    """

    n: int
    t1: int
    is_growth: bool
    sigma_n: int
    max_n: int
    w_expansion: float


def population(samples: int = SAMPLES, seed: int = SEED) -> list[Row]:
    """Draw the population: uniform in bit length, then uniform among that length.

    Args:
        samples: Number of different integers.
        seed: Seed of Python's generator; 42 is the record's.

    Returns:
        The rows in the order in which they were drawn.

    Raises:
        ValueError: If `samples` is below 1.

    Example:
        >>> row = population(2)[1]
        >>> row.n, row.t1, row.is_growth, row.sigma_n, row.w_expansion
        (315881, 236911, False, 78, 1.9316)
    """
    if samples < 1:
        raise ValueError(
            f"A population has at least one row. Received: samples={samples}. "
            f"Leave it out for the record's {SAMPLES}."
        )
    random = Random(seed)
    drawn: dict[int, None] = {}  # keeps the order of first appearance
    while len(drawn) < samples:
        bits = random.randint(LEAST_BITS, MOST_BITS)
        drawn[random.randint(1 << (bits - 1), (1 << bits) - 1) | 1] = None
    return [_follow(n) for n in drawn]


def as_csv(rows: Iterable[Row]) -> str:
    r"""Return rows as the text of the record's file: a header, lines end in \r\n.

    Args:
        rows: Rows of a population.

    Example:
        >>> as_csv([Row(3, 5, True, 7, 16, 1.727)])
        'n,t1,is_growth,sigma_n,max_n,w_expansion\r\n3,5,1,7,16,1.7270\r\n'
    """
    lines = [",".join(Row._fields)]
    for n, t1, is_growth, sigma_n, max_n, weight in rows:
        lines.append(f"{n},{t1},{is_growth:d},{sigma_n},{max_n},{weight:.4f}")
    return "\r\n".join([*lines, ""])


def _follow(n):
    """Follow an odd n > 1 to 1; the map is written out here for speed."""
    value, steps, greatest, successor = n, 0, n, 0
    while value != 1:
        raised = 3 * value + 1
        if raised > greatest:
            greatest = raised
        valuation = (raised & -raised).bit_length() - 1
        value = raised >> valuation
        steps += valuation + 1
        successor = successor or value
    weight = round(math.log10(greatest / n) + 1.0, 4)
    return Row(n, successor, successor > n, steps, greatest, weight)
