"""ReLoBRaLo: the terms that have fallen least count most."""

from collections.abc import Iterable
from dataclasses import dataclass

from dist_invention.curriculum.balancing import Balancer, Look, Numbers, State
import numpy as np

TINY = 1e-12


@dataclass(frozen=True)
class Relobralo(Balancer):
    """Relative loss balancing with random lookback.

    With m terms and losses L, the balance between two times t and t' is
    `m * softmax(L(t) / (temperature * L(t')))`. An exponential moving average mixes the
    balance against the last look with a history: the last multipliers, or, now and
    then, the balance against the first look.

    Source: Bischof and Kraus, "Multi-Objective Loss Balancing for Physics-Informed
    Deep Learning", arXiv:2110.09813, 2021. There every step is a look and alpha is
    0.999; these defaults are for looks at the ends of epochs.

    Args:
        alpha: Share of the history in the average, in [0, 1).
        rho: Share of looks, in the mean, whose history is the last multipliers; that
            of the others is the balance against the first look.
        temperature: The higher, the more alike the multipliers; over 0.

    Raises:
        ValueError: If a setting is out of its range.

    Example:
        >>> balancer = Relobralo(alpha=0.0, rho=1.0)
        >>> state = balancer.first(["a", "b"])
        >>> for losses in ({"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 0.5}):
        ...     state = balancer.update(state, Look(losses, 0.0, lambda name: 0.0))
        >>> {name: round(m, 3) for name, m in state["multipliers"].items()}
        {'a': 1.245, 'b': 0.755}
    """

    alpha: float = 0.9
    rho: float = 0.99
    temperature: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        are_shares = 0 <= self.alpha < 1 and 0 <= self.rho <= 1
        if not are_shares or not self.temperature > 0:
            raise ValueError(
                "Expected alpha in [0, 1), rho in [0, 1] and a temperature over 0. "
                f"Received: alpha={self.alpha}, rho={self.rho}, "
                f"temperature={self.temperature}. Choose them within these ranges."
            )

    def first(self, names: Iterable[str]) -> State:
        """Return equal multipliers, and that there were no losses yet."""
        return {**super().first(names), "begin": None, "last": None}

    def update(self, state: State, look: Look) -> State:
        """Return the multipliers after one more look; the first one changes none."""
        now = dict(look.losses)
        if state["last"] is None:
            return {**state, "begin": now, "last": now}
        history = state["multipliers"]
        if look.draw("lookback") >= self.rho:
            history = self._balance(now, state["begin"])
        recent = self._balance(now, state["last"])
        mixed = {
            name: self.alpha * history[name] + (1 - self.alpha) * recent[name]
            for name in now
        }
        return {"multipliers": mixed, "begin": state["begin"], "last": now}

    def _balance(self, now: Numbers, then: Numbers) -> dict[str, float]:
        """Return multipliers that sum to the number of terms."""
        ratio = np.array([now[n] / (self.temperature * then[n] + TINY) for n in now])
        power = np.exp(ratio - ratio.max())
        share = power / power.sum()
        return dict(zip(now, (len(now) * share).tolist(), strict=True))
