"""What tables train on: endless abstract windows, some uniform, some of long paths."""

from typing import Any

from dist_invention.datasets import Stream
from dist_invention.domains.collatz import abstract
from dist_invention.domains.collatz.layout import (
    TARGETS,
    input_names,
    window_arrays,
    window_fields,
)
from dist_invention.domains.collatz.rules import LOG2_3
import numpy as np

FAST, SLOW = abstract.FAIR, 0.59
"""Rates of the law of valuations: of uniform n, and of long paths (mean 1.70, as
measured on the hard set that selection uses)."""


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
    both = [window_arrays(part, with_low=True) for part in parts]
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
        input_names(with_low),
        TARGETS,
        examples_per_epoch,
        datasheet={
            "law": f"valuations geometric, {FAST} and {valuation_rate}",
            "log2 of 3": LOG2_3,
            "tau": list(temperature),
            "uniform": uniform_share,
        },
    )
