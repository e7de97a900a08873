"""How far outside training is a split? Many checks, calibrated, and one verdict."""

from collections.abc import Collection, Sequence
import logging

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.coverage import box_coverage
from dist_invention.evaluation.discrepancy import kernel_discrepancy
from dist_invention.evaluation.hull import hull_membership
from dist_invention.evaluation.ladder_position import LadderPosition, ladder_position
from dist_invention.evaluation.neighbours import neighbour_distances
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.phrases import unseen_symbols
from dist_invention.evaluation.rows import Rows, rows_of
from dist_invention.evaluation.support_report import (
    Calibration,
    SplitSupport,
    SupportCheck,
    SupportReport,
)
from dist_invention.evaluation.support_verdict import (
    GROUPS,
    judge,
    measured,
    sentence,
    verdict_of,
)
from dist_invention.evaluation.two_sample import classifier_tests
from dist_invention.runtime.seeds import stream
import numpy as np

logger = logging.getLogger(__name__)

NOMINAL = 0.05
REPEATS = 6
"""Pairs of halves of training on which each check is calibrated."""
HALVED = 600_000
"""Numbers of training that are halved; of more, whole groups are drawn by chance."""
FEWEST_HALVED, MOST_HALVED = 400, 6000
"""Rows that are halved at least and at most."""


def support_audit(
    splits: Sequence[Split],
    leaking: Collection[str] = (),
    seed: int = 0,
    repeats: int = REPEATS,
) -> SupportReport:
    """Say of every select and test split how far it lies outside training.

    Checks: the training box of the parameters and of the inputs, values and phrases
    never seen, the convex hull, two classifiers, the kernel discrepancy and the
    distances to neighbours. Each is corrected for the number of checks and calibrated
    between random halves of training. Rows are subsampled, one a group, so that the
    cost is bounded; only boxes, values and phrases look at every row. A small p-value
    does not mean outside and a large one does not mean the same: effects decide.

    Args:
        splits: Every split of the run; those of role train together are training.
        leaking: Names of splits of which the isolation audit found rows elsewhere.
        seed: Seed of the subsamples, halves and permutations.
        repeats: Pairs of halves of training to calibrate on; 0 leaves it out.

    Returns:
        One row for each select or test split, and the calibration of each check.

    Example:
        >>> at = Field("x", (), "m")
        >>> def points(name, role, x):
        ...     names = np.array([f"{name}{i}" for i in range(len(x))])
        ...     return Split(name, role, {"x": x}, (at,), ("x",), (), names, names)
        >>> train = points("train", "train", np.linspace(0.0, 1.0, 200))
        >>> far = points("far", "test", np.linspace(2.0, 3.0, 50))
        >>> (row,) = support_audit([train, far]).splits
        >>> row.verdict, row.distance
        ('OUTSIDE SUPPORT', 1.5)
    """
    trains = [split for split in splits if split.role == "train"]
    others = [split for split in splits if split.role != "train"]
    if not trains:
        return SupportReport(tuple(_no_training(split) for split in others), ())
    reference = rows_of(trains)
    found = []
    for split in others:
        rng = stream(seed, "support", split.name)
        row = _audited(split, reference, split.name in leaking, rng)
        logger.info("Support of %s: %s", split.name, row.sentence)
        found.append(row)
    calibration = _calibrated(reference, seed, repeats) if others else ()
    return SupportReport(tuple(found), calibration)


def _audited(
    split: Split, reference: Rows, is_leaking: bool, rng: np.random.Generator
) -> SplitSupport:
    """Return where one split lies."""
    query = rows_of([split])
    checks, place = run_checks(reference, query, rng)
    checks = judge(checks)
    few = min(reference.num_groups, query.num_groups)
    verdict = verdict_of(checks, few, is_leaking)
    said = sentence(verdict, checks, place.distance, place.unit, few)
    return SplitSupport(
        split.name, split.tier, verdict, said, place.distance, place.unit, checks
    )


def run_checks(
    reference: Rows, query: Rows, rng: np.random.Generator
) -> tuple[list[SupportCheck], LadderPosition]:
    """Ask every question of one split; nothing is judged yet.

    Args:
        reference: Training.
        query: The split.
        rng: Source of randomness.
    """
    unseen = unseen_symbols(reference, query, rng)
    lengths = {f"{name}: length": pair for name, pair in unseen.lengths.items()}
    inputs = box_coverage(
        "range coverage",
        {**reference.inputs, **{name: pair[0] for name, pair in lengths.items()}},
        {**query.inputs, **{name: pair[1] for name, pair in lengths.items()}},
        {
            **reference.declared,
            **{name: Field(name, (), "symbols") for name in lengths},
        },
        (reference.groups, query.groups),
    )
    place = ladder_position(reference, query, inputs)
    checks = [] if place.check is None else [place.check]
    checks += [inputs.check, unseen.values, unseen.phrases]
    checks.append(hull_membership(reference, query, rng))
    checks += classifier_tests(reference, query, rng)
    checks.append(kernel_discrepancy(reference, query, rng))
    checks.append(neighbour_distances(reference, query, rng))
    return checks, place


def _calibrated(reference: Rows, seed: int, repeats: int) -> tuple[Calibration, ...]:
    """Run every check between random halves of training, and count false alarms."""
    if reference.num_groups < 2 * GROUPS:
        return ()
    found: dict[str, list[SupportCheck]] = {}
    each = sum(array.size // len(array) for array in reference.inputs.values())
    rows = int(np.clip(HALVED // max(each, 1), FEWEST_HALVED, MOST_HALVED))
    for repeat in range(repeats):
        rng = stream(seed, "support", "halves", repeat)
        some = reference.whole_groups(rows, rng)
        for check in run_checks(*some.halves(rng), rng)[0]:
            if measured(check):
                found.setdefault(check.name, []).append(check)
    return tuple(_calibration(name, checks) for name, checks in found.items())


def _calibration(name: str, checks: list[SupportCheck]) -> Calibration:
    """Return how one check does between halves of training."""
    values = [float(check.value) for check in checks]
    alarms = [check.p_value <= NOMINAL for check in checks if check.p_value is not None]
    detail = (
        f"{min(values):.3g} to {max(values):.3g} {checks[0].unit} between random "
        "halves of training, groups kept together"
    )
    rate = float(np.mean(alarms))
    return Calibration(name, rate, NOMINAL, len(checks), detail)


def _no_training(split: Split) -> SplitSupport:
    """Return the row of a split in a run without a train split."""
    reason = "there is no train split to compare with"
    said = f"UNKNOWN: {reason}."
    return SplitSupport(
        split.name, split.tier, "UNKNOWN", said, NotMeasured(reason), "1", ()
    )
