"""The hard half of the record's training: paths of known seeds, and what was mined."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from dist_invention.domains.collatz.rules import odd_part, syracuse, trajectory
from dist_invention.domains.collatz.seeds import HARD_SEEDS, test_values

PATH_STEPS = 300  # steps of a path that are drawn from, as in the record
FALLBACK = 27  # where the record went with an empty pool: a test seed


class PathOf(NamedTuple):
    """What may be drawn for one seed or one mined value.

    Args:
        mined: The value itself if it was mined, else 0.
        path: Odd values over 1 on its first 300 steps, without those kept out.
    """

    mined: int
    path: tuple[int, ...]


class Pool:
    """Seeds in the order of the curriculum, how many are active, and mined values.

    A value whose row would touch a kept value, by itself or by what a loss reads after
    it, is never on a path; a seed with nothing left is passed over. There is no
    fallback: with no path at all every drawn row is random.

    It may change at the ends of epochs only, since batches of an epoch are made ahead;
    `Ramp` and `Mining` do that and save what they did.

    Args:
        seeds: Integers over 1 in order; even ones are reduced to their odd part.
        active: How many are active at the beginning; all if left out.
        kept_out: Values that no row may touch: those of every judged split. The values
            on the record's five test paths if left out.
        reach: Last step after n that a loss reads: 1, or 8 with the record's T8.
        leak: Whether to do as the record did: keep nothing out, and draw from the path
            of 27 while no seed is active. It measures what the leak was worth.

    Raises:
        ValueError: If a seed, the number of active ones or the reach does not fit.

    Example:
        >>> pool = Pool([31, 871], active=1)
        >>> pool.paths()
        []
        >>> pool.active = 2
        >>> [len(path) for _, path in pool.paths()]
        [27]
        >>> len(Pool([31, 871], leak=True).paths())
        2
    """

    def __init__(
        self,
        seeds: Sequence[int] = HARD_SEEDS,
        active: int | None = None,
        kept_out: Collection[int] | None = None,
        reach: int = 1,
        leak: bool = False,
    ):
        self.seeds = tuple(odd_part(seed) for seed in seeds)
        if min(self.seeds, default=3) < 2 or reach < 1:
            raise ValueError(
                "Expected seeds with an odd part over 1 and a reach of at least 1. "
                f"Received: seeds={tuple(seeds)}, reach={reach}. "
                "Leave out powers of two: their path has no step."
            )
        self.reach = reach
        self.leak = leak
        self.kept_out = frozenset(test_values() if kept_out is None else kept_out)
        self.first_active = len(self.seeds) if active is None else active
        self.mined: tuple[int, ...] = ()
        self._known: dict[int, tuple[int, ...]] = {}
        self.active = self.first_active

    @property
    def active(self) -> int:
        """How many seeds are active, from the first on."""
        return self._active

    @active.setter
    def active(self, count: int) -> None:
        if not 0 <= count <= len(self.seeds):
            raise ValueError(
                f"Expected between 0 and {len(self.seeds)} active seeds. "
                f"Received: {count}. Correct the ramp."
            )
        self._active = count

    def touches(self, n: int) -> bool:
        """Return whether a row of n would touch a value that is kept out.

        Args:
            n: An odd integer of at least 1.
        """
        if self.leak:
            return False
        if n in self.kept_out:
            return True
        for _ in range(self.reach):
            n = syracuse(n)[0]
            if n in self.kept_out:
                return True
        return False

    def set_mined(self, values: Iterable[int]) -> int:
        """Replace the mined values; return how many were refused as kept out.

        Args:
            values: Odd integers over 1, in order, none twice.
        """
        given = list(values)
        self.mined = tuple(n for n in given if not self.touches(n))
        kept = {*self.seeds, *self.mined}
        self._known = {n: path for n, path in self._known.items() if n in kept}
        return len(given) - len(self.mined)

    def paths(self) -> list[PathOf]:
        """Return what there is to draw from: active seeds, then mined values."""
        found = [PathOf(0, self._path(seed)) for seed in self.seeds[: self.active]]
        found += [PathOf(n, self._path(n)) for n in self.mined]
        if self.leak and not found:
            found = [PathOf(0, self._path(FALLBACK))]
        return [item for item in found if item.path]

    def _path(self, n: int) -> tuple[int, ...]:
        if n not in self._known:
            path = trajectory(n)[:-1][:PATH_STEPS]  # without 1
            self._known[n] = tuple(m for m in path if not self.touches(m))
        return self._known[n]


def pool_size(
    step: int, ramp: int, start: int = 0, total: int = len(HARD_SEEDS)
) -> int:
    """Return how many seeds are active, by the record's formula.

    Args:
        step: Batches done.
        ramp: Batches until all are active; 0 for all at once.
        start: How many are active at the beginning.
        total: How many there are.

    Raises:
        ValueError: If a number is negative or `start` is more than there are.

    Example:
        >>> [pool_size(step, ramp=50_000) for step in (0, 1020, 1021, 39_796, 50_000)]
        [0, 0, 1, 39, 49]
    """
    if min(step, ramp, start) < 0 or start > total:
        raise ValueError(
            f"Expected steps of at least 0 and a start of at most {total}. "
            f"Received: step={step}, ramp={ramp}, start={start}. Correct the ramp."
        )
    share = 1.0 if ramp == 0 else min(1.0, step / ramp)
    return int(start + (total - start) * share)
