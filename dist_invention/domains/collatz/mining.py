"""Hard negatives: what V fails at most joins the pool it is trained on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import logging
from typing import Any

from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.record import features
from dist_invention.domains.collatz.sampler import draw
from dist_invention.domains.collatz.windows import windows
from dist_invention.runtime.seeds import stream
import keras
import numpy as np

RECORD_STEPS = 100_000  # batches of a run of the record, to which plans refer
HARD_HALF = 0.5
CHUNK = 1024  # rows looked at in one go

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MiningPlan:
    """How often is mined, and how much.

    Args:
        every: Batches between two searches.
        candidates: Integers that are looked at in a search.
        count: How many of them are added at most.
        start: Share of the run before which nothing is mined.
        cap: Most values that stay; the oldest go.

    Raises:
        ValueError: If a number is under 1 or the start is no share.

    Example:
        >>> AGGRESSIVE.scaled(2_000).every
        200
    """

    every: int
    candidates: int
    count: int
    start: float = 0.0
    cap: int = 1000

    def __post_init__(self):
        numbers = (self.every, self.candidates, self.count, self.cap)
        if min(numbers) < 1 or not 0 <= self.start <= 1:
            raise ValueError(
                "Expected numbers of at least 1 and a start between 0 and 1. "
                f"Received: {self}. Leave the callback out to mine nothing."
            )

    def scaled(self, steps: int) -> "MiningPlan":
        """Return the plan for a run of another length, with as many searches.

        Args:
            steps: Batches of the run; those of the record are 100,000.
        """
        return replace(self, every=max(1, round(self.every * steps / RECORD_STEPS)))

    def is_due(self, before: int, done: int, steps: int) -> bool:
        """Return whether an epoch passed a search that counts.

        Args:
            before: Batches done when it began.
            done: Batches done at its end.
            steps: Batches of the run; after the last one nothing is mined.
        """
        passed = done // self.every > before // self.every
        return passed and self.start * steps <= done < steps


AGGRESSIVE = MiningPlan(every=10_000, candidates=5_000, count=50)
"""As in the record."""
GENTLE = MiningPlan(every=25_000, candidates=5_000, count=10, start=0.5)
"""Fewer values, and late."""


class Mining(keras.callbacks.Callback):
    """Add to a pool what V falls least at, at the ends of epochs.

    Half of the candidates come from the pool and half are random, as rows of training
    do, so none touches a value that the pool keeps out; one that did is refused and
    counted. When the stage is over the pool has no mined values.

    Args:
        pool: The pool that the stage's stream draws from.
        lookahead: Steps of the map that V sees.
        plan: How often and how much; already scaled to the run.
        steps_per_epoch: Batches an epoch. Searches wait for its end.
        steps: Batches of the run, or of the stage.
        seed: Seed of the candidates.

    Attributes:
        guarded: Candidates refused so far as they touch what is kept out.
        found: What each search did: batches done, values added, their least fall of V.

    Example:
        >>> mining = Mining(Pool([871]), 10, AGGRESSIVE.scaled(400), 100, 400, seed=0)
        >>> mining.get_state()
        {'mined': [], 'guarded': 0, 'found': []}
    """

    def __init__(
        self,
        pool: Pool,
        lookahead: int,
        plan: MiningPlan,
        steps_per_epoch: int,
        steps: int,
        seed: int,
    ):
        super().__init__()
        self.pool = pool
        self.lookahead = lookahead
        self.plan = plan
        self.steps_per_epoch, self.steps = steps_per_epoch, steps
        self.seed = seed
        self.guarded = 0
        self.found: list[dict[str, Any]] = []

    def on_train_begin(self, logs=None):
        """Begin without mined values, after going back, too."""
        self.pool.set_mined(())
        self.guarded, self.found = 0, []

    def on_train_end(self, logs=None):
        """Leave the pool as it was built."""
        self.pool.set_mined(())

    def on_epoch_end(self, epoch, logs=None):
        """Search, if it is time."""
        before = epoch * self.steps_per_epoch
        done = before + self.steps_per_epoch
        if self.plan.is_due(before, done, self.steps):
            self._search(done)

    def _search(self, done: int) -> None:
        generator = stream(self.seed, "collatz", "mining", done)
        drawn = draw(generator, self.plan.candidates, self.pool, HARD_HALF)
        margins = self.margins(drawn.values)
        new: dict[int, float] = {}
        known = set(self.pool.mined)
        for row in np.argsort(margins, kind="stable"):
            if len(new) == self.plan.count:
                break
            if drawn.values[row] not in known:
                new.setdefault(drawn.values[row], float(margins[row]))
        kept = [*self.pool.mined, *new][-self.plan.cap :]
        self.guarded += self.pool.set_mined(kept)
        least = min(new.values(), default=None)
        self.found.append({"step": done, "added": len(new), "least_fall": least})
        log.info("Mined %d values after batch %d.", len(new), done)

    def margins(self, values: list[int]) -> np.ndarray:
        """Return V(n) - V(T n) of some odd integers, float32 of shape (n,).

        Args:
            values: The integers, n of them.
        """
        model: Any = self.model
        found = windows(values, self.lookahead + 1)
        read = features(found, self.lookahead, rows=(0, 1))
        falls = []
        for start in range(0, len(read), CHUNK):
            part = {"features": read[start : start + CHUNK]}
            value = model(part, training=False)["value"]
            falls.append(keras.ops.convert_to_numpy(value[:, 0] - value[:, 1]))
        return np.concatenate(falls).astype(np.float32)

    def get_state(self) -> dict[str, Any]:
        """Return the mined values as text, which has room for any size."""
        return {
            "mined": [str(n) for n in self.pool.mined],
            "guarded": self.guarded,
            "found": [dict(item) for item in self.found],
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Give the pool its mined values back."""
        self.pool.set_mined(int(n) for n in state["mined"])
        self.guarded = int(state["guarded"])
        self.found = [dict(item) for item in state["found"]]
