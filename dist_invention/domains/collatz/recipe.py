"""The record's run: its curriculum, its mining and its learning rate as callbacks."""

from dataclasses import dataclass
from typing import Literal

from dist_invention.curriculum import Constant, Cosine
from dist_invention.curriculum.schedules import Schedule
from dist_invention.domains.collatz.mining import AGGRESSIVE, GENTLE, Mining
from dist_invention.domains.collatz.plateau import PlateauPerBatch, record_patience
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.ramp import Ramp
import keras

ROWS = {"none": (0, 1), "T4": (0, 1, 4), "T8": (0, 1, 4, 8)}
"""Which values of a path the loss compares, by the latest of them."""
PLANS = {"aggressive": AGGRESSIVE, "gentle": GENTLE}


@dataclass(frozen=True)
class Recipe:
    """How a run of the record goes, scaled to fewer batches than its 100,000.

    Args:
        lookahead: Steps of the map that V sees.
        steps: Batches of the run.
        steps_per_epoch: Batches an epoch.
        ramp: Share of the run until all seeds are active; 0 for all at once.
        mining: Whether what fails most joins the pool.
        schedule: The record's plateau of single batches, or a cosine to 0.
        seed: Seed of what is mined.

    Example:
        >>> recipe = Recipe(lookahead=10, steps=3000, steps_per_epoch=50)
        >>> [type(item).__name__ for item in recipe.callbacks(recipe.pool())]
        ['Ramp', 'PlateauPerBatch']
    """

    lookahead: int
    steps: int
    steps_per_epoch: int
    ramp: float = 0.5
    mining: Literal["off", "aggressive", "gentle"] = "off"
    schedule: Literal["plateau", "cosine"] = "plateau"
    seed: int = 0

    def pool(self, **options) -> Pool:
        """Return a pool that begins as the ramp does.

        Args:
            options: What else `Pool` takes.
        """
        return Pool(active=0 if self.ramp else None, **options)

    def rate(self, highest: float) -> Schedule:
        """Return the stage's learning rate; a plateau lowers it by a callback.

        Args:
            highest: Rate at the beginning.
        """
        is_cosine = self.schedule == "cosine"
        return Cosine(highest, 0.0) if is_cosine else Constant(highest)

    def callbacks(self, pool: Pool) -> list[keras.callbacks.Callback]:
        """Return fresh callbacks for the one stage of the run.

        Args:
            pool: What the stage's stream draws from.
        """
        epoch = self.steps_per_epoch
        found: list[keras.callbacks.Callback] = []
        found.append(Ramp(pool, epoch, round(self.ramp * self.steps)))
        if self.mining != "off":
            plan = PLANS[self.mining].scaled(self.steps)
            found.append(
                Mining(pool, self.lookahead, plan, epoch, self.steps, self.seed)
            )
        if self.schedule == "plateau":
            patience = record_patience(self.steps)
            found.append(PlateauPerBatch(patience=patience))
        return found
