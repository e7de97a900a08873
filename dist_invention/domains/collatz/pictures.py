"""The pictures of a run: where V fails, at which steps, and what makes a path hard."""

from collections.abc import Mapping
from typing import Any

from dist_invention.datasets.split import Split
from dist_invention.domains.collatz.closed_forms import closed_forms
from dist_invention.domains.collatz.figures import (
    Outputs,
    direction_figure,
    hardness_figure,
    path_figure,
    valuation_figure,
)
from dist_invention.domains.collatz.hardness import Rates, rates
from dist_invention.domains.collatz.layout import judged
from dist_invention.domains.collatz.record_data import values_of
import numpy as np

PATHS, HARD = "test_trajectories", "test_hard"
PEAK, FLOOR = "PEAK", "look-behind floor"
LOOKAHEADS = (0, 5, 10, 15, 20, 25, 30)


def collatz_figures(
    splits: Mapping[str, Split], outputs: Mapping[str, Outputs], lookahead: int
) -> dict[str, dict[str, Any]]:
    """Return the figure records of a run by name.

    Args:
        splits: Every split by name.
        outputs: What the model predicted, by name of the test split.
        lookahead: Steps of the map that V sees.
    """
    formulas = {form.name: form for form in closed_forms(lookahead)}
    found = {}
    for name in (PATHS, HARD):
        split = splits[name]
        rivals = {form: formulas[form].predict(split) for form in (PEAK, FLOOR)}
        predictions = {"this model": outputs[name], **rivals}
        found[f"valuations_{name}"] = valuation_figure(split, predictions)
        if name == PATHS:
            best = PEAK, rivals[PEAK]
            found["paths"] = path_figure(split, outputs[name], best)
            found["hardness"] = hardness_figure(split, predictions)
            own = {lookahead: _rates(split, outputs[name])}
            found["directions"] = direction_figure(
                {"this model": own, PEAK: _peak_rates(split)}, PATHS, _growth(split)
            )
    return found


def _growth(split: Split) -> float:
    """Return the mean growth of a step, in bits."""
    return float(np.mean(split.arrays["height"][:, 1]))


def _rates(split: Split, outputs: Outputs) -> Rates:
    return rates(outputs["value"], split.arrays["growth"])


def _peak_rates(split: Split) -> dict[int, Rates]:
    """Return how often PEAK fails on the same steps at other lookaheads."""
    values, found = values_of(split), {}
    for lookahead in LOOKAHEADS:
        again = judged("again", split.role, values, split.groups, lookahead)
        peak = next(form for form in closed_forms(lookahead) if form.name == PEAK)
        found[lookahead] = _rates(again, peak.predict(again))
    return found
