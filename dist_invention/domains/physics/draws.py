"""Windows for several splits at once: one simulation, and what it rejects again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dist_invention.domains.physics.scenes import Scenes, ball_counts, join, spawn
from dist_invention.domains.physics.windows import LATEST_START, cut_windows
import numpy as np

MAX_ROUNDS = 100


class Draw:
    """What one split asks for, and the report of what it took to get it.

    Args:
        generator: Source of randomness of this split alone.
        n: Number of scenes.
        sample: From generator and number to laws of shape (number, 4).
        num_balls: Least and greatest number of balls; each is equally frequent.
        latest_start: Latest first frame of a window.

    Example:
        >>> from dist_invention.domains.physics.laws import sample_laws
        >>> generator = np.random.Generator(np.random.Philox(key=[0, 0]))
        >>> draw = Draw(generator, 4, lambda g, n: sample_laws(g, n, "train"), (1, 4))
        >>> sorted(draw.counts.tolist())
        [1, 2, 3, 4]
    """

    def __init__(
        self,
        generator: np.random.Generator,
        n: int,
        sample: Callable[[np.random.Generator, int], np.ndarray],
        num_balls: tuple[int, int],
        latest_start: int = LATEST_START,
    ):
        self.generator, self.sample, self.latest_start = generator, sample, latest_start
        self.counts = ball_counts(generator, n, num_balls)
        self.report: dict[str, dict[str, Any]] = {
            f"{count} balls": {"kept": 0, "overlap": 0, "too fast": 0, "excluded": 0}
            for count in range(num_balls[0], num_balls[1] + 1)
        }

    def scenes(self, rows: np.ndarray) -> tuple[Scenes, np.ndarray]:
        """Draw scenes and first frames for some rows.

        Args:
            rows: Rows that still lack a window.
        """
        law = self.sample(self.generator, len(rows))
        scenes, rejected = spawn(self.generator, self.counts[rows], law)
        for stratum, found in rejected.items():
            self.report[stratum]["overlap"] += found["rejected"]
        return scenes, self.generator.integers(0, self.latest_start + 1, len(rows))

    def count(self, what: str, rows: np.ndarray):
        """Add rows to the report, by number of balls."""
        for count in self.counts[rows]:
            self.report[f"{count} balls"][what] += 1


def draw_windows(
    draws: Sequence[Draw],
    horizon: int,
    excluded: Callable[[Mapping[str, np.ndarray]], np.ndarray] | None = None,
) -> list[dict[str, np.ndarray]]:
    """Draw, simulate and cut until every row of every draw has its window.

    A window in which a ball runs too fast, or which is excluded, is drawn again with
    another law; the reports count both.

    Args:
        draws: What each split asks for; their reports are filled in.
        horizon: Frames to predict.
        excluded: Marks examples that must not appear, shape (n,).

    Returns:
        The arrays of an example, one dictionary a draw.

    Raises:
        ValueError: If rows are still without a window after 100 rounds.
    """
    missing = [np.arange(len(draw.counts)) for draw in draws]
    filled: list[dict[str, np.ndarray]] = [{} for _ in draws]
    for _ in range(MAX_ROUNDS):
        busy = [k for k, rows in enumerate(missing) if len(rows)]
        if not busy:
            return filled
        parts = [draws[k].scenes(missing[k]) for k in busy]
        scenes = join([part[0] for part in parts])
        start = np.concatenate([part[1] for part in parts])
        arrays, wild = cut_windows(scenes, horizon, start)
        barred = np.zeros(len(wild), bool) if excluded is None else excluded(arrays)
        edges = np.cumsum([0, *(len(missing[k]) for k in busy)])
        for k, low, high in zip(busy, edges[:-1], edges[1:], strict=True):
            part = slice(low, high)
            missing[k] = _place(
                draws[k], filled[k], missing[k], wild[part], barred[part],
                {name: values[part] for name, values in arrays.items()},
            )  # fmt: skip
    raise ValueError(
        f"Expected every scene to find its window within {MAX_ROUNDS} rounds. "
        f"Received: {[draw.report for draw in draws]}. "
        "Draw laws under which balls do not run away, or exclude less."
    )


def _place(draw, filled, rows, wild, barred, found):
    """Put good windows into their rows; return the rows that still lack one."""
    barred = barred & ~wild
    good = ~wild & ~barred
    draw.count("too fast", rows[wild])
    draw.count("excluded", rows[barred])
    draw.count("kept", rows[good])
    if not filled:
        filled.update(found)
    else:
        for name, values in found.items():
            filled[name][rows[good]] = values[good]
    return rows[~good]
