"""Uncertainty weighting: a term that is large for good counts less."""

from collections.abc import Iterable
from dataclasses import dataclass
import math

from dist_invention.curriculum.balancing import Balancer, Look, State

LARGEST_MOVE = 1.0  # of a log-variance at one look


@dataclass(frozen=True)
class UncertaintyWeighting(Balancer):
    """Weights by the noise that each term's size tells of.

    Each term has a log-variance s and the multiplier `exp(-s)`. A look takes one step
    down the slope of `exp(-s) * L + s`, whose lowest point is s = log L: there each
    term is as large as its own weight. The variances are bounded, since a term that
    falls to zero would otherwise count without limit.

    Source: Kendall, Gal and Cipolla, "Multi-Task Learning Using Uncertainty to Weigh
    Losses", CVPR 2018, equation 7, with the variances learned at looks instead of with
    the weights of the network.

    Args:
        rate: Size of a step of the log-variances; over 0.
        bound: Largest size of a log-variance; over 0. Multipliers stay between
            `exp(-bound)` and `exp(bound)`.

    Raises:
        ValueError: If rate or bound is not over 0.

    Example:
        >>> balancer = UncertaintyWeighting(rate=1.0)
        >>> look = Look({"a": 1.5}, 0.0, lambda name: 0.0)
        >>> balancer.update(balancer.first(["a"]), look)["log_variances"]
        {'a': 0.5}
    """

    rate: float = 0.2
    bound: float = 5.0

    def __post_init__(self):
        super().__post_init__()
        if not self.rate > 0 or not self.bound > 0:
            raise ValueError(
                "Expected a rate and a bound of the log-variances over 0. Received: "
                f"rate={self.rate}, bound={self.bound}. Use 0.2 and 5.0."
            )

    def first(self, names: Iterable[str]) -> State:
        """Return variances of one."""
        names = list(names)
        return {**super().first(names), "log_variances": dict.fromkeys(names, 0.0)}

    def update(self, state: State, look: Look) -> State:
        """Return variances and multipliers after one step."""
        variances = {
            name: self._moved(s, look.losses[name])
            for name, s in state["log_variances"].items()
        }
        multipliers = {name: math.exp(-s) for name, s in variances.items()}
        return {"multipliers": multipliers, "log_variances": variances}

    def _moved(self, s: float, loss: float) -> float:
        move = self.rate * (math.exp(-s) * loss - 1.0)
        move = max(-LARGEST_MOVE, min(LARGEST_MOVE, move))
        return max(-self.bound, min(self.bound, s + move))
