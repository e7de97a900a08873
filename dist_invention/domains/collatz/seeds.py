"""The five test seeds, the 49 training seeds of the record, and what they share.

The record removed only the five seed numbers from training, not the values on their
paths: 271 of its 429 test steps stand on training trajectories. Here a split goes by
values: a row is kept out of training if n or T(n) lies on a test path.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from dist_invention.domains.collatz.rules import odd_part, syracuse, trajectory
import numpy as np

TEST_SEEDS = (111, 27, 703, 26623, 626331)
"""Where the five test paths of the record begin, in its order."""

# fmt: off
HARD_SEEDS = (
    31, 41, 47, 54, 55, 71, 73, 91, 97, 103, 127, 155, 159, 171, 231, 237, 267, 303,
    319, 351, 359, 391, 447, 479, 607, 871, 1161, 2223, 2463, 2919, 3711, 6171, 10971,
    13255, 17647, 23529, 34239, 35655, 52527, 77031, 106239, 142587, 156159, 216367,
    230631, 410011, 511935, 837799, 1117065,
)
# fmt: on
"""The record's training seeds in the order of its curriculum; 54 is twice 27."""

FRESH_SEED = 626331
"""The one test seed whose path was not almost wholly in the record's training."""


class SeedStep(NamedTuple):
    """One judged transition n -> T(n) of a test path.

    Args:
        seed: The test seed that the path begins at.
        step: Number of the transition on its path, from 0.
        n: The odd value that it leaves, at least 3.
    """

    seed: int
    step: int
    n: int

    @property
    def is_fresh(self) -> bool:
        """Whether it is one of the 157 steps of 626331 on no training trajectory."""
        return self.seed == FRESH_SEED and self.n not in training_values()


def test_transitions() -> list[SeedStep]:
    """Return the 429 transitions of the five test paths, path after path.

    Example:
        >>> rows = test_transitions()
        >>> len(rows), rows[0], sum(row.is_fresh for row in rows)
        (429, SeedStep(seed=111, step=0, n=111), 157)
    """
    return [
        SeedStep(seed, step, n)
        for seed in TEST_SEEDS
        for step, n in enumerate(trajectory(seed)[:-1])
    ]


@cache
def test_values() -> frozenset[int]:
    """Return the 340 values above 1 on the test paths, one a unique transition.

    Example:
        >>> len(test_values()), 27 in test_values(), 1 in test_values()
        (340, True, False)
    """
    return _values(TEST_SEEDS)


@cache
def training_values() -> frozenset[int]:
    """Return the values above 1 on the record's 49 training trajectories.

    Example:
        >>> len(training_values()), len(training_values() & test_values())
        (1400, 182)
    """
    return _values(HARD_SEEDS)


def touches_test(n: int) -> bool:
    """Return whether n or T(n) lies on a test path; such a row may not be trained on.

    Args:
        n: An integer of at least 1; an even one counts as its odd part.

    Raises:
        ValueError: If `n` is below 1.

    Example:
        >>> touches_test(54), touches_test(109), touches_test(9)
        (True, True, False)
    """
    n = odd_part(n)
    return n in test_values() or syracuse(n)[0] in test_values()


def rows_touching_test(values: Iterable[int]) -> np.ndarray:
    """Return for each value whether it or its successor lies on a test path.

    Args:
        values: Integers of at least 1 and of any size; even ones count as their odd
            parts.

    Returns:
        Boolean array, one entry a value.

    Raises:
        ValueError: If a value is below 1.

    Example:
        >>> rows_touching_test([27, 54, 9, 2**120 + 1]).tolist()
        [True, True, False, False]
    """
    return np.array([touches_test(n) for n in values], bool)


def _values(seeds):
    """Return every odd value above 1 on the paths of some seeds."""
    return frozenset(n for seed in seeds for n in trajectory(seed) if n > 1)


for _function in (test_transitions, test_values):
    vars(_function)["__test__"] = False  # pytest goes by names, and these are no tests
