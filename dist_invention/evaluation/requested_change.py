"""What a model is asked to change: a world, a request, and pairs before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dist_invention.datasets.split import Split
from dist_invention.evaluation.metrics import unit_checked
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np

KINDS = ("amount", "symbol")
SHOWN = 5  # rows that a message names


class NoChangeAsked(ValueError):
    """A request leaves the truth of some pairs as it was: nobody can fail it.

    Example:
        >>> issubclass(NoChangeAsked, ValueError)
        True
    """


class World(Protocol):
    """Rules behind a set of examples, and one request to change them."""

    @property
    def rules(self) -> Any:
        """The rules now: one for all examples, or one an example."""
        ...

    @property
    def request(self) -> Any:
        """What is asked; `str` of it says so in words."""
        ...

    def apply(self, rules: Any, request: Any) -> Any:
        """Return the rules after the request."""
        ...

    def generate(
        self, rules: Any, inputs: Mapping[str, np.ndarray]
    ) -> Mapping[str, np.ndarray] | NotMeasured:
        """Return the targets that follow from rules and inputs, row by row.

        Args:
            rules: As `rules` or `apply` return them.
            inputs: Input arrays of the examples, each of shape (n, ...).

        Returns:
            Target arrays by name, or why this world has no ground truth.
        """
        ...


@dataclass(frozen=True)
class Part:
    """One output that is compared, and when two of its values are different.

    Args:
        output: Name of the output and of the target.
        unit: Its unit, SI or `"1"`.
        tolerance: Truths that are no further apart are the same, in that unit.
        kind: `"amount"` is scored by its root mean square error; of a `"symbol"` the
            share that is wrong is scored.
        whole: Whether an example counts as one: wrong where any of it is wrong.
            Symbols only.
        counts: Function of the original split that returns booleans which broadcast
            to the output: elements that count. All of them if left out.

    Raises:
        ValueError: If the unit is not SI, the kind is unknown, the tolerance is
            negative, or amounts are to count as a whole.

    Example:
        >>> Part("position", "m", tolerance=0.001).kind
        'amount'
    """

    output: str
    unit: str
    tolerance: float = 0.0
    kind: str = "amount"
    whole: bool = False
    counts: Callable[[Split], np.ndarray] | None = None

    def __post_init__(self):
        unit_checked(self.unit)
        amount = self.kind == "amount"
        if self.kind not in KINDS or self.tolerance < 0 or (self.whole and amount):
            raise ValueError(
                f"Expected part `{self.output}` to be of a kind in {KINDS}, with a "
                "tolerance of at least 0, and only symbols as a whole. Received: "
                f"kind={self.kind!r}, tolerance={self.tolerance}, whole={self.whole}. "
                "Correct the part."
            )

    @property
    def statistic(self) -> str:
        """How contributions of examples become one value."""
        return "root_mean" if self.kind == "amount" else "mean"

    def table(self, values: np.ndarray) -> np.ndarray:
        """Return values as (n, elements): float64 for amounts, as they are otherwise.

        Args:
            values: Shape (n, ...).
        """
        flat = np.asarray(values).reshape(len(values), -1)
        return flat.astype(np.float64) if self.kind == "amount" else flat

    def errors(self, answer: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Return the error of each element: squared for amounts, 0 or 1 for symbols.

        Args:
            answer: Shape (n, ...).
            truth: The same shape.

        Returns:
            Shape (n, elements), not negative.
        """
        ours, theirs = self.table(answer), self.table(truth)
        if self.kind == "amount":
            return (ours - theirs) ** 2
        return (ours != theirs).astype(np.float64)

    def counted(self, split: Split) -> np.ndarray:
        """Return which elements count, booleans of shape (n, elements).

        Args:
            split: The original examples.
        """
        shape = split.arrays[self.output].shape
        mask = np.ones((), bool) if self.counts is None else self.counts(split)
        full = np.broadcast_to(np.asarray(mask, bool), shape)
        return full.reshape(len(split), -1)

    def changed(self, original: Split, edited: Split) -> np.ndarray:
        """Return which counted elements the truth changes, shape (n, elements).

        Args:
            original: The examples under the rules as they are.
            edited: The same examples under the changed rules.
        """
        before, after = original.arrays[self.output], edited.arrays[self.output]
        if self.kind == "amount":
            differs = np.abs(self.table(after) - self.table(before)) > self.tolerance
        else:
            differs = self.table(after) != self.table(before)
        return differs & self.counted(original)


@dataclass(frozen=True)
class Case:
    """One request over a set of examples: what a model is asked, and what is true.

    Args:
        world: Where the truth comes from.
        original: The examples under the rules as they are, targets by the world.
        edited: The same examples row by row. Its inputs carry the request, in the form
            in which the model reads rules; its targets are those of the changed world.
        parts: What is compared, by name of a target.
        concerned: Which rows the request concerns, booleans of shape (n,): their truth
            must change, and that of the others must not. All rows if left out.
        unheard: Why the model cannot be told, as in "it has no input for the rule";
            it is then not asked, and nothing is measured of it.

    Raises:
        ValueError: If the two splits do not belong together, or a part is no target.
        NoChangeAsked: If the truth of a concerned row is the same before and after,
            or that of another row is not; the message counts them.

    Example:
        >>> Case(world, before, after, (Part("position", "m", 0.001),)
        ...      )  # doctest: +SKIP
    """

    world: World
    original: Split
    edited: Split
    parts: tuple[Part, ...]
    concerned: np.ndarray | None = None
    unheard: str = ""

    def __post_init__(self):
        names = [part.output for part in self.parts]
        both = set(self.original.targets) & set(self.edited.targets)
        shapes = {
            name: (self.original.arrays[name].shape, self.edited.arrays[name].shape)
            for name in both & set(names)
        }
        if (
            not names
            or len(self.original) != len(self.edited)
            or set(names) - both
            or any(before != after for before, after in shapes.values())
        ):
            raise ValueError(
                "Expected pairs row by row, with at least one part that is a target of "
                f"both splits. Received: `{self.original.name}` of "
                f"{len(self.original)} rows, `{self.edited.name}` of "
                f"{len(self.edited)}, parts {names}, targets {sorted(both)} with "
                f"shapes {shapes}. Build both splits from the same examples."
            )
        self._refuse_no_change()

    def _refuse_no_change(self):
        n = len(self.original)
        moved = np.zeros(n, bool)
        for part in self.parts:
            moved |= part.changed(self.original, self.edited).any(axis=1)
        concerned = np.ones(n, bool) if self.concerned is None else self.concerned
        wrong = np.flatnonzero(moved != np.asarray(concerned, bool))
        if len(wrong):
            idle = int((~moved & concerned).sum())
            raise NoChangeAsked(
                f"Expected the request `{self.world.request}` to change the truth of "
                "every pair that it concerns and of no other. Received: "
                f"{idle} of {int(np.sum(concerned))} concerned pairs with the same "
                f"truth before and after, and {len(wrong) - idle} others that change, "
                f"first rows {wrong[:SHOWN].tolist()}. Drop those pairs before they "
                "are asked, and report how many."
            )
