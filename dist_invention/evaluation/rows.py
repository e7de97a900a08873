"""One side of a comparison: inputs and parameters by name, and groups as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math

from dist_invention.datasets.split import Field, Split
import numpy as np


@dataclass(frozen=True)
class Rows:
    """Examples of one side: training, a split, or a half of training.

    Args:
        inputs: What the model sees, by name, each of shape (n, ...).
        parameters: What describes the law of each example, by name, as `inputs`.
        declared: The field of each of these arrays.
        groups: Number of the group of each example, shape (n,), from 0 without gaps.

    Example:
        >>> x = Field("x", (), "m")
        >>> rows = Rows({"x": np.arange(4.0)}, {}, {"x": x}, np.array([0, 0, 1, 2]))
        >>> len(rows), rows.num_groups, len(rows.take(rows.groups == 0))
        (4, 3, 2)
    """

    inputs: Mapping[str, np.ndarray]
    parameters: Mapping[str, np.ndarray]
    declared: Mapping[str, Field]
    groups: np.ndarray

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def num_groups(self) -> int:
        """How many different groups there are."""
        return int(self.groups.max(initial=-1)) + 1

    def take(self, chosen: np.ndarray) -> "Rows":
        """Return some of the rows, their groups numbered anew.

        Args:
            chosen: Positions or a boolean mask of rows.
        """
        return Rows(
            {name: array[chosen] for name, array in self.inputs.items()},
            {name: array[chosen] for name, array in self.parameters.items()},
            self.declared,
            np.unique(self.groups[chosen], return_inverse=True)[1],
        )

    def one_per_group(self, limit: int, rng: np.random.Generator) -> "Rows":
        """Return one row of each group, of at most `limit` groups, all by chance.

        If groups are independent, so are these rows; that is what tests need.
        """
        order = rng.permutation(len(self))
        first = order[np.unique(self.groups[order], return_index=True)[1]]
        return self.take(rng.permutation(first)[:limit])

    def whole_groups(self, limit: int, rng: np.random.Generator) -> "Rows":
        """Return groups drawn by chance, all their rows, about `limit` rows in all."""
        if len(self) <= limit:
            return self
        order = rng.permutation(self.num_groups)
        sizes = np.bincount(self.groups)[order]
        kept = order[: max(1, int(np.sum(np.cumsum(sizes) <= limit)))]
        return self.take(np.isin(self.groups, kept))

    def halves(self, rng: np.random.Generator) -> tuple["Rows", "Rows"]:
        """Return two random halves; no group stands in both."""
        half = rng.permutation(self.num_groups)[self.groups] % 2 == 0
        return self.take(half), self.take(~half)


def rows_of(splits: Sequence[Split]) -> Rows:
    """Return the examples of some splits as one side of a comparison.

    Args:
        splits: At least one split; only fields that all have, in one shape, are kept.
    """
    first = splits[0]
    shared = [
        name
        for name in (*first.inputs, *first.parameters)
        if all(_alike(first, other, name) for other in splits[1:])
    ]
    joined = {
        name: np.concatenate([np.asarray(split.arrays[name]) for split in splits])
        for name in dict.fromkeys(shared)
    }
    groups = np.concatenate([np.asarray(split.groups).astype(str) for split in splits])
    return Rows(
        {name: joined[name] for name in first.inputs if name in joined},
        {name: joined[name] for name in first.parameters if name in joined},
        {item.name: item for item in first.fields},
        np.unique(groups, return_inverse=True)[1],
    )


def _alike(a: Split, b: Split, name: str) -> bool:
    """Return whether both splits have an array of one shape under a name."""
    return name in b.arrays and a.arrays[name].shape[1:] == b.arrays[name].shape[1:]


def shared_fields(
    reference: Mapping[str, np.ndarray], query: Mapping[str, np.ndarray]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return pairs of arrays by name, where both sides have one shape and kind."""
    return {
        name: (array, query[name])
        for name, array in reference.items()
        if name in query
        and array.shape[1:] == query[name].shape[1:]
        and (array.dtype.kind in "US") == (query[name].dtype.kind in "US")
    }


def is_numeric(array: np.ndarray) -> bool:
    """Return whether ranges mean something: numbers, but no sequences of integers."""
    whole = np.issubdtype(array.dtype, np.integer)
    return np.issubdtype(array.dtype, np.floating) or (whole and not is_sequence(array))


def is_symbolic(array: np.ndarray) -> bool:
    """Return whether values can be seen or unseen: text, integers or booleans."""
    return array.dtype.kind in "USiub"


def is_sequence(array: np.ndarray) -> bool:
    """Return whether a row is a sequence of symbols: text, or a list of integers."""
    listed = array.ndim == 2 and array.shape[1] > 1
    return array.dtype.kind in "US" or (array.dtype.kind in "iu" and listed)


def component(field: Field, position: int) -> tuple[str, str]:
    """Return name and unit of one number of a field.

    A unit or a meaning that lists one entry for each number is split at the commas.

    Args:
        field: Declaration of the array.
        position: Place of the number in the flattened example.

    Example:
        >>> component(Field("law", (2,), "m/s2, 1", "gravity, friction"), 0)
        ('law: gravity', 'm/s2')
        >>> component(Field("position", (3, 2), "m"), 5)
        ('position[2, 1]', 'm')
    """
    size = math.prod(field.shape)
    units, words = field.unit.split(", "), field.meaning.split(", ")
    unit = units[position] if len(units) == size else field.unit
    if not field.shape:
        return field.name, unit
    if len(words) == size > 1:
        return f"{field.name}: {words[position]}", unit
    place = ", ".join(str(int(i)) for i in np.unravel_index(position, field.shape))
    return f"{field.name}[{place}]", unit
