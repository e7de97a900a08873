"""A batch as a pure function of (seed, stage, epoch, index): resume is arithmetic."""

from collections.abc import Iterator

from dist_invention.datasets.blend import Blend, BlendReader
from dist_invention.datasets.mixtures import Mixture
from dist_invention.datasets.split import Split
from dist_invention.datasets.stream import Stream
from dist_invention.runtime.seeds import stream as random_stream
import numpy as np

Source = Split | Stream | Mixture | Blend
Batch = tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]


class NotForTraining(ValueError):
    """A split that selects or tests was handed to training."""


class Batches:
    """The batches of one stage, each computed from its place alone.

    All batches have the same shape. The tail of an epoch is padded with examples of
    weight zero.

    Args:
        source: A training split, a stream, a mixture or a blend.
        batch_size: Examples a batch.
        seed: Seed of the run.
        stage: Name of the stage.

    Raises:
        NotForTraining: If the source has another role than `"train"`.
        ValueError: If a batch is larger than the data.

    Example:
        >>> from dist_invention.datasets import Field
        >>> split = Split("train", "train", {"x": np.arange(5.0)},
        ...               (Field("x", (), "m"),), ("x",), (),
        ...               keys=np.arange(5).astype(str), groups=np.arange(5))
        >>> batches = Batches(split, 2, seed=0, stage="01-easy")
        >>> batches.steps_per_epoch
        3
        >>> batches.batch(0, 2)[2].tolist()
        [1.0, 0.0]
    """

    def __init__(self, source: Source, batch_size: int, seed: int, stage: str):
        if source.role != "train":
            raise NotForTraining(
                f"Expected stage `{stage}` to train on a split of role 'train'. "
                f"Received: `{source.name}` of role {source.role!r}. "
                "Selection and test splits are never trained on."
            )
        if not 1 <= batch_size <= len(source):
            raise ValueError(
                f"Expected a batch size between 1 and the {len(source)} examples of "
                f"`{source.name}`. Received: batch_size={batch_size}. "
                "Lower --batch-size or use more data."
            )
        self.source = source
        self.batch_size = batch_size
        self.seed = seed
        self.stage = stage
        self._order: tuple[int, np.ndarray] | None = None
        self._block: tuple[tuple[int, int], dict[str, np.ndarray]] | None = None
        self._blend = (
            BlendReader(source, batch_size, self._random)
            if isinstance(source, Blend)
            else None
        )

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches an epoch."""
        return -(-len(self.source) // self.batch_size)

    def batch(self, epoch: int, index: int) -> Batch:
        """Return inputs, targets and sample weights of one batch.

        Args:
            epoch: Epoch of the stage, from 0.
            index: Batch of the epoch, from 0.

        Raises:
            IndexError: If the epoch has no such batch.
        """
        if not 0 <= index < self.steps_per_epoch:
            raise IndexError(
                f"Expected a batch between 0 and {self.steps_per_epoch - 1} of "
                f"`{self.source.name}`. Received: index={index}. "
                "Begin the next epoch instead."
            )
        if isinstance(self.source, Split):
            arrays, real = self._from_split(self.source, epoch, index)
        elif isinstance(self.source, Stream):
            arrays, real = self._from_stream(self.source, epoch, index)
        elif isinstance(self.source, Mixture):
            arrays = self.source.draw(self._random(epoch, index), self.batch_size)
            real = self.batch_size
        else:
            assert self._blend is not None
            arrays, real = self._blend.batch(epoch, index)
        weights = np.zeros(self.batch_size, np.float32)
        weights[:real] = 1.0
        inputs = {name: arrays[name] for name in self.source.inputs}
        targets = {name: arrays[name] for name in self.source.targets}
        return inputs, targets, weights

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """Yield the batches of an epoch, from any of them on."""
        for index in range(start, self.steps_per_epoch):
            yield self.batch(epoch, index)

    def realised_mixture(self, epoch: int) -> dict[str, float]:
        """Return the shares of an epoch's examples; empty for a split or a stream."""
        if isinstance(self.source, Blend):
            return self.source.realised()
        if not isinstance(self.source, Mixture):
            return {}
        rows = [
            self.source.realised(self._random(epoch, index), self.batch_size)
            for index in range(self.steps_per_epoch)
        ]
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    def _random(self, *place: str | int) -> np.random.Generator:
        return random_stream(self.seed, "batches", self.stage, *place)

    def _from_split(self, split: Split, epoch: int, index: int):
        order = self._order  # read once: another thread may replace it
        if order is None or order[0] != epoch:
            order = (epoch, self._random(epoch).permutation(len(split)))
            self._order = order
        rows = order[1][index * self.batch_size :][: self.batch_size]
        real = len(rows)
        padded = np.resize(rows, self.batch_size)
        names = (*split.inputs, *split.targets)
        return {name: split.arrays[name][padded] for name in names}, real

    def _from_stream(self, source: Stream, epoch: int, index: int):
        block, position = divmod(index, source.block)
        made = self._block  # read once: another thread may replace it
        if made is None or made[0] != (epoch, block):
            count = source.block * self.batch_size
            made = ((epoch, block), source.draw(self._random(epoch, block), count))
            self._block = made
        start = position * self.batch_size
        rows = slice(start, start + self.batch_size)
        real = min(self.batch_size, len(source) - index * self.batch_size)
        return {name: array[rows].copy() for name, array in made[1].items()}, real
