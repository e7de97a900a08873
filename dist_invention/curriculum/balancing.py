"""Controllers of loss weights: what each term has done so far decides what it counts.

A stage says how much each term weighs; a balancer multiplies that, from look to look.
A balancer is settings alone; what it has earned is the state of a `Controller`.
"""

from collections.abc import Callable, Iterable, Mapping
import copy
from dataclasses import dataclass
import math
from typing import Any

from dist_invention.runtime.seeds import stream

ROUNDING = 1e-12
Numbers = Mapping[str, float]
State = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """What a balancer sees at an update.

    Args:
        losses: Mean of each term that counts since the last look, without any weight.
        progress: Share of the stage's planned steps that is over.
        draw: Gives a number in [0, 1) for a name; equal at equal updates of a run.

    Example:
        >>> Look({"position": 0.5}, 0.25, lambda name: 0.1).losses["position"]
        0.5
    """

    losses: Numbers
    progress: float
    draw: Callable[[str], float]


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """What all balancers have in common; on its own it only caps shares.

    Args:
        every: Optimizer steps between two looks at the losses; 0 for one look at the
            end of each epoch.
        cap: Largest share of the loss that one term may have, as judged at the last
            look; 1 for no cap. Where it cannot hold, all terms get equal shares. Over
            the default, health says that a term dominates.
        seed: Seed of what a balancer draws.

    Raises:
        ValueError: If `every` is negative or the cap is no share.

    Example:
        >>> Balancer(cap=0.8).first(["a", "b"])["multipliers"]
        {'a': 1.0, 'b': 1.0}
    """

    every: int = 0
    cap: float = 0.99
    seed: int = 0

    def __post_init__(self):
        if self.every < 0 or not 0 < self.cap <= 1:
            raise ValueError(
                "Expected a balancer that looks every 0 or more steps and caps shares "
                f"between 0 and 1. Received: every={self.every}, cap={self.cap}. "
                "Use every=0 for epoch ends and cap=1.0 for no cap."
            )

    def first(self, names: Iterable[str]) -> State:
        """Return the state before anything was seen: plain JSON values.

        Args:
            names: Terms that count in the stage.

        Raises:
            ValueError: If the settings name another term.
        """
        return {"multipliers": dict.fromkeys(names, 1.0)}

    def update(self, state: State, look: Look) -> State:
        """Return the next state; its `multipliers` hold until the next look.

        Args:
            state: The state before.
            look: What has happened since.
        """
        return state

    def require_known(self, named: Iterable[str], names: Iterable[str]) -> None:
        """Refuse settings about terms that do not count in the stage.

        Args:
            named: Terms that the settings name.
            names: Terms that count.

        Raises:
            ValueError: If one does not.
        """
        known = set(names)
        unknown = sorted(set(named) - known)
        if unknown:
            raise ValueError(
                f"Expected {type(self).__name__} to name terms among {sorted(known)}, "
                f"which count in the stage. Received: {unknown}. Correct the names, or "
                "give the term a weight."
            )


def capped(weights: Numbers, losses: Numbers, cap: float) -> dict[str, float]:
    """Return weights under which no term is more than a share of the loss.

    What is over the cap is lowered; the other terms keep their weights.

    Args:
        weights: Weight of each term.
        losses: Value of each term, without weight.
        cap: Largest share. Terms that are zero do not count; m others cannot all lie
            under a share below 1/m, so it is at least that.

    Example:
        >>> capped({"a": 1.0, "b": 1.0}, {"a": 99.0, "b": 1.0}, cap=0.75)
        {'a': 0.030303030303030304, 'b': 1.0}
    """
    parts = {name: abs(weight * losses[name]) for name, weight in weights.items()}
    parts = {name: part for name, part in parts.items() if part > 0.0}
    if len(parts) < 2:
        return dict(weights)
    limit = max(cap, 1.0 / len(parts))
    over: set[str] = set()
    while True:
        rest = sum(part for name, part in parts.items() if name not in over)
        most = limit * rest / (1.0 - limit * len(over)) if limit < 1.0 else math.inf
        new = {n for n in set(parts) - over if parts[n] > most * (1.0 + ROUNDING)}
        if not new:
            break
        over |= new
    return {
        name: weight * most / parts[name] if name in over else weight
        for name, weight in weights.items()
    }


class Controller:
    """What a balancer has earned in one stage.

    Args:
        balancer: Its settings.
        weights: Weight of each term as the stage gives it.
        stage: Name of the stage; it names the random streams.

    Raises:
        ValueError: If the balancer names a term that does not count.

    Example:
        >>> controller = Controller(Balancer(cap=0.75), {"a": 1.0, "b": 1.0}, "first")
        >>> controller.see({"a": 3.0, "b": 0.5}, progress=0.1)
        >>> controller.weights()
        {'a': 0.5, 'b': 1.0}
    """

    def __init__(self, balancer: Balancer, weights: Numbers, stage: str):
        self.balancer = balancer
        self.given = dict(weights)
        self.stage = stage
        self.counted = [name for name, weight in self.given.items() if weight]
        self._state = balancer.first(self.counted)
        self._looks = 0
        self._weights = self._multiplied()

    def weights(self) -> dict[str, float]:
        """Return the weight of each term until the next look."""
        return dict(self._weights)

    def see(self, losses: Numbers, progress: float) -> None:
        """Take one look at the losses and set the weights anew.

        Losses that are not finite leave everything as it was: the guard of the run
        finds the batch and goes back, and the state goes back with it.

        Args:
            losses: Mean of each term since the last look, without weight; those that
                do not count are ignored.
            progress: Share of the stage's planned steps that is over.
        """
        seen = {name: float(losses[name]) for name in self.counted}
        if not all(map(math.isfinite, seen.values())):
            return
        look = Look(seen, progress, self._draw)
        self._state = self.balancer.update(self._state, look)
        self._looks += 1
        weights = self._multiplied()
        counted = {name: weights[name] for name in self.counted}
        self._weights = {**weights, **capped(counted, seen, self.balancer.cap)}

    def get_state(self) -> dict[str, Any]:
        """Return plain JSON values: the balancer's state, looks and weights."""
        return copy.deepcopy(
            {"state": self._state, "looks": self._looks, "weights": self._weights}
        )

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `get_state` returned."""
        kept = copy.deepcopy(dict(state))
        self._state, self._looks = kept["state"], int(kept["looks"])
        self._weights = kept["weights"]

    def _multiplied(self) -> dict[str, float]:
        multipliers = self._state["multipliers"]
        return {
            name: weight * multipliers.get(name, 1.0)
            for name, weight in self.given.items()
        }

    def _draw(self, name: str) -> float:
        place = ("balance", self.stage, self._looks, name)
        return float(stream(self.balancer.seed, *place).random())
