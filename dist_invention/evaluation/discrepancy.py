"""The kernel distance between the rows of a split and those of training."""

from dist_invention.evaluation.distances import square_distances
from dist_invention.evaluation.features import feature_table
from dist_invention.evaluation.rows import Rows
from dist_invention.evaluation.support_report import SupportCheck, not_checked
import numpy as np

NAME = "kernel discrepancy"
ROWS = 400
"""Rows of each side, one a group."""
PERMUTATIONS = 999
FEWEST = 20


def kernel_discrepancy(
    reference: Rows, query: Rows, rng: np.random.Generator
) -> SupportCheck:
    """Return the maximum mean discrepancy and its chance under permuted labels.

    The kernel is Gaussian, its width the median distance of the pool (Gretton and
    others 2012). One row of each group is drawn, so permuting rows permutes groups.

    Args:
        reference: Training.
        query: The split.
        rng: Source of randomness.
    """
    few = min(reference.num_groups, query.num_groups)
    if few < FEWEST:
        reason = f"{few} groups on one side, at least {FEWEST} are needed"
        return not_checked(NAME, "1", reason)
    known, asked = (side.one_per_group(ROWS, rng) for side in (reference, query))
    table = feature_table(known, asked)
    if table.width == 0:
        return not_checked(NAME, "1", "no input varies")
    kernel = _kernel(np.concatenate(table.standard()))
    found, permuted = _discrepancies(kernel, len(known), rng)
    chance = (1 + int(np.sum(permuted >= found))) / (1 + PERMUTATIONS)
    value, null = np.sqrt([max(found, 0.0), max(float(permuted.mean()), 0.0)])
    detail = (
        f"{len(known)} rows of training and {len(asked)} of the split, one a group; "
        f"{null:.3f} on average over {PERMUTATIONS} permutations{table.remark()}"
    )
    return SupportCheck(NAME, float(value), "1", detail, p_value=chance)


def _kernel(rows: np.ndarray) -> np.ndarray:
    """Return the Gaussian kernel of all pairs of rows."""
    square = square_distances(rows, rows)
    pairs = square[np.triu_indices(len(rows), 1)]
    typical = np.median(pairs[pairs > 0])
    return np.exp(-square / typical)


def _discrepancies(
    kernel: np.ndarray, first: int, rng: np.random.Generator
) -> tuple[float, np.ndarray]:
    """Return the squared discrepancy as labelled, and under permuted labels."""
    n = len(kernel)
    sign = np.where(np.arange(n) < first, 1.0 / first, -1.0 / (n - first))
    signs = rng.permuted(np.tile(sign, (PERMUTATIONS, 1)), axis=1)
    # Rounding must not tell equal values apart, so one product serves both.
    signs = np.concatenate([sign[None], signs]).T  # (n, 1 + permutations)
    square = np.einsum("ij,ij->j", signs, kernel @ signs)
    return float(square[0]), square[1:] + 1e-12 * abs(square[0])
