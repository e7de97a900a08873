"""Runs of a track over seeds as one table, beside formulas, the record and targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dist_invention.datasets.split import Split
from dist_invention.domains.collatz.closed_forms import closed_forms
from dist_invention.domains.collatz.metrics import path_table
from dist_invention.statistics import TooFewSeeds, over_seeds
import numpy as np

RIVALS = ("PEAK", "look-behind peak", "look-behind floor")
PATHS, HARD, POPULATION = "test_trajectories", "test_hard", "test_population"
UNIQUE, WORST = "unique, of 340", "worst margin, bits"
VIOLATIONS, HARD_RATE, PASS = "violations, of 429", "hard set, %", "pass, %"
# Name in the table: split, stratum, metric, and whether violations are counted.
MEASURES = {
    VIOLATIONS: (PATHS, "all", "violations", True),
    "fresh, of 157": (PATHS, "record=fresh", "violations", True),
    "111, of 24": (PATHS, "seed=seed 111", "violations", True),
    "27, of 41": (PATHS, "seed=seed 27", "violations", True),
    "703, of 62": (PATHS, "seed=seed 703", "violations", True),
    "26623, of 113": (PATHS, "seed=seed 26623", "violations", True),
    "626331, of 189": (PATHS, "seed=seed 626331", "violations", True),
    HARD_RATE: (HARD, "all", "violations", False),
    PASS: (POPULATION, "all", "pass", False),
    "weighted pass, %": (POPULATION, "all", "weighted_pass", False),
    "growth pass, %": (POPULATION, "all", "growth_pass", False),
}
ORDER = (VIOLATIONS, UNIQUE, *[name for name in MEASURES if name != VIOLATIONS], WORST)

Values = Mapping[str, float]
"""A number by name of the predictor; the model is MODEL."""
MODEL = "model"


class RunsOfOtherData(ValueError):
    """Runs that should differ by their seed alone were judged on different rows."""


@dataclass(frozen=True)
class Track:
    """What is run over seeds, and what it has to beat.

    Args:
        flags: Of the experiment.
        record: Figures of the record by name of the measure; empty where it has none.
        below: Targets that the mean has to be under.
        least: Targets that the mean has to reach.

    Example:
        >>> Track("--lookahead 10", below={VIOLATIONS: 20}).goal(VIOLATIONS)
        '< 20'
    """

    flags: str
    record: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)

    def goal(self, measure: str) -> str:
        """Return the target of a measure in words, empty if there is none."""
        if measure in self.below:
            return f"< {self.below[measure]:g}"
        return f">= {self.least[measure]:g}" if measure in self.least else ""

    def is_met(self, measure: str, mean: float) -> bool | None:
        """Return whether a mean meets the target, None if there is none."""
        if measure in self.below:
            return mean < self.below[measure]
        return mean >= self.least[measure] if measure in self.least else None


def measured(results: Mapping[str, Any]) -> dict[str, Values]:
    """Return what results.json says of each measure, for the model and its rivals.

    Args:
        results: Results of a finished run of a judged track.

    Returns:
        By name of the measure: counts of violations, or percent.

    Raises:
        KeyError: If a score is missing.
    """
    scores = {(s["split"], s["stratum"], s["metric"]): s for s in results["scores"]}
    found: dict[str, Values] = {}
    for name, (split, stratum, metric, is_count) in MEASURES.items():
        score = scores[split, stratum, metric]
        values = {row["name"]: row["value"] for row in score["baselines"]}
        values = {MODEL: score["value"], **{rival: values[rival] for rival in RIVALS}}
        found[name] = {
            who: round(value * score["n"]) if is_count else 100 * value
            for who, value in values.items()
        }
    return found


def on_paths(value: np.ndarray, split: Split, lookahead: int) -> dict[str, Values]:
    """Return what only V itself tells: all, different, and worst steps of the paths.

    Args:
        value: V(n) and V(T(n)) of the model in bits, shape (429, 2).
        split: The steps of the test paths.
        lookahead: Steps that V sees.
    """
    values = {MODEL: value}
    for form in closed_forms(lookahead):
        if form.name in RIVALS:
            values[form.name] = form.predict(split)["value"]
    rows = {
        who: path_table(each, split.groups, split.keys)[-1]
        for who, each in values.items()
    }
    return {
        VIOLATIONS: {who: row.violations for who, row in rows.items()},
        UNIQUE: {who: row.unique_violations for who, row in rows.items()},
        WORST: {who: row.worst_margin for who, row in rows.items()},
    }


def track_rows(
    track: Track, runs: Sequence[Mapping[str, Values]]
) -> list[dict[str, Any]]:
    """Return one row a measure: mean over seeds, interval, rivals, record, target.

    Args:
        track: What the runs are compared with.
        runs: Measures of each seed, all of `ORDER`.

    Raises:
        RunsOfOtherData: If a formula, which has no seed, scored differently in two.
    """
    rows = []
    for name in ORDER:
        seeds = [float(run[name][MODEL]) for run in runs]
        rivals = {who: float(runs[0][name][who]) for who in RIVALS}
        if any(float(run[name][who]) != rivals[who] for run in runs for who in RIVALS):
            raise RunsOfOtherData(
                f"Expected all runs of `{track.flags}` to be judged on the same rows. "
                f"Received: formulas whose `{name}` differs between seeds. "
                "Train the older runs again with --again."
            )
        mean = float(np.mean(seeds))
        rows.append(
            {
                "measure": name,
                "mean": mean,
                "interval": _interval(seeds),
                "seeds": seeds,
                "rivals": rivals,
                "record": track.record.get(name),
                "target": track.goal(name),
                "met": track.is_met(name, mean),
            }
        )
    return rows


def as_text(name: str, track: Track, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows of a track as lines of aligned text.

    Args:
        name: Name of the track.
        track: The track.
        rows: As `track_rows` returns them.
    """
    head = ["", "mean", "95 % interval", *RIVALS, "record", "target", "", "each seed"]
    lines = [head, *[_words(row) for row in rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    body = [_aligned(line, widths) for line in lines]
    return "\n".join([f"{name}: {track.flags}", *body])


def _words(row: Mapping[str, Any]) -> list[str]:
    """Return what a line says, word by word."""
    is_count = ", of " in row["measure"]
    each, of_mean = (".0f", ".1f") if is_count else (".2f", ".2f")
    ends, record = row["interval"], row["record"]
    return [
        row["measure"],
        format(row["mean"], of_mean),
        f"[{ends[0]:{of_mean}}, {ends[1]:{of_mean}}]" if ends else "-",
        *[format(row["rivals"][who], each) for who in RIVALS],
        "-" if record is None else f"{record:g}",
        row["target"],
        {True: "met", False: "MISSED", None: ""}[row["met"]],
        " ".join(format(value, each) for value in row["seeds"]),
    ]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line, its first and last words to the left."""
    middle = [
        word.rjust(width) for word, width in zip(line[1:-1], widths[1:-1], strict=True)
    ]
    return "  ".join([line[0].ljust(widths[0]), *middle, line[-1]]).rstrip()


def _interval(seeds: Sequence[float]) -> list[float] | None:
    """Return Student's interval of the mean, None where there are too few seeds."""
    try:
        return over_seeds(seeds).as_list()
    except TooFewSeeds:
        return None
