"""How many rows lie farther from training than training rows from each other."""

from dist_invention.evaluation.distances import nearest
from dist_invention.evaluation.exceedance import chance_beyond
from dist_invention.evaluation.features import feature_table
from dist_invention.evaluation.rows import Rows
from dist_invention.evaluation.support_report import SupportCheck, not_checked
import numpy as np

NAME = "nearest neighbours"
KNOWN, ASKED = 1500, 1000
"""Rows of training and of the split, one a group."""
QUANTILE = 0.99
FEWEST = 20


def neighbour_distances(
    reference: Rows, query: Rows, rng: np.random.Generator
) -> SupportCheck:
    """Return the share of rows beyond the 99 % quantile of distances inside training.

    A distance inside training is that of a row to the nearest row of another group.
    Columns are divided by their deviation in training. The p-value counts how many of
    the split lie beyond that quantile, by `chance_beyond`.

    Args:
        reference: Training.
        query: The split.
        rng: Source of randomness.
    """
    few = min(reference.num_groups, query.num_groups)
    if few < FEWEST:
        reason = f"{few} groups on one side, at least {FEWEST} are needed"
        return not_checked(NAME, "share", reason)
    known, asked = reference.one_per_group(KNOWN, rng), query.one_per_group(ASKED, rng)
    table = feature_table(known, asked)
    if table.width == 0:
        return not_checked(NAME, "share", "no input varies")
    spread = table.known.std(axis=0)
    pooled = np.concatenate([table.known, table.asked]).std(axis=0)
    scale = np.where(spread > 0, spread, pooled)
    rows, others = table.known / scale, table.asked / scale
    inside = np.sort(nearest(rows, rows, skip=1))
    order = max(1, round((1 - QUANTILE) * len(inside)))
    distances = nearest(others, rows)
    beyond = int(np.sum(distances > inside[-order]))
    chance = float(chance_beyond(beyond, len(others), len(inside), order))
    detail = (
        f"{beyond} of {len(others)} rows, one a group, lie farther from training than "
        f"{QUANTILE:.0%} of {len(inside)} training rows from each other; median "
        f"distance {np.median(distances):.3g} against {np.median(inside):.3g} "
        f"deviations{table.remark()}"
    )
    share, null = beyond / len(others), (order - 1) / len(inside)
    return SupportCheck(NAME, share, "share", detail, null, chance, "outside")
