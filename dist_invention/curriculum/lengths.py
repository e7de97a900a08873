"""A lesson at exactly so many steps, on its own data or on a blend of many."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
import math

from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.taken import part, steps_of
from dist_invention.datasets.batches import Source
from dist_invention.datasets.blend import Blend, Ingredient

WIDEST = 2.0  # how many times more or fewer epochs are fine for one stage


def fixed(stage: Stage, steps: int, batch_size: int) -> list[tuple[Stage, int]]:
    """Return a lesson that takes exactly so many steps, on its own batches.

    Steps that make no whole epoch of it are a second stage, `<name>-rest`, on as many
    of the same examples.

    Args:
        stage: The lesson; its loss weights are spread over both.
        steps: Optimizer steps to take.
        batch_size: Examples a batch.

    Returns:
        Stages with their steps; one, or two.
    """
    each = steps_of(stage.data, batch_size)
    epochs, rest = divmod(steps, each)
    parts = {stage.data.name: (stage.data, len(stage.data) / each)}
    name = f"{stage.data.name}, part of an epoch"
    tail = _blend(name, parts, rest, batch_size) if rest else stage.data
    return _in_a_row(stage, [(stage.data, epochs, each), (tail, 1, rest)])


def spread(
    stage: Stage,
    name: str,
    parts: Mapping[str, tuple[Source, float]],
    steps: int,
    epochs: float,
    batch_size: int,
) -> list[tuple[Stage, int]]:
    """Return a lesson on mixed sources that takes exactly so many steps.

    Where no number of epochs near the wanted one divides the steps, the rest of them
    are a second stage of one epoch, `<name>-rest`.

    Args:
        stage: Everything but data and length; its loss weights are spread over both.
        name: Name of the blend.
        parts: Each source with the examples to see of it in all, by label.
        steps: Optimizer steps to take.
        epochs: About how many epochs these should be.
        batch_size: Examples a batch.

    Returns:
        Stages with their steps; one, or two.
    """
    number = _epochs(steps, max(1.0, epochs))
    each, rest = divmod(steps, number)
    shares = {label: (data, seen / steps) for label, (data, seen) in parts.items()}
    main = _blend(name, shares, each, batch_size)
    tail = _blend(name, shares, rest, batch_size) if rest else main
    return _in_a_row(stage, [(main, number, each), (tail, 1, rest)])


def _in_a_row(
    stage: Stage, plan: Sequence[tuple[Source, int, int]]
) -> list[tuple[Stage, int]]:
    """Return a lesson in two stages, the second one `-rest`; empty ones are left out.

    Args:
        stage: Everything but data and length.
        plan: Data, epochs and steps an epoch of each.
    """
    total = sum(epochs * each for _, epochs, each in plan)
    rows: list[tuple[Stage, int]] = []
    begin = 0
    for data, epochs, each in plan:
        if not epochs * each:
            continue
        ends = begin / total, (begin + epochs * each) / total
        lesson = replace(
            stage,
            name=f"{stage.name}-rest" if begin else stage.name,
            data=data,
            epochs=epochs,
            weights={key: part(rule, *ends) for key, rule in stage.weights.items()},
            leave=None,
        )
        rows.append((lesson, epochs * each))
        begin += epochs * each
    return rows


def _blend(
    name: str, parts: Mapping[str, tuple[Source, float]], steps: int, batch_size: int
) -> Blend:
    """Return sources with the examples a step of each, as epochs of so many steps."""
    flat: dict[str, tuple[Ingredient, float]] = {}
    for label, (source, weight) in parts.items():
        flat.update(_ingredients(label, source, weight))
    sources = {label: source for label, (source, _) in flat.items()}
    weights = {label: weight for label, (_, weight) in flat.items()}
    size = round(sum(weights.values()) * steps)
    least = max((steps - 1) * batch_size + 1, batch_size)  # an epoch fills a batch
    size = min(max(size, least), steps * batch_size)
    return Blend(name, sources, weights, size)


def _ingredients(
    label: str, source: Source, weight: float
) -> Iterator[tuple[str, tuple[Ingredient, float]]]:
    """Yield the plain sources in a source, each with its share of the weight."""
    if not isinstance(source, Blend):
        yield label, (source, weight)
        return
    for name, share in source.realised().items():
        yield f"{label}/{name}", (source.parts[name], weight * share)


def _epochs(steps: int, wanted: float) -> int:
    """Return a number of epochs near the wanted one that divides the steps, or that."""
    low = math.ceil(wanted / WIDEST)
    high = min(steps, math.floor(wanted * WIDEST))
    exact = [number for number in range(low, high + 1) if steps % number == 0]
    if not exact:
        return min(steps, round(wanted))
    return min(exact, key=lambda number: abs(math.log(number / wanted)))
