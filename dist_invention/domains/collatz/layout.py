"""What a model reads of a window of the map: arrays, units, and splits of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dist_invention.datasets import Field, Split
from dist_invention.domains.collatz.abstract import Abstract
from dist_invention.domains.collatz.look_behind import DEEP, deep_path
from dist_invention.domains.collatz.rules import transition_key
from dist_invention.domains.collatz.windows import Windows, windows
import numpy as np

SHARP = 0.1  # bits; the temperature that selection is judged at
TARGETS = ("tau", "growth", "weight")


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


def input_names(with_low: bool) -> tuple[str, ...]:
    """Return the names of what a table reads.

    Args:
        with_low: Whether binary digits are among them.
    """
    return ("height", "residue", "low") if with_low else ("height", "residue")


def window_arrays(found: Windows | Abstract, with_low: bool) -> dict[str, Any]:
    """Return every array of windows; growth is that of their first step.

    Args:
        found: Windows of integers, or abstract ones.
        with_low: Whether binary digits are among them.
    """
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


def judged(
    name: str,
    role: str,
    values: Sequence[int],
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
    listed = list(values)
    found = windows(listed, lookahead + 1)
    arrays = window_arrays(found, with_low) | _deep(listed, found)
    if weights is not None:
        arrays["weight"] = np.asarray(weights, np.float32)
    return Split(
        name,
        role,
        arrays,
        (*window_fields(lookahead + 2, with_low), *deep_fields(lookahead + 2)),
        input_names(with_low),
        TARGETS,
        np.array([transition_key(n) for n in listed]),
        np.array([str(group) for group in groups]),
        strata=dict(strata or {}),
        tier=tier,
        datasheet={"lookahead": lookahead, **dict(datasheet or {})},
    )


def deep_fields(width: int) -> tuple[Field, ...]:
    """Return the declaration of what only formulas that look behind read.

    Args:
        width: Values of a window.
    """
    return (
        Field("size", (), "bit", "log2 of n"),
        Field("deep_residue", (width,), "1", "T^i n modulo 3**37"),
    )


def _deep(values: Sequence[int], found: Windows) -> dict[str, np.ndarray]:
    first = np.array([n % DEEP for n in values], np.int64)
    return {"size": found.size, "deep_residue": deep_path(first, found.valuation)}
