"""Can the metric tell a good model from one that learned nothing?"""

from collections.abc import Iterable, Mapping
from typing import Any

from dist_invention.reports.words import plain


def headroom_warnings(scores: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a reader must know before believing each score of a whole split.

    Args:
        scores: Rows of results.json; what the evaluation had to say of a score stands
            in its `warnings`.

    Example:
        >>> headroom_warnings([{"metric": "hit_rate", "split": "test_in",
        ...                     "warnings": ["The metric has little headroom."]}])
        ['Hit rate on test in. The metric has little headroom.']
    """
    return [
        f"{plain(score['metric']).capitalize()} on {plain(score['split'])}. {warning}"
        for score in scores
        if score.get("stratum", "all") == "all"
        for warning in score.get("warnings") or ()
    ]
