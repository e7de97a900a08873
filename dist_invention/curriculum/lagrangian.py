"""Augmented Lagrangian: terms that must hold weigh more until they do."""

from collections.abc import Iterable
from dataclasses import dataclass

from dist_invention.curriculum.balancing import Balancer, Look, Numbers, State


@dataclass(frozen=True)
class AugmentedLagrangian(Balancer):
    """Some terms are constraints `term <= tolerance`; the others are what is minimised.

    With the violation v = term - tolerance, the multiplier of a constraint is that of
    the gradient of `lambda * v + mu / 2 * v**2`: `lambda + mu * v`, at least 0. Each
    look adds `mu * v` to lambda, which stays between 0 and `largest`: it rises while
    the constraint is violated and falls once it holds.

    Source: Nocedal and Wright, "Numerical Optimization", chapter 17; for networks Lu et
    al., "Physics-Informed Neural Networks with Hard Constraints for Inverse Design",
    SIAM J. Sci. Comput. 43(6), 2021.

    Args:
        tolerances: Mean of a term that is good enough, by name, in the term's unit.
        mu: Growth of lambda a look and unit of violation; over 0.
        start: Lambda at the beginning; 1 leaves the weight that the stage gives.
        largest: Bound of lambda.

    Raises:
        ValueError: If there is no constraint, a tolerance is negative, mu is not over
            0, or `start` is not between 0 and `largest`.

    Example:
        >>> balancer = AugmentedLagrangian({"energy": 0.5}, mu=2.0)
        >>> look = Look({"energy": 1.5, "motion": 1.0}, 0.0, lambda name: 0.0)
        >>> state = balancer.update(balancer.first(["energy", "motion"]), look)
        >>> state["lambdas"], state["multipliers"]
        ({'energy': 3.0}, {'energy': 5.0, 'motion': 1.0})
    """

    tolerances: Numbers
    mu: float = 1.0
    start: float = 1.0
    largest: float = 1e3

    def __post_init__(self):
        super().__post_init__()
        sound = all(tolerance >= 0 for tolerance in self.tolerances.values())
        begins = 0 <= self.start <= self.largest
        if not self.tolerances or not sound or not self.mu > 0 or not begins:
            raise ValueError(
                "Expected at least one constraint with a tolerance of at least 0, mu "
                "over 0 and a start between 0 and the largest lambda. Received: "
                f"tolerances={dict(self.tolerances)}, mu={self.mu}, "
                f"start={self.start}, largest={self.largest}. Correct the constraints."
            )

    def first(self, names: Iterable[str]) -> State:
        """Return every lambda at its start."""
        names = list(names)
        self.require_known(self.tolerances, names)
        lambdas = {name: float(self.start) for name in self.tolerances}
        multipliers = {**dict.fromkeys(names, 1.0), **lambdas}
        return {"multipliers": multipliers, "lambdas": lambdas}

    def update(self, state: State, look: Look) -> State:
        """Return lambdas and multipliers after one more look."""
        lambdas, multipliers = {}, dict(state["multipliers"])
        for name, tolerance in self.tolerances.items():
            push = self.mu * (look.losses[name] - tolerance)
            lambdas[name] = min(self.largest, max(0.0, state["lambdas"][name] + push))
            multipliers[name] = max(0.0, lambdas[name] + push)
        return {"multipliers": multipliers, "lambdas": lambdas}
