"""Splits by values: no transition that is judged stands where anything is learned."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dist_invention.datasets import Split
from dist_invention.domains.collatz.hard import hard_values
from dist_invention.domains.collatz.layout import (
    SHARP,
    TARGETS,
    input_names,
    judged,
    window_fields,
)
from dist_invention.domains.collatz.population import population
from dist_invention.domains.collatz.rules import syracuse
from dist_invention.domains.collatz.seeds import test_transitions, test_values
from dist_invention.domains.collatz.training_data import SLOW, mixed_windows
from dist_invention.runtime.seeds import stream
import numpy as np

SELECT_SEED, TEST_SEED = 101, 202  # of the hard sets
POPULATION_SEED, SELECT_POPULATION_SEED = 42, 43  # 42 is the record's
SELECT_POPULATION = 10_000
TRAIN_SAMPLE = 1_000


def trajectories(lookahead: int, with_low: bool = False) -> Split:
    """Return the 429 steps of the record's five test seeds, each path a group.

    340 of them are different; a step that several paths share counts for each, as in
    the record. Strata: the seed, whether n grows, and the 157 steps of 626331 that no
    training path of the record holds.
    """
    rows = test_transitions()
    values = [row.n for row in rows]
    seeds = np.array([f"seed {row.seed}" for row in rows])
    grows = np.array(["growth" if syracuse(n)[0] > n else "decay" for n in values])
    fresh = np.array(["fresh" if row.is_fresh else "trained" for row in rows])
    return judged(
        "test_trajectories",
        "test",
        values,
        seeds,
        lookahead,
        with_low=with_low,
        strata={"seed": seeds, "step": grows, "record": fresh},
        tier="record",
        datasheet={"source": "paths of 111, 27, 703, 26623, 626331"},
    )


@lru_cache(maxsize=4)
def _hard(seed: int) -> tuple[tuple[int, int], ...]:
    return tuple(hard_values(seed))


@lru_cache(maxsize=4)
def _population(samples: int, seed: int) -> tuple[Any, ...]:
    return tuple(population(samples, seed))


def make_splits(
    seed: int,
    lookahead: int,
    *,
    with_low: bool = False,
    samples: int = 50_000,
    valuation_rate: float = SLOW,
) -> dict[str, Split]:
    """Return every split of the world.

    Args:
        seed: Seed of the training sample; the judged values are the same for all.
        lookahead: Steps of the map that V sees.
        with_low: Whether the model reads binary digits.
        samples: Rows of the record's population set, from its first on.
        valuation_rate: Of the long paths in the training sample.

    Returns:
        `train` (abstract windows), `select_hard`, `select_population`,
        `test_trajectories`, `test_hard` and `test_population`. What stands in two of
        the judged sets, or reads the same, stays in the one that comes first of:
        trajectories, test_hard, test_population, select_hard, select_population.
    """
    taken = set(test_values())
    lists: dict[str, list[tuple[Any, int, float]]] = {}
    for name, rows in (
        ("test_hard", [(path, n, 1.0) for path, n in _hard(TEST_SEED)]),
        ("test_population", _sampled(samples, POPULATION_SEED)),
        ("select_hard", [(path, n, 1.0) for path, n in _hard(SELECT_SEED)]),
        ("select_population", _sampled(SELECT_POPULATION, SELECT_POPULATION_SEED)),
    ):
        kept = [row for row in rows if not _touches(row[1], taken)]
        taken |= {row[1] for row in kept}
        lists[name] = kept
    splits = {"test_trajectories": trajectories(lookahead, with_low)}
    for name, rows in lists.items():
        splits[name] = judged(
            name,
            name.split("_")[0],
            [n for _, n, _ in rows],
            [f"{name} {group}" for group, _, _ in rows],
            lookahead,
            with_low=with_low,
            weights=[weight for _, _, weight in rows],
            tier="hard" if name.endswith("hard") else "population",
            datasheet={"seed": _seed_of(name)},
        )
    splits = _different(splits)
    return {"train": _train(seed, splits, with_low, valuation_rate), **splits}


def _different(splits: Mapping[str, Split]) -> dict[str, Split]:
    """Leave out of each split what V reads just so in an earlier one.

    Different integers may be one question: after a run of growth n + 1 is divisible by
    a high power of three, so that the residues of many long climbs are the same.
    """
    seen: set[bytes] = set()
    kept = {}
    for name, split in splits.items():
        rows = _read(split)
        fresh = np.array([row not in seen for row in rows])
        kept[name] = split if fresh.all() else split.take(fresh)
        seen |= set(rows)
    return kept


def _read(split: Split) -> list[bytes]:
    """Return what V reads of each row, as bytes."""
    parts = [split.arrays[name] for name in split.inputs]
    return [
        b"".join(row.tobytes() for row in rows) for rows in zip(*parts, strict=True)
    ]


def _touches(n: int, taken: set[int]) -> bool:
    return n in taken or syracuse(n)[0] in taken


def _seed_of(name: str) -> int:
    return {
        "test_hard": TEST_SEED,
        "select_hard": SELECT_SEED,
        "test_population": POPULATION_SEED,
        "select_population": SELECT_POPULATION_SEED,
    }[name]


def _sampled(samples: int, seed: int) -> list[tuple[Any, int, float]]:
    rows = _population(samples, seed)
    return [(row.n, row.n, row.w_expansion) for row in rows]


def _train(
    seed: int, judged_splits: Mapping[str, Split], with_low: bool, rate: float
) -> Split:
    """Return a sample of what stages train on, no row equal to a judged one."""
    width = next(iter(judged_splits.values())).arrays["height"].shape[1]
    known = {row for split in judged_splits.values() for row in _read(split)}
    generator = stream(seed, "collatz", "train")
    arrays = mixed_windows(generator, TRAIN_SAMPLE, width - 1, rate, (SHARP, SHARP))
    names = [item.name for item in window_fields(width, with_low)]
    identity = np.array([f"abstract {seed} {row}" for row in range(TRAIN_SAMPLE)])
    sample = Split(
        "train",
        "train",
        {name: arrays[name] for name in names},
        window_fields(width, with_low),
        input_names(with_low),
        TARGETS,
        identity,
        identity,
        datasheet={"source": "abstract windows, no integer", "rate": rate},
    )
    return sample.take(np.array([row not in known for row in _read(sample)]))
