"""One lesson of a curriculum: which examples, how long, how fast, when to leave."""

from collections.abc import Mapping
from dataclasses import dataclass

from dist_invention.curriculum.schedules import Schedule
from dist_invention.curriculum.transitions import AfterEpochs, AnyOf, Transition
from dist_invention.datasets.batches import Source


@dataclass(frozen=True)
class Stage:
    """One frozen lesson.

    Args:
        name: Short name in lower case, unique in its curriculum; it names a folder.
        data: What it trains on: a training split, a stream or a mixture.
        epochs: Longest duration in epochs, at least 1.
        learning_rate: Schedule of the learning rate over `epochs`.
        weights: Schedule of each loss term's weight over `epochs`; a term that is
            not named has weight 0.
        leave: When to leave before `epochs` are over; never if left out.

    Raises:
        ValueError: If it lasts less than one epoch, its name does not fit a folder,
            or no term has a weight.

    Example:
        >>> from dist_invention.curriculum import Constant
        >>> Stage("pattern", split, epochs=2, learning_rate=Constant(1e-3),
        ...       weights={"position": Constant(1.0)})  # doctest: +SKIP
    """

    name: str
    data: Source
    epochs: int
    learning_rate: Schedule
    weights: Mapping[str, Schedule]
    leave: Transition | None = None

    def __post_init__(self):
        if self.epochs < 1:
            raise ValueError(
                f"Expected stage `{self.name}` to last at least one epoch. "
                f"Received: epochs={self.epochs}. To skip a stage, leave it out."
            )
        if not self.name or not self.name.replace("-", "").isalnum():
            raise ValueError(
                "Expected the name of a stage to be letters, digits and hyphens. "
                f"Received: name={self.name!r}. It names a folder: choose a short word."
            )
        if not self.weights:
            raise ValueError(
                f"Expected stage `{self.name}` to give a weight to some loss term. "
                "Received: no weights. Without one there is nothing to learn."
            )

    @property
    def transition(self) -> Transition:
        """When to leave, the longest duration included."""
        longest = AfterEpochs(self.epochs)
        return longest if self.leave is None else AnyOf((self.leave, longest))

    def weights_at(self, progress: float) -> dict[str, float]:
        """Return the weight of each named term at this share of the stage."""
        return {name: rule.at(progress) for name, rule in self.weights.items()}
