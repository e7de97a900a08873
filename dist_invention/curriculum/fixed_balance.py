"""Balancers that look at no loss: constant multiples, and terms that are ramped in."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dist_invention.curriculum.balancing import Balancer, Look, Numbers, State


@dataclass(frozen=True)
class ConstantBalance(Balancer):
    """Fixed multiples of the weights: the control that the others must beat.

    Args:
        multiples: Multiple of a term's weight, by name; 1 if left out.

    Example:
        >>> ConstantBalance({"energy": 2.0}).first(["energy", "motion"])
        {'multipliers': {'energy': 2.0, 'motion': 1.0}}
    """

    multiples: Numbers = field(default_factory=dict)

    def first(self, names: Iterable[str]) -> State:
        """Return the fixed multiples."""
        names = list(names)
        self.require_known(self.multiples, names)
        return {"multipliers": {n: float(self.multiples.get(n, 1.0)) for n in names}}


@dataclass(frozen=True)
class RampBalance(Balancer):
    """Some terms come in on a straight line; the others stand from the start.

    Args:
        terms: Names of the terms that come in.
        start: Multiple at the beginning.
        until: Share of the stage at which the full weight is reached, in (0, 1].

    Raises:
        ValueError: If there is no term, or `until` is no share.

    Example:
        >>> ramp = RampBalance(("energy",), until=0.5)
        >>> look = Look({}, 0.25, lambda name: 0.0)
        >>> ramp.update(ramp.first(["energy"]), look)
        {'multipliers': {'energy': 0.5}}
    """

    terms: tuple[str, ...]
    start: float = 0.0
    until: float = 0.5

    def __post_init__(self):
        super().__post_init__()
        if not self.terms or not 0 < self.until <= 1:
            raise ValueError(
                "Expected a ramp of at least one term that is done within the stage. "
                f"Received: terms={self.terms}, until={self.until}. "
                "Name the terms; `until` is over 0 and at most 1."
            )

    def first(self, names: Iterable[str]) -> State:
        """Return the multiples at the beginning."""
        names = list(names)
        self.require_known(self.terms, names)
        return {"multipliers": {name: self._at(name, 0.0) for name in names}}

    def update(self, state: State, look: Look) -> State:
        """Return the multiples at this progress."""
        names = state["multipliers"]
        return {"multipliers": {name: self._at(name, look.progress) for name in names}}

    def _at(self, name: str, progress: float) -> float:
        if name not in self.terms:
            return 1.0
        return self.start + (1.0 - self.start) * min(1.0, progress / self.until)
