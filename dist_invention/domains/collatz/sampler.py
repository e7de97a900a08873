"""The record's batches: a quarter from paths of hard seeds, the rest random."""

from collections.abc import Sequence
from dataclasses import dataclass

from dist_invention.datasets import Field, Stream
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.record import (
    OTHER_FEATURES,
    anchor,
    drift,
    features,
)
from dist_invention.domains.collatz.windows import Windows, windows
import numpy as np

HARD_SHARE = 0.25  # 256 of 1,024 in the record
MINED_AS_IS = 0.3  # how often a mined value itself is taken, not one on its path
LEAST_BITS, MOST_BITS = 2, 124  # k of a random n in [2^k, 2^(k+1)), both included
IMPORTANCE = {(True, True): 20, (True, False): 2, (False, True): 10, (False, False): 1}
"""Weight of a row in the record by (is hard, grows)."""
BATCH = 1024  # of the record
MAX_ROUNDS = 100
INPUTS = ("features",)
TARGETS = ("importance", "anchor", "drift")


class NothingLeftToDraw(ValueError):
    """Almost every random integer touches a value that is kept out."""


@dataclass(frozen=True)
class Draw:
    """Odd integers to train on.

    Args:
        values: The integers, n of them.
        is_hard: Which come from the pool, shape (n,).

    Example:
        >>> Draw([27], np.array([True])).values
        [27]
    """

    values: list[int]
    is_hard: np.ndarray


def draw(
    generator: np.random.Generator,
    count: int,
    pool: Pool,
    hard_share: float = HARD_SHARE,
) -> Draw:
    """Return odd integers as the record draws them, none of which the pool keeps out.

    A hard one: any path of the pool, then any value of it; for a mined value 3 times
    in 10 that value itself. A random one: k evenly among 2 to 124, then an odd number
    evenly in [2^k, 2^(k+1)). Hard ones stand at even distances, so that each
    batch of a block has its share. If the pool holds no path all are random.

    Args:
        generator: Source of randomness.
        count: How many integers.
        pool: Where hard ones come from; says what is kept out.
        hard_share: Share of hard ones, 0 to 1.

    Raises:
        ValueError: If the share is none.
        NothingLeftToDraw: If random integers are kept out again and again.

    Example:
        >>> drawn = draw(np.random.default_rng(0), 8, Pool([871, 6171]))
        >>> drawn.is_hard.astype(int).tolist()
        [0, 0, 0, 1, 0, 0, 0, 1]
    """
    if not 0 <= hard_share <= 1:
        raise ValueError(
            "Expected a share of hard rows between 0 and 1. "
            f"Received: hard_share={hard_share}. The record's is 0.25."
        )
    paths = pool.paths()
    places = np.floor(np.arange(count + 1) * hard_share + 1e-9)
    is_hard = (np.diff(places) > 0) & bool(paths)
    hard = int(is_hard.sum())
    lengths = np.array([len(item.path) for item in paths])
    which = generator.integers(max(1, len(paths)), size=hard)
    as_is = generator.random(hard) < MINED_AS_IS
    where = generator.random(hard)
    values = _random_values(generator, count, pool)
    for row, path, whole, share in zip(
        np.flatnonzero(is_hard), which, as_is, where, strict=True
    ):
        mined, on_path = paths[path]
        values[row] = mined if mined and whole else on_path[int(share * lengths[path])]
    return Draw(values, is_hard)


def _random_values(generator, count: int, pool: Pool) -> list[int]:
    """Return random odd integers; those that are kept out are drawn anew."""
    values = [0] * count
    missing = list(range(count))
    for _ in range(MAX_ROUNDS):
        bits = generator.integers(LEAST_BITS, MOST_BITS + 1, len(missing)).tolist()
        words = generator.bytes(16 * len(missing))
        for place, (row, k) in enumerate(zip(missing, bits, strict=True)):
            digits = int.from_bytes(words[16 * place : 16 * place + 16], "little")
            values[row] = (digits & ((1 << k) - 1)) | (1 << k) | 1
        missing = [row for row in missing if pool.touches(values[row])]
        if not missing:
            return values
    raise NothingLeftToDraw(
        "Expected random integers that touch no value kept out. Received: "
        f"{len(missing)} of {count} that do after {MAX_ROUNDS} rounds. "
        "Keep fewer values out."
    )


def record_arrays(
    found: Windows,
    lookahead: int,
    rows: Sequence[int] = (0, 1),
    is_hard: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return every array that the record's network and its loss read.

    Args:
        found: Windows of at least `max(rows) + lookahead` steps, n of them.
        lookahead: Steps of the map that V sees.
        rows: Which values of a window get features: i stands for T^i(n).
        is_hard: Which rows count as hard, shape (n,); none if left out.

    Returns:
        `features` (n, len(rows), 6 + lookahead), `importance` (n,), `anchor` (n,) and
        `drift` (n,) in bits, all float32.

    Example:
        >>> arrays = record_arrays(windows([27, 41], 3), lookahead=2)
        >>> arrays["features"].shape, arrays["importance"].tolist()
        ((2, 2, 8), [10.0, 1.0])
    """
    hard = np.zeros(len(found), bool) if is_hard is None else is_hard
    grows = found.height[:, 1] > 0
    pairs = zip(hard.tolist(), grows.tolist(), strict=True)
    return {
        "features": features(found, lookahead, rows),
        "importance": np.array([IMPORTANCE[pair] for pair in pairs], np.float32),
        "anchor": anchor(found, lookahead),
        "drift": drift(found, lookahead).astype(np.float32),
    }


def record_fields(lookahead: int, rows: Sequence[int] = (0, 1)) -> tuple[Field, ...]:
    """Return the declaration of `record_arrays`.

    Args:
        lookahead: Steps of the map that V sees.
        rows: Which values of a window get features.
    """
    shape = (len(rows), OTHER_FEATURES + lookahead)
    return (
        Field("features", shape, "1", "what the record's network reads, each value"),
        Field("importance", (), "1", "weight of a row in the ranking of n and T n"),
        Field("anchor", (), "1", "ln n + 0.35 times the drift in bits"),
        Field("drift", (), "bit", "lookahead * log2 3 less its valuations"),
    )


def record_stream(
    name: str,
    pool: Pool,
    lookahead: int,
    rows: Sequence[int] = (0, 1),
    examples_per_epoch: int = 100 * BATCH,
    hard_share: float = HARD_SHARE,
    block: int = 1,
) -> Stream:
    """Return the record's endless training examples.

    No row touches a value that the pool keeps out. A batch follows from its place and
    from the pool, which changes between epochs only.

    Args:
        name: Name of the stream.
        pool: Where hard values come from; says what is kept out.
        lookahead: Steps of the map that V sees.
        rows: Which values get features, 0 and 1 the first: (0, 1, 4, 8) for T4 and T8.
        examples_per_epoch: How many examples count as an epoch. The pool changes once
            an epoch: a hundredth of the run is right.
        hard_share: Share of hard rows.
        block: Batches made in one go.

    Raises:
        ValueError: If the rows do not begin with 0 and 1 and grow, or reach beyond
            what the pool looks at to keep values out.

    Example:
        >>> stream = record_stream("record", Pool(reach=8), 10, (0, 1, 4, 8))
        >>> stream.draw(np.random.default_rng(0), 4)["features"].shape
        (4, 4, 16)
    """
    columns = tuple(rows)
    if columns[:2] != (0, 1) or list(columns) != sorted(set(columns)):
        raise ValueError(
            "Expected rows that begin with 0 and 1 and grow, as (0, 1, 4, 8). "
            f"Received: rows={columns}. Order them."
        )
    if max(columns) > pool.reach and not pool.leak:
        raise ValueError(
            f"Expected a pool that keeps out what step {max(columns)} touches. "
            f"Received: reach={pool.reach}. Build it with reach=max(rows)."
        )

    def generate(generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        drawn = draw(generator, count, pool, hard_share)
        found = windows(drawn.values, max(columns) + lookahead)
        return record_arrays(found, lookahead, columns, drawn.is_hard)

    return Stream(
        name,
        generate,
        record_fields(lookahead, columns),
        INPUTS,
        TARGETS,
        examples_per_epoch,
        block=block,
        datasheet={
            "source": "the record's sampler",
            "seeds": list(pool.seeds),
            "kept_out": 0 if pool.leak else len(pool.kept_out),
            "leak": pool.leak,
            "lookahead": lookahead,
            "rows": list(columns),
            "hard_share": hard_share,
        },
    )
