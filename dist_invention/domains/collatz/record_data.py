"""Judged splits as the record's network reads them, and a sample of its training."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dist_invention.datasets import Split
from dist_invention.domains.collatz.layout import judged
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.sampler import (
    INPUTS,
    TARGETS,
    draw,
    record_arrays,
    record_fields,
)
from dist_invention.domains.collatz.windows import windows
from dist_invention.runtime.seeds import stream

SAMPLE = 1000  # rows of training that the audits look at
JUDGED = ("growth", "weight")


def values_of(split: Split) -> list[int]:
    """Return the integers n of a split whose keys say n>T(n)."""
    return [int(str(key).split(">", 1)[0]) for key in split.keys]


def judged_values(splits: Mapping[str, Split]) -> frozenset[int]:
    """Return every integer that a select or a test split judges.

    Args:
        splits: The splits by name.
    """
    held = [split for split in splits.values() if split.role != "train"]
    return frozenset(n for split in held for n in values_of(split))


def as_record(split: Split, lookahead: int, rows: Sequence[int] = (0, 1)) -> Split:
    """Return a split with the record's features as its input, the rest beside them.

    Args:
        split: Transitions as `data.judged` makes them.
        lookahead: Steps of the map that V sees.
        rows: Which values of a path get features, as the run's loss reads them.
    """
    found = windows(values_of(split), lookahead + max(rows))
    return replace(
        split,
        arrays={**split.arrays, **record_arrays(found, lookahead, rows)},
        fields=(*split.fields, *record_fields(lookahead, rows)),
        inputs=INPUTS,
        targets=(*TARGETS, *JUDGED),
    )


def record_splits(
    splits: Mapping[str, Split],
    pool: Pool,
    lookahead: int,
    seed: int,
    rows: Sequence[int] = (0, 1),
) -> dict[str, Split]:
    """Return every split for the record's network; its training is real integers.

    Args:
        splits: What `data.make_splits` returned.
        pool: Where hard rows of training come from. If it puts the record's leak back,
            the audit finds judged values in `train`.
        lookahead: Steps of the map that V sees.
        seed: Seed of the training sample.
        rows: Which values of a path get features.
    """
    drawn = draw(stream(seed, "collatz", "record sample"), SAMPLE, pool)
    values = [n for n in dict.fromkeys(drawn.values) if n > 1]
    train = judged(
        "train",
        "train",
        values,
        [f"train {n}" for n in values],
        lookahead,
        datasheet={"source": "the record's sampler", "leak": pool.leak},
    )
    others = {name: split for name, split in splits.items() if name != "train"}
    return {
        name: as_record(split, lookahead, rows)
        for name, split in {"train": train, **others}.items()
    }
