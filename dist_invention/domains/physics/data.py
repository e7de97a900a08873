"""The splits of the world, and the endless stream of fresh scenes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dist_invention.datasets.split import Split
from dist_invention.domains.physics import laws, windows
from dist_invention.domains.physics.draws import Draw, draw_windows
from dist_invention.domains.physics.rules import FRAME_SECONDS, SUBSTEPS
import numpy as np

VERSION = "physics-1"
SPLITS = {
    "train": ("train", "train", "in", 0.70),
    "select_in": ("select", "train", "in", 0.10),
    "select_near": ("select", "near", "near", 0.05),
    "test_in": ("test", "grid", "in", 0.05),
    "test_near": ("test", "near", "near", 0.05),
    "test_far": ("test", "far", "far", 0.05),
    "test_regimes": ("test", "regimes", "regimes", 0.05),
}
"""Name: role, band of laws, tier, share. `test_near` comes on top of the 100 %."""
SMALLEST_STRATUM = 2


def make_splits(
    seed: int,
    scenes_train: int = 3000,
    num_balls: tuple[int, int] = (1, 4),
    horizon_train: int = 30,
    horizon_test: int = 120,
    horizon_select: int | None = None,
) -> dict[str, Split]:
    """Return every split: training, selection and the tiers of tests.

    One window is cut from each scene. Equal arguments give equal arrays.

    Args:
        seed: Any integer of at least 0.
        scenes_train: Scenes in train; the others follow by the shares of SPLITS.
        num_balls: Least and greatest number of balls; each is equally frequent.
        horizon_train: Frames to predict in train.
        horizon_test: Frames to predict in tests, at most 120.
        horizon_select: Frames to predict in selection; as in train if left out.

    Returns:
        Splits by name.

    Raises:
        ValueError: If a split or a stratum would come out empty or thin, or a
            horizon does not fit into a scene.
    """
    select = horizon_train if horizon_select is None else horizon_select
    horizons = {"train": horizon_train, "select": select, "test": horizon_test}
    longest = windows.SCENE_FRAMES - windows.LATEST_START - windows.CONTEXT
    if min(horizons.values()) < 1 or max(horizons.values()) > longest or seed < 0:
        raise ValueError(
            f"Expected horizons from 1 to {longest} frames and a seed of at least 0. "
            f"Received: {horizons}, seed={seed}. Shorten the windows."
        )
    draws = []
    for stream, (_, band, _, share) in enumerate(SPLITS.values()):
        generator = np.random.Generator(np.random.Philox(key=[seed, stream]))
        n = max(round(scenes_train * share / SPLITS["train"][3]), 1)
        draws.append(Draw(generator, n, _sampler(band), num_balls))
    for name, draw in zip(SPLITS, draws, strict=True):
        _require_strata(name, draw.counts, num_balls)
    splits = {}
    windows_of = draw_windows(draws, max(horizons.values()))
    for name, draw, arrays in zip(SPLITS, draws, windows_of, strict=True):
        role, band, tier, _ = SPLITS[name]
        sheet = {"seed": seed, "band": band, "rejects": draw.report}
        short = windows.trim(arrays, horizons[role])
        splits[name] = wrap_split(name, role, tier, short, sheet)
    return splits


def wrap_split(
    name: str,
    role: str,
    tier: str,
    arrays: Mapping[str, np.ndarray],
    sheet: Mapping[str, Any],
) -> Split:
    """Wrap the arrays of windows as a split with keys, groups, strata and datasheet.

    A group is a law: the audit refuses a law on both sides of a split, and intervals
    resample laws.

    Args:
        name: Name of the split.
        role: `"train"`, `"select"` or `"test"`.
        tier: Distance from training.
        arrays: Arrays of examples, as `windows.cut_windows` returns them.
        sheet: More entries for the datasheet.
    """
    horizon = arrays["position"].shape[1]
    free = arrays["first_contact"] == horizon
    strata = {
        "contact": np.where(free, "free", "contact"),
        "balls": np.char.mod("%d", arrays["present"].sum(axis=1)),
    }
    if tier == "regimes":
        strata["regime"] = regime_names(arrays["law"])
    counted = {
        label: {str(k): int((values == k).sum()) for k in np.unique(values)}
        for label, values in strata.items()
    }
    box = np.stack([arrays["law"].min(axis=0), arrays["law"].max(axis=0)], axis=1)
    ranges = dict(zip(laws.PARAMETERS, box.astype(float).tolist(), strict=True))
    return Split(
        name=name,
        role=role,
        arrays=arrays,
        fields=windows.window_fields(horizon),
        inputs=windows.INPUTS,
        targets=windows.TARGETS,
        keys=windows.example_keys(arrays),
        groups=windows.law_keys(arrays["law"]),
        strata=strata,
        tier=tier,
        datasheet={
            "generator": VERSION,
            "frame_seconds": FRAME_SECONDS,
            "substeps": SUBSTEPS,
            "context_frames": windows.CONTEXT,
            "horizon_frames": horizon,
            "counts": counted,
            "law": ranges,
            **sheet,
        },
        parameters=("law",),
    )


def regime_names(law: np.ndarray) -> np.ndarray:
    """Return the name of each law's regime, shape (n,).

    Args:
        law: Laws of shape (n, 4), each one of `laws.REGIMES`.
    """
    table = np.stack([known.to_array() for known in laws.REGIMES.values()])
    nearest = np.abs(law[:, None] - table).sum(-1).argmin(axis=1)
    return np.array(list(laws.REGIMES))[nearest]


def random_worlds(
    generator: np.random.Generator,
    n: int,
    band: str = "train",
    num_balls: tuple[int, int] = (1, 4),
    horizon: int = 30,
    excluded: Callable[[Mapping[str, np.ndarray]], np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Draw fresh scenes under fresh laws: the stream behind randomised stages.

    Args:
        generator: Source of randomness.
        n: Number of examples.
        band: Band of laws, as in `laws.sample_laws`: `"train"` randomises inside the
            training range, `"frontier"` stays in its outer fifth.
        num_balls: Least and greatest number of balls.
        horizon: Frames to predict.
        excluded: Predicate of `excluder`; what it marks is drawn again.

    Returns:
        The arrays of an example, n rows each.
    """
    draw = Draw(generator, n, _sampler(band), num_balls)
    return draw_windows([draw], horizon, excluded)[0]


def excluder(
    splits: Iterable[Split],
) -> Callable[[Mapping[str, np.ndarray]], np.ndarray]:
    """Return a predicate that marks examples which must not appear in training.

    Args:
        splits: Splits to stay clear of: those for selection and tests.

    Returns:
        A function from arrays of examples to booleans of shape (n,): True where the
        example or its exact law stands in one of the splits.
    """
    splits = list(splits)
    examples = np.unique(np.concatenate([split.keys for split in splits]))
    held = [windows.law_keys(split.arrays["law"]) for split in splits]
    known = np.unique(np.concatenate(held))

    def excluded(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        same_law = np.isin(windows.law_keys(arrays["law"]), known)
        return same_law | np.isin(windows.example_keys(arrays), examples)

    return excluded


def _sampler(band):
    """Return a function that draws laws; a grid inside train is shuffled, repeated."""

    def sample(generator, n):
        if band != "grid":
            return laws.sample_laws(generator, n, band)
        grid = laws.grid_laws(max(int(n**0.25 + 1e-9), 2))
        return generator.permutation(grid)[np.arange(n) % len(grid)]

    return sample


def _require_strata(name, counts, num_balls):
    """Refuse a split in which a requested ball count is missing or thin."""
    found = {k: int((counts == k).sum()) for k in range(num_balls[0], num_balls[1] + 1)}
    if min(found.values()) < SMALLEST_STRATUM:
        raise ValueError(
            f"Expected at least {SMALLEST_STRATUM} scenes for every ball count of "
            f"split `{name}`. Received: {found}. Ask for more scenes."
        )
