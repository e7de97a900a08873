"""Do rows lie between training rows? Hull membership by linear programming."""

from collections.abc import Mapping

from dist_invention.evaluation.rows import Rows, is_numeric, shared_fields
from dist_invention.evaluation.support_report import SupportCheck, not_checked
import numpy as np
from scipy import stats
from scipy.optimize import linprog

NAME = "convex hull"
DIMENSIONS = 12
"""In more dimensions almost every row is outside, whatever it is."""
KNOWN, ASKED, INSIDE = 1000, 20, 20
"""Training rows that span the hull; rows of the split and of training asked."""
FEWEST = 20
TOLERANCE = 1e-7  # in widths of the range


class HullUndecided(RuntimeError):
    """The solver could not say whether a row lies in the hull.

    Example:
        >>> issubclass(HullUndecided, RuntimeError)
        True
    """


def hull_membership(
    reference: Rows, query: Rows, rng: np.random.Generator
) -> SupportCheck:
    """Return the share of rows outside the convex hull of training rows.

    Parameters are asked where both sides have them, else the numeric inputs; in 2
    to 12 dimensions: in one the box says the same, and in many nothing lies inside
    (Balestriero and others 2021). One row a group is drawn. `null_rate` is the share
    of training rows outside the hull of the others; the p-value compares both (Fisher).

    Args:
        reference: Training.
        query: The split.
        rng: Source of randomness.
    """
    known = reference.one_per_group(KNOWN, rng)
    asked = query.one_per_group(ASKED, rng)
    named = bool(reference.parameters and query.parameters)
    sides = [side.parameters if named else side.inputs for side in (known, asked)]
    points, rows = _tables(*sides)
    what = "parameters" if named else "numeric inputs"
    reason = _reason(points, rows, min(reference.num_groups, query.num_groups), what)
    if reason:
        return not_checked(NAME, "share", reason)
    low, width = points.min(axis=0), np.ptp(points, axis=0)
    varied = width > 0
    constant = (rows[:, ~varied] != low[~varied]).any(axis=1)
    points = (points - low)[:, varied] / width[varied]
    rows = (rows - low)[:, varied] / width[varied]
    picked = rng.permutation(len(points))[:INSIDE]
    others = [np.delete(points, k, axis=0) for k in picked]
    try:
        out = constant | ~np.array([in_hull(row, points) for row in rows])
        alone = ~np.array(list(map(in_hull, points[picked], others)))
    except HullUndecided as problem:
        return not_checked(NAME, "share", str(problem))
    total, outside = len(rows) + len(alone), int(out.sum() + alone.sum())
    chance = stats.hypergeom.sf(out.sum() - 1, total, outside, len(rows))
    share, null = float(out.mean()), float(alone.mean())
    detail = (
        f"{int(out.sum())} of {len(rows)} rows outside the hull of {len(points)} "
        f"training rows in {points.shape[1]} {what}; of training rows, {null:.0%} lie "
        "outside the hull of the others"
    )
    return SupportCheck(NAME, share, "share", detail, null, float(chance), "outside")


def in_hull(row: np.ndarray, points: np.ndarray) -> bool:
    """Return whether a row is a weighted mean of points.

    Args:
        row: Shape (d,), of size about 1.
        points: Shape (n, d), of size about 1.

    Raises:
        HullUndecided: If the solver cannot decide.

    Example:
        >>> square = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
        >>> in_hull(np.array([0.5, 0.9]), square), in_hull(np.array([1.1, 0.5]), square)
        (True, False)
    """
    outside_box = (row < points.min(axis=0)) | (row > points.max(axis=0))
    if outside_box.any():
        return False
    sums = np.append(row, 1.0)
    weights = np.concatenate([points.T, np.ones((1, len(points)))])
    gaps = np.concatenate([np.eye(len(sums)), -np.eye(len(sums))], axis=1)
    # Weights with the least gap between what they give and the row: always solvable.
    found = linprog(
        np.repeat([0.0, 1.0], [len(points), gaps.shape[1]]),
        A_eq=np.concatenate([weights, gaps], axis=1),
        b_eq=sums,
        method="highs-ds",
        options={"presolve": False},  # so small that simplifying it costs more
    )
    if found.status != 0:
        raise HullUndecided(
            "Expected the solver to say whether a row lies in the hull. "
            f"Received: status {found.status}, {found.message} Scale the inputs to "
            "ranges near 1, or report the rows."
        )
    return bool(found.fun <= TOLERANCE)


def _tables(
    known: Mapping[str, np.ndarray], asked: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of both sides as rows."""
    pairs = [
        [array.reshape(len(array), -1).astype(float) for array in pair]
        for pair in shared_fields(known, asked).values()
        if is_numeric(pair[0]) and is_numeric(pair[1])
    ]
    if not pairs:
        return np.zeros((1, 0)), np.zeros((1, 0))
    points, rows = zip(*pairs, strict=True)
    return np.concatenate(points, axis=1), np.concatenate(rows, axis=1)


def _reason(points: np.ndarray, rows: np.ndarray, few: int, what: str) -> str:
    """Return why the hull cannot be asked; nothing if it can."""
    if few < FEWEST:
        return f"{few} groups on one side, at least {FEWEST} are needed"
    if not (np.isfinite(points).all() and np.isfinite(rows).all()):
        return f"some {what} are not finite"
    dimensions = int(np.sum(np.ptp(points, axis=0) > 0))
    if not 2 <= dimensions <= DIMENSIONS:
        return (
            f"{dimensions} {what} vary; the hull says more than the box in 2 to "
            f"{DIMENSIONS}"
        )
    return ""
