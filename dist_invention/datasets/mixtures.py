"""Weighted mixtures of splits, with the realised ratio known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dist_invention.datasets.split import Split
import numpy as np


@dataclass(frozen=True)
class Mixture:
    """Training splits sampled with weights, so that a small one is not drowned.

    Examples are drawn with replacement: a weight is a share of what the model sees,
    whatever the sizes of the splits.

    Args:
        name: Name of the mixture.
        splits: Training splits with the same inputs and targets.
        weights: One positive weight a split, by name.
        examples_per_epoch: How many draws count as one epoch; all examples if left
            out.

    Raises:
        ValueError: If weights and splits do not match or the fields differ.

    Example:
        >>> Mixture("both", (easy, hard), {"easy": 0.3, "hard": 0.7})  # doctest: +SKIP
    """

    name: str
    splits: tuple[Split, ...]
    weights: Mapping[str, float]
    examples_per_epoch: int = 0

    def __post_init__(self):
        names = [split.name for split in self.splits]
        positive = all(weight > 0 for weight in self.weights.values())
        if not names or sorted(names) != sorted(self.weights) or not positive:
            raise ValueError(
                f"Expected one positive weight for each of {names}. "
                f"Received: {dict(self.weights)}. Name every split of the mixture."
            )
        layouts = {split.name: _layout(split) for split in self.splits}
        if len(set(layouts.values())) > 1:
            raise ValueError(
                "Expected all splits of a mixture to have the same inputs and targets, "
                "with the same shapes, units and dtypes. "
                f"Received: {layouts}. Give them one layout."
            )

    @property
    def role(self) -> str:
        """`"train"` if every split is."""
        roles = {split.role for split in self.splits}
        return "train" if roles == {"train"} else "mixed"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the arrays that the model sees."""
        return self.splits[0].inputs

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the arrays that losses compare with."""
        return self.splits[0].targets

    def __len__(self) -> int:
        return self.examples_per_epoch or sum(map(len, self.splits))

    def draw(self, generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        """Return this many weighted draws, by name of the array."""
        component, row = self._rows(generator, count)
        arrays = {}
        for name in (*self.inputs, *self.targets):
            out = None
            for index, split in enumerate(self.splits):
                mask = component == index
                part = split.arrays[name][row[mask]]
                if out is None:
                    out = np.empty((count, *part.shape[1:]), part.dtype)
                out[mask] = part
            arrays[name] = out
        return arrays

    def realised(self, generator: np.random.Generator, count: int) -> dict[str, float]:
        """Return the shares that `draw` really takes with this generator."""
        component, _ = self._rows(generator, count)
        shares = np.bincount(component, minlength=len(self.splits)) / count
        return {
            split.name: float(share)
            for split, share in zip(self.splits, shares, strict=True)
        }

    def identity(self) -> dict[str, Any]:
        """Return what must stand beside every result: parts, weights, hashes."""
        return {
            "name": self.name,
            "role": self.role,
            "tier": "",
            "n": None,
            "sha256": None,
            "examples_per_epoch": len(self),
            "units": {item.name: item.unit for item in self.splits[0].fields},
            "ranges": {},
            "datasheet": {
                "weights": dict(self.weights),
                "parts": {split.name: split.sha256 for split in self.splits},
            },
        }

    def _rows(self, generator: np.random.Generator, count: int):
        weights = np.array([self.weights[split.name] for split in self.splits])
        sizes = np.array([len(split) for split in self.splits])
        component = generator.choice(
            len(self.splits), size=count, p=weights / weights.sum()
        )
        row = np.floor(generator.random(count) * sizes[component]).astype(int)
        return component, row


def _layout(split: Split) -> tuple:
    fields = {item.name: item for item in split.fields}

    def describe(names: tuple[str, ...]) -> tuple:
        return tuple(
            (name, fields[name].shape, fields[name].unit, str(split.arrays[name].dtype))
            for name in names
        )

    return describe(split.inputs), describe(split.targets)
