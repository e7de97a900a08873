"""The hard set: transitions on the longest paths, for their size, of many integers.

It is made without looking at any model, and shares no value with the test paths, so
that it can be watched in training while the test seeds are left alone.
"""

from dist_invention.domains.collatz.rules import trajectory
from dist_invention.domains.collatz.seeds import rows_touching_test
from dist_invention.runtime import stream
import numpy as np

LEAST_BITS, MOST_BITS = 25, 36
"""Bit lengths of the candidates: odd n in [2^24, 2^36)."""

GREATEST = np.uint64((2**64 - 2) // 3)
"""Greatest value whose 3n + 1 fits an unsigned integer of 64 bits."""


def hard_values(
    seed: int, candidates: int = 400_000, paths: int = 60
) -> list[tuple[int, int]]:
    """Return the transitions of the hard set, each as its path and the value it leaves.

    Candidates are uniform in bit length, then uniform among that length. Those with
    the most Syracuse steps a bit give their whole paths; a transition counts once, on
    the first path that has it, and is dropped if n or T(n) lies on a test path.

    Args:
        seed: Seed of the draw.
        candidates: Odd integers to draw.
        paths: Paths to keep, longest for their size first.

    Returns:
        Pairs (path, n): paths count from 0; the order is that of first appearance. A
        path that lies wholly on earlier ones has no pair.

    Raises:
        ValueError: If `paths` is not between 1 and `candidates`.

    Example:
        >>> rows = hard_values(0, candidates=50, paths=2)
        >>> rows[0][0], rows[0][1] % 2, len(rows) == len({n for _, n in rows})
        (0, 1, True)
    """
    if not 1 <= paths <= candidates:
        raise ValueError(
            "Expected paths between 1 and candidates. "
            f"Received: paths={paths}, candidates={candidates}. "
            "Keep fewer paths or draw more candidates."
        )
    drawn = np.unique(draw_candidates(seed, candidates))
    length = path_steps(drawn) / np.log2(drawn)
    longest = drawn[np.argsort(-length, kind="stable")[:paths]]
    found: dict[int, int] = {}  # value to the first path that has it
    for path, start in enumerate(longest.tolist()):
        for n in trajectory(start)[:-1]:
            found.setdefault(n, path)
    touching = rows_touching_test(found)
    return [
        (path, n)
        for (n, path), out in zip(found.items(), touching, strict=True)
        if not out
    ]


def draw_candidates(seed: int, n: int) -> np.ndarray:
    """Return odd integers of 25 to 36 bits, shape (n,), type int64.

    Args:
        seed: Seed of the draw.
        n: How many to draw; a value may come twice.
    """
    generator = stream(seed, "collatz", "hard set")
    least = 1 << generator.integers(LEAST_BITS - 1, MOST_BITS, n)  # (n,)
    return generator.integers(least, 2 * least) | 1


def path_steps(values: np.ndarray) -> np.ndarray:
    """Return the number of Syracuse steps from each odd value to 1.

    Args:
        values: Odd integers from 3 to 2^63 - 1, shape (n,).

    Returns:
        Array of shape (n,), type int64. A path that leaves 64 bits is followed in
        Python integers, so every count is exact.

    Example:
        >>> path_steps(np.array([27, 703, 626331])).tolist()
        [41, 62, 189]
    """
    steps = np.zeros(len(values), np.int64)
    rows, height = np.arange(len(values)), values.astype(np.uint64)
    one, three, count = np.uint64(1), np.uint64(3), 0
    while len(rows):
        outside = height > GREATEST
        for row in rows[outside].tolist():
            steps[row] = len(trajectory(int(values[row]))) - 1
        rows, height = rows[~outside], three * height[~outside] + one
        height >>= np.bitwise_count((height & -height) - one)  # odd again
        count += 1
        arrived = height == one
        steps[rows[arrived]] = count
        rows, height = rows[~arrived], height[~arrived]
    return steps
