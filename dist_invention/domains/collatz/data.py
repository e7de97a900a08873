"""Splits by values: no transition that is judged stands where anything is learned."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from dist_invention.datasets import Field, Split, Stream
from dist_invention.domains.collatz import abstract
from dist_invention.domains.collatz.hard import hard_values
from dist_invention.domains.collatz.population import population
from dist_invention.domains.collatz.rules import LOG2_3, syracuse, transition_key
from dist_invention.domains.collatz.seeds import test_transitions, test_values
from dist_invention.domains.collatz.windows import Windows, windows
from dist_invention.runtime.seeds import stream
import numpy as np

SELECT_SEED, TEST_SEED = 101, 202  # of the hard sets
POPULATION_SEED, SELECT_POPULATION_SEED = 42, 43  # 42 is the record's
SELECT_POPULATION = 10_000
TRAIN_SAMPLE = 1_000
SHARP = 0.1  # bits; the temperature that selection is judged at
FAST, SLOW = abstract.FAIR, 0.59
"""Rates of the law of valuations: of uniform n, and of long paths (mean 1.70, as
measured on the hard set that selection uses)."""

Rows = Sequence[int]


def fields(lookahead: int, with_low: bool = False) -> tuple[Field, ...]:
    """Return the declaration of a judged split: windows of `lookahead` + 2 values.

    Args:
        lookahead: Steps of the map that V sees.
        with_low: Whether binary digits are among them.
    """
    return window_fields(lookahead + 2, with_low)


def window_fields(width: int, with_low: bool) -> tuple[Field, ...]:
    """Return the declaration of windows of this many values."""
    low = (Field("low", (width,), "1", "n modulo 2**24"),) if with_low else ()
    return (
        Field("height", (width,), "bit", "log2 of T^i n over n"),
        Field("residue", (width,), "1", "T^i n modulo 3**19"),
        *low,
        Field("tau", (), "bit", "temperature of the penalty"),
        Field("growth", (), "1", "1 where T n > n"),
        Field("weight", (), "1", "weight of the record: log10 of the expansion, + 1"),
    )


def judged(
    name: str,
    role: str,
    values: Rows,
    groups: Iterable[Any],
    lookahead: int,
    *,
    with_low: bool = False,
    weights: Sequence[float] | None = None,
    strata: Mapping[str, np.ndarray] | None = None,
    tier: str = "",
    datasheet: Mapping[str, Any] | None = None,
) -> Split:
    """Return the transitions n -> T(n) of some odd integers as a split.

    Args:
        name: Name of the split.
        role: `"select"`, `"test"`, or `"train"`.
        values: Odd integers over 1, any size up to 192 bits.
        groups: What each belongs to: its path, or itself.
        lookahead: Steps of the map that V sees.
        with_low: Whether the model reads binary digits.
        weights: The record's weight of each; 1 if left out.
        strata: Labels for sub-scores.
        tier: Distance from training.
        datasheet: How they were made.
    """
    found = windows(list(values), lookahead + 1)
    arrays = _arrays(found, with_low)
    if weights is not None:
        arrays["weight"] = np.asarray(weights, np.float32)
    return Split(
        name,
        role,
        arrays,
        fields(lookahead, with_low),
        _inputs(with_low),
        ("tau", "growth", "weight"),
        np.array([transition_key(n) for n in values]),
        np.array([str(group) for group in groups]),
        strata=dict(strata or {}),
        tier=tier,
        datasheet={"lookahead": lookahead, **dict(datasheet or {})},
    )


def _inputs(with_low: bool) -> tuple[str, ...]:
    return ("height", "residue", "low") if with_low else ("height", "residue")


def _arrays(found: Windows | abstract.Abstract, with_low: bool) -> dict[str, Any]:
    """Return the arrays of windows; growth is that of their first step."""
    count = len(found.residue)
    arrays = {
        "height": found.height.astype(np.float32),
        "residue": found.residue.astype(np.int32),
    }
    if with_low:
        arrays["low"] = found.low.astype(np.int32)
    return arrays | {
        "tau": np.full(count, SHARP, np.float32),
        "growth": (found.height[:, 1] > 0).astype(np.float32),
        "weight": np.ones(count, np.float32),
    }


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
        the judged sets stays in the one that comes first of: trajectories, test_hard,
        test_population, select_hard, select_population.
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
    return {"train": _train(seed, splits, with_low, valuation_rate), **splits}


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
    known = {
        row.tobytes()
        for split in judged_splits.values()
        for row in split.arrays["residue"]
    }
    generator = stream(seed, "collatz", "train")
    arrays = mixed_windows(generator, TRAIN_SAMPLE, width - 1, rate, (SHARP, SHARP))
    fresh = np.array([row.tobytes() not in known for row in arrays["residue"]])
    names = [item.name for item in window_fields(width, with_low)]
    kept = {name: arrays[name][fresh] for name in names}
    identity = np.array([f"abstract {seed} {row}" for row in np.flatnonzero(fresh)])
    return Split(
        "train",
        "train",
        kept,
        window_fields(width, with_low),
        _inputs(with_low),
        ("tau", "growth", "weight"),
        identity,
        identity,
        datasheet={"source": "abstract windows, no integer", "rate": rate},
    )


def mixed_windows(
    generator: np.random.Generator,
    count: int,
    steps: int,
    valuation_rate: float,
    temperature: tuple[float, float],
    uniform_share: float = 0.5,
) -> dict[str, np.ndarray]:
    """Return abstract windows, some of uniform n and the rest from inside long paths.

    Args:
        generator: Source of randomness.
        count: Number of windows, at least 2.
        steps: Applications of the map.
        valuation_rate: Of the long paths.
        temperature: Highest and lowest tau in bits, drawn evenly in its logarithm.
        uniform_share: Share of windows of uniform n, between 0 and 1.

    Returns:
        Every array of `window_fields(steps + 1, with_low=True)`.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> mixed_windows(rng, 4, 3, 0.59, (1.0, 0.1))["residue"].shape
        (4, 4)
    """
    uniform = min(count - 1, max(1, round(count * uniform_share)))
    parts = [
        abstract.draw(generator, uniform, steps, FAST),
        abstract.draw(generator, count - uniform, steps, valuation_rate, True),
    ]
    both = [_arrays(part, with_low=True) for part in parts]
    arrays = {name: np.concatenate([p[name] for p in both]) for name in both[0]}
    high, low = np.log(temperature)
    arrays["tau"] = np.exp(generator.uniform(low, high, count)).astype(np.float32)
    order = generator.permutation(count)
    return {name: array[order] for name, array in arrays.items()}


def abstract_stream(
    name: str,
    steps: int,
    temperature: tuple[float, float],
    examples_per_epoch: int,
    *,
    with_low: bool = False,
    valuation_rate: float = SLOW,
    uniform_share: float = 0.5,
) -> Stream:
    """Return endless abstract windows; there is no integer in them to exclude.

    Args:
        name: Name of the stream.
        steps: Applications of the map in a window.
        temperature: Highest and lowest tau in bits.
        examples_per_epoch: Windows that count as an epoch.
        with_low: Whether the model reads binary digits.
        valuation_rate: Of the long paths.
        uniform_share: Share of windows of uniform n.
    """
    declared = window_fields(steps + 1, with_low)
    names = [item.name for item in declared]

    def generate(generator: np.random.Generator, count: int) -> dict[str, Any]:
        arrays = mixed_windows(
            generator, count, steps, valuation_rate, temperature, uniform_share
        )
        return {key: arrays[key] for key in names}

    return Stream(
        name,
        generate,
        declared,
        _inputs(with_low),
        ("tau", "growth", "weight"),
        examples_per_epoch,
        datasheet={
            "law": f"valuations geometric, {FAST} and {valuation_rate}",
            "log2 of 3": LOG2_3,
            "tau": list(temperature),
            "uniform": uniform_share,
        },
    )
