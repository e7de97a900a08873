"""One cell of the table of results: a value that cannot stand alone."""

from dataclasses import dataclass
from typing import Any

from dist_invention.evaluation.baselines import KINDS, skill, value_checked
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.reference import Reference, Worst

LITTLE = 0.2
"""Share of the way to perfect under which a metric has little headroom."""


@dataclass(frozen=True)
class Score:
    """The value of one metric on one stratum of one split, beside its baselines.

    A score cannot be made without baselines. Where there are too few examples, value
    and baselines give way to `NotMeasured`, with the number of examples.

    Args:
        split: Name of the split.
        tier: Distance of the split from training.
        stratum: `"all"`, or as in `"contact=free"`.
        metric: Name of the metric.
        unit: Unit of value, interval and baselines.
        better: `"lower"` or `"higher"`.
        value: Value of the model, or why there is none.
        n: Number of examples to which the metric applied.
        of: Number of examples there are; n of them were judged.
        n_groups: Number of groups among the n.
        baselines: What each baseline reaches on the same examples.
        interval: Ends of the interval of the value, or None.
        interval_method: How the interval was found, or why there is none.
        skill_interval: Ends of the interval of the skill against the best baseline.
        beats_best: True or False where the paired interval of the difference to the
            best baseline excludes 0, else None.
        kind: `"amount"` or `"share"`.
        denominator: What the mean divides by, in words.
        counted: How many of them there are among the n examples; n if left out.
        worst: The stratum in which the model does worst, beside the mean of all.

    Raises:
        ValueError: If a measured value has no trivial baseline, is not finite, is
            negative, or is over 1 where higher is better; or if n is over `of`.

    Example:
        >>> zeros, line = Reference("zeros", "trivial", 4.0), Reference(
        ...     "line", "classical", 2.0)
        >>> score = Score("test_far", "far", "all", "rmse", "m", "lower", 1.0, 300, 320,
        ...               300, (zeros, line))
        >>> score.skill, score.skill_trivial, score.best_baseline.name
        (0.5, 0.75, 'line')
    """

    split: str
    tier: str
    stratum: str
    metric: str
    unit: str
    better: str
    value: float | NotMeasured
    n: int
    of: int
    n_groups: int
    baselines: tuple[Reference, ...]
    interval: tuple[float, float] | None = None
    interval_method: str = "none"
    skill_interval: tuple[float, float] | None = None
    beats_best: bool | None = None
    kind: str = "amount"
    denominator: str = "examples"
    counted: int | None = None
    worst: Worst | None = None

    def __post_init__(self):
        if self.n > self.of:
            raise ValueError(
                f"Expected `{self.metric}` on `{self.split}` to judge no more examples "
                f"than there are. Received: n={self.n} of {self.of}. "
                "Count what was evaluated."
            )
        if isinstance(self.value, NotMeasured):
            return
        kinds = {reference.kind for reference in self.baselines}
        if "trivial" not in kinds or not kinds <= set(KINDS):
            raise ValueError(
                f"Expected `{self.metric}` on `{self.split}` to stand beside at least "
                f"one trivial baseline, each of a kind among {KINDS}. Received: "
                f"{[(r.name, r.kind) for r in self.baselines]}. Add a predictor that "
                "learns nothing, such as zeros or copy last."
            )
        for value in (self.value, *(reference.value for reference in self.baselines)):
            value_checked(value, self.better)

    def _best(self, *kinds: str) -> Reference | None:
        """Return the best baseline of these kinds, the first one of equals."""
        found = [reference for reference in self.baselines if reference.kind in kinds]
        if isinstance(self.value, NotMeasured) or not found:
            return None
        sign = 1.0 if self.better == "lower" else -1.0
        return min(found, key=lambda reference: sign * reference.value)

    @property
    def best_trivial(self) -> Reference | None:
        """The best baseline that learns nothing; None where nothing was measured."""
        return self._best("trivial")

    @property
    def best_baseline(self) -> Reference | None:
        """The best baseline that is no ceiling; None where nothing was measured."""
        return self._best("trivial", "classical")

    @property
    def skill(self) -> float | NotMeasured:
        """Skill against the best baseline that is no ceiling."""
        return self._skill(self.best_baseline)

    @property
    def skill_trivial(self) -> float | NotMeasured:
        """Skill against the best baseline that learns nothing."""
        return self._skill(self.best_trivial)

    @property
    def headroom(self) -> float | NotMeasured:
        """What the best trivial baseline leaves to show, as a share of the whole way.

        The way of a share ends at 0 or 1; that of an amount at its best ceiling, if
        one was measured.
        """
        trivial, end = self.best_trivial, self._best("ceiling")
        if trivial is None:
            return NotMeasured("nothing was measured")
        if self.better == "higher":
            return 1.0 - trivial.value
        if self.kind == "share":
            return trivial.value
        if end is None or trivial.value == 0.0:
            return NotMeasured("an amount has no scale of its own, and no ceiling here")
        return max(1.0 - end.value / trivial.value, 0.0)

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before believing the value, in sentences."""
        room, trivial = self.headroom, self.best_trivial
        if isinstance(room, NotMeasured) or trivial is None or room >= LITTLE:
            return []
        return [
            f"The metric has little headroom: `{trivial.name}` learns nothing and "
            f"reaches {trivial.value:.4g}, which leaves {room:.1%} of the way."
        ]

    def _skill(self, reference: Reference | None) -> float | NotMeasured:
        if isinstance(self.value, NotMeasured):
            return self.value
        if reference is None:
            return NotMeasured("no baseline to compare with")
        return skill(self.value, reference.value, self.better)

    def as_json(self) -> dict[str, Any]:
        """Return one row of the scores in results.json, as plain JSON values.

        What was not measured is null; `status` and `reason` say why.
        """
        missing = self.value if isinstance(self.value, NotMeasured) else None
        best, trivial = self.best_baseline, self.best_trivial
        return {
            "split": self.split,
            "tier": self.tier,
            "stratum": self.stratum,
            "metric": self.metric,
            "unit": self.unit,
            "better": self.better,
            "status": "measured" if missing is None else "not measured",
            "reason": "" if missing is None else missing.reason,
            "value": _number(self.value),
            "n": self.n,
            "of": self.of,
            "n_groups": self.n_groups,
            "interval": _ends(self.interval),
            "interval_method": self.interval_method,
            "baselines": [reference.as_json() for reference in self.baselines],
            "best_trivial": _named(trivial),
            "best_baseline": _named(best),
            "skill_trivial": _number(self.skill_trivial),
            "skill": _number(self.skill),
            "skill_interval": _ends(self.skill_interval),
            "beats_best": self.beats_best,
            "kind": self.kind,
            "denominator": {
                "of": self.denominator,
                "count": self.n if self.counted is None else self.counted,
            },
            "worst": self.worst and self.worst.as_json(),
            "headroom": _number(self.headroom),
            "warnings": self.warnings,
        }


def _number(value: float | NotMeasured) -> float | None:
    return None if isinstance(value, NotMeasured) else float(value)


def _ends(ends: tuple[float, float] | None) -> list[float] | None:
    return None if ends is None else [float(ends[0]), float(ends[1])]


def _named(reference: Reference | None) -> dict[str, Any] | None:
    return reference and {"name": reference.name, "value": reference.value}
