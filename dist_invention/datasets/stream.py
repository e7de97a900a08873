"""Endless generated examples under the contract of a split."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dist_invention.datasets.split import Field
import numpy as np

Arrays = Mapping[str, np.ndarray]
MAX_ROUNDS = 20  # rounds of redrawing before an exclusion counts as impossible


class NothingLeftToDraw(ValueError):
    """The values that may never appear leave too few examples to draw."""


@dataclass(frozen=True)
class Stream:
    """Examples made when they are asked for, never the same twice.

    Args:
        name: Name of the stream.
        generate: Takes a generator and a number of examples, returns the arrays.
        fields: Declaration of every array.
        inputs: Names of the arrays that the model sees.
        targets: Names of the arrays that losses compare with.
        examples_per_epoch: How many examples count as one epoch.
        excluded: Takes the arrays, returns a mask of examples that may never appear
            (those of a test split), shape (n,).
        block: Batches made in one go; more is faster, the examples of a batch are
            the same whatever is read before.
        datasheet: How it is made, as plain JSON values.

    Raises:
        ValueError: If an epoch or a block is empty, or a name is not declared.

    Example:
        >>> def draw(generator, n):
        ...     return {"x": generator.normal(size=n)}
        >>> stream = Stream("noise", draw, (Field("x", (), "1"),), ("x",), (), 64)
        >>> stream.draw(np.random.default_rng(0), 3)["x"].shape
        (3,)
    """

    name: str
    generate: Callable[[np.random.Generator, int], Arrays]
    fields: tuple[Field, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    examples_per_epoch: int
    excluded: Callable[[Arrays], np.ndarray] | None = None
    block: int = 1
    datasheet: Mapping[str, Any] = field(default_factory=dict)
    role: str = "train"

    def __post_init__(self):
        declared = [item.name for item in self.fields]
        missing = [n for n in (*self.inputs, *self.targets) if n not in declared]
        if missing:
            raise ValueError(
                f"Expected inputs and targets of stream `{self.name}` to be among "
                f"{declared}. Received: {missing}. Correct the names."
            )
        if self.block < 1:
            raise ValueError(
                f"Expected stream `{self.name}` to make at least one batch in one go. "
                f"Received: block={self.block}. Raise the number."
            )
        if self.examples_per_epoch < 1:
            raise ValueError(
                f"Expected stream `{self.name}` to give at least one example an epoch. "
                f"Received: examples_per_epoch={self.examples_per_epoch}. "
                "Raise the number."
            )

    def __len__(self) -> int:
        return self.examples_per_epoch

    def draw(self, generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        """Return this many examples, none of them excluded.

        Raises:
            NothingLeftToDraw: If the exclusion leaves too few.
            ValueError: If the arrays are not those declared.
        """
        kept: list[Arrays] = []
        found = 0
        for _ in range(MAX_ROUNDS):
            arrays = self.generate(generator, count)
            self._check(arrays)
            if self.excluded is not None:
                allowed = ~self.excluded(arrays)
                arrays = {name: array[allowed] for name, array in arrays.items()}
            kept.append(arrays)
            found += len(next(iter(arrays.values())))
            if found >= count:
                names = kept[0]
                return {
                    name: np.concatenate([part[name] for part in kept])[:count]
                    for name in names
                }
        raise NothingLeftToDraw(
            f"Expected stream `{self.name}` to draw {count} examples outside the "
            f"excluded values. Received: {found} in {MAX_ROUNDS} rounds. "
            "Widen what it generates, or exclude less."
        )

    def _check(self, arrays: Arrays) -> None:
        declared = {item.name: item.shape for item in self.fields}
        found = {name: tuple(array.shape[1:]) for name, array in arrays.items()}
        if found != declared:
            raise ValueError(
                f"Expected stream `{self.name}` to generate arrays of example shapes "
                f"{declared}. Received: {found}. Correct the generator or the fields."
            )

    def identity(self) -> dict[str, Any]:
        """Return what must stand beside every result."""
        return {
            "name": self.name,
            "role": self.role,
            "tier": "",
            "n": None,
            "sha256": None,
            "examples_per_epoch": self.examples_per_epoch,
            "units": {item.name: item.unit for item in self.fields},
            "ranges": {},
            "datasheet": dict(self.datasheet),
        }
