"""All sources of a curriculum in one: fixed shares, without replacement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dist_invention.datasets.mixtures import Mixture
from dist_invention.datasets.split import Split
from dist_invention.datasets.stream import Stream
import numpy as np

Ingredient = Split | Stream | Mixture
Arrays = dict[str, np.ndarray]
Random = Callable[..., np.random.Generator]


@dataclass(frozen=True)
class Blend:
    """Sources of any kind in fixed shares, mixed inside each batch.

    A `Mixture` draws from splits with replacement, so that its ratio is right on
    average. Here each epoch holds exact shares: the rows of a split come in shuffled
    passes, each row once a pass, and streams and mixtures draw as they do alone. So
    nothing but the order sets it apart from the same sources one after the other.

    Args:
        name: Name of the blend.
        parts: Sources with the same inputs and targets, by label.
        weights: One positive weight a part, by label; only their ratio counts.
        examples_per_epoch: How many examples are one epoch.

    Raises:
        ValueError: If weights and parts do not match, or the fields differ.

    Example:
        >>> Blend("joint", {"easy": split, "hard": stream}, {"easy": 1, "hard": 2},
        ...       examples_per_epoch=640)  # doctest: +SKIP
    """

    name: str
    parts: Mapping[str, Ingredient]
    weights: Mapping[str, float]
    examples_per_epoch: int

    def __post_init__(self):
        positive = all(weight > 0 for weight in self.weights.values())
        if not self.parts or sorted(self.parts) != sorted(self.weights) or not positive:
            raise ValueError(
                f"Expected one positive weight for each of {sorted(self.parts)}. "
                f"Received: {dict(self.weights)}. Name every part of the blend."
            )
        layouts = {label: _layout(part) for label, part in self.parts.items()}
        if len(set(layouts.values())) > 1:
            raise ValueError(
                "Expected all parts of a blend to have the same inputs and targets, "
                f"with the same shapes and units. Received: {layouts}. "
                "Give them one layout."
            )

    @property
    def role(self) -> str:
        """`"train"` if every part is."""
        roles = {part.role for part in self.parts.values()}
        return "train" if roles == {"train"} else "mixed"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the arrays that the model sees."""
        return next(iter(self.parts.values())).inputs

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the arrays that losses compare with."""
        return next(iter(self.parts.values())).targets

    @property
    def counts(self) -> dict[str, int]:
        """Examples of each part in an epoch, by largest remainder."""
        weights = np.array([self.weights[label] for label in self.parts])
        wanted = weights / weights.sum() * self.examples_per_epoch
        counts = np.floor(wanted).astype(int)
        left = self.examples_per_epoch - counts.sum()
        most = np.argsort(counts - wanted, kind="stable")[:left]
        counts[most] += 1
        return dict(zip(self.parts, counts.tolist(), strict=True))

    def __len__(self) -> int:
        return self.examples_per_epoch

    def realised(self) -> dict[str, float]:
        """Return the share of each part in every epoch."""
        return {label: count / len(self) for label, count in self.counts.items()}

    def identity(self) -> dict[str, Any]:
        """Return what must stand beside every result: parts, weights, hashes."""
        return {
            "name": self.name,
            "role": self.role,
            "tier": "",
            "n": None,
            "sha256": None,
            "examples_per_epoch": len(self),
            "units": {item.name: item.unit for item in _fields(self)},
            "ranges": {},
            "datasheet": {
                "shares": self.realised(),
                "parts": {label: part.identity() for label, part in self.parts.items()},
            },
        }


class BlendReader:
    """The batches of a blend, each computed from its place alone.

    Args:
        blend: What to read.
        batch_size: Examples a batch.
        random: Gives the generator of a place, as `runtime.stream` does for names.

    Example:
        >>> reader = BlendReader(blend, 32, random)  # doctest: +SKIP
        >>> arrays, real = reader.batch(epoch=0, index=3)  # doctest: +SKIP
    """

    def __init__(self, blend: Blend, batch_size: int, random: Random):
        self.blend = blend
        self.batch_size = batch_size
        self.random = random
        # Replaced, never changed, since another thread may read them.
        self._order: tuple[int, np.ndarray, np.ndarray] | None = None
        self._rows: dict[str, tuple[int, np.ndarray]] = {}
        self._chunks: dict[str, tuple[tuple[int, int], Arrays]] = {}

    def batch(self, epoch: int, index: int) -> tuple[Arrays, int]:
        """Return the arrays of a batch by name, and how many examples are real.

        Args:
            epoch: Epoch of the stage, from 0.
            index: Batch of the epoch, from 0.
        """
        component, rank = self._epoch(epoch)
        place = slice(index * self.batch_size, (index + 1) * self.batch_size)
        component, rank = component[place], rank[place]
        found: Arrays = {}
        for number, (label, part) in enumerate(self.blend.parts.items()):
            mask = component == number
            if mask.any():
                rows = self._take(label, part, epoch, index, rank[mask])
                self._put(found, label, mask, rows)
        real = len(component)
        padded = np.resize(np.arange(real), self.batch_size)
        return {name: array[padded] for name, array in found.items()}, real

    def _epoch(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Which part each example of an epoch is of, and the how manieth of it."""
        order = self._order
        if order is None or order[0] != epoch:
            counts = list(self.blend.counts.values())
            component = np.repeat(np.arange(len(counts)), counts)
            component = self.random("order", epoch).permutation(component)
            rank = np.empty_like(component)
            for number, count in enumerate(counts):
                rank[component == number] = np.arange(count)
            order = (epoch, component, rank)
            self._order = order
        return order[1], order[2]

    def _take(
        self, label: str, part: Ingredient, epoch: int, index: int, ranks: np.ndarray
    ) -> Arrays:
        names = (*part.inputs, *part.targets)
        if isinstance(part, Split):
            rows = self._pass(label, part, epoch)[ranks]
            return {name: part.arrays[name][rows] for name in names}
        if isinstance(part, Mixture):
            return part.draw(self.random(label, epoch, index), len(ranks))
        size = part.block * self.batch_size
        pieces = []
        for number in np.unique(ranks // size).tolist():
            chunk = self._chunk(label, part, epoch, number)
            rows = ranks[ranks // size == number] - number * size
            pieces.append({name: chunk[name][rows] for name in names})
        return {name: np.concatenate([p[name] for p in pieces]) for name in names}

    def _pass(self, label: str, split: Split, epoch: int) -> np.ndarray:
        """The rows of an epoch, cut from endless shuffled passes over a split."""
        known = self._rows.get(label)
        if known is None or known[0] != epoch:
            count, n = self.blend.counts[label], len(split)
            first, last = epoch * count // n, ((epoch + 1) * count - 1) // n
            passes = [
                self.random(label, "pass", number).permutation(n)
                for number in range(first, last + 1)
            ]
            start = epoch * count - first * n
            known = (epoch, np.concatenate(passes)[start : start + count])
            self._rows = {**self._rows, label: known}
        return known[1]

    def _chunk(self, label: str, part: Stream, epoch: int, number: int) -> Arrays:
        """Some examples of a stream, made in one go."""
        known = self._chunks.get(label)
        if known is None or known[0] != (epoch, number):
            size = part.block * self.batch_size
            count = min(size, self.blend.counts[label] - number * size)
            made = part.draw(self.random(label, epoch, number), count)
            known = ((epoch, number), made)
            self._chunks = {**self._chunks, label: known}
        return known[1]

    def _put(self, found: Arrays, label: str, mask: np.ndarray, rows: Arrays) -> None:
        for name, values in rows.items():
            shape = (len(mask), *values.shape[1:])
            out = found.setdefault(name, np.zeros(shape, values.dtype))
            if out.dtype != values.dtype:
                raise ValueError(
                    f"Expected `{name}` to have one dtype in all parts of "
                    f"`{self.blend.name}`. Received: {values.dtype} in `{label}`, "
                    f"{out.dtype} before. Give the sources one dtype."
                )
            out[mask] = values


def _fields(source: Blend | Ingredient):
    if isinstance(source, Blend):
        return _fields(next(iter(source.parts.values())))
    return source.splits[0].fields if isinstance(source, Mixture) else source.fields


def _layout(source: Ingredient) -> tuple:
    fields = {item.name: (item.name, item.shape, item.unit) for item in _fields(source)}
    return tuple(
        tuple(fields[name] for name in names)
        for names in (source.inputs, source.targets)
    )
