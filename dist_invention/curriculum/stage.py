"""One lesson of a curriculum: which examples, how long, how fast, when to leave."""

from collections.abc import Mapping
from dataclasses import dataclass

from dist_invention.curriculum.balancing import Balancer
from dist_invention.curriculum.schedules import Schedule
from dist_invention.curriculum.transitions import AfterEpochs, AnyOf, Transition
from dist_invention.datasets.batches import Source

QUARTERS = (0.0, 0.25, 0.5, 0.75)


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
        balance: Who turns the weights of the terms during the stage, from what they
            have done: it multiplies the weights given, which must then be constant.
            Nobody but their schedules if left out.

    Raises:
        ValueError: If it lasts less than one epoch, its name does not fit a folder,
            no term has a weight, or a balancer does not fit the weights.

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
    balance: Balancer | None = None

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
        if self.balance is not None:
            self._check_balance(self.balance)

    def _check_balance(self, balance: Balancer):
        ends = self.weights_at(1.0)
        if any(self.weights_at(point) != ends for point in QUARTERS):
            raise ValueError(
                f"Expected stage `{self.name}` to give constant weights to its "
                f"balancer, which turns them. Received: {dict(self.weights)}. "
                "Use Constant, and RampBalance to bring a term in."
            )
        balance.first(name for name, end in ends.items() if end)

    @property
    def transition(self) -> Transition:
        """When to leave, the longest duration included."""
        longest = AfterEpochs(self.epochs)
        return longest if self.leave is None else AnyOf((self.leave, longest))

    def weights_at(self, progress: float) -> dict[str, float]:
        """Return the weight of each named term at this share of the stage."""
        return {name: rule.at(progress) for name, rule in self.weights.items()}
