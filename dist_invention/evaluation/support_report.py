"""What the support audit found: checks, a verdict a split, and their calibration."""

from dataclasses import dataclass
from typing import Any

from dist_invention.evaluation.not_measured import NotMeasured

VERDICTS = ("LEAK", "SAME", "SHIFTED INSIDE SUPPORT", "OUTSIDE SUPPORT", "UNKNOWN")


@dataclass(frozen=True)
class SupportCheck:
    """One question about a split and training, and its answer.

    Args:
        name: The question, as in `"range coverage"`.
        value: Size of the effect, or why there is none.
        unit: Unit of `value`: `"share"` for a share of rows, `"AUC"` or `"1"`.
        detail: What was found, for a reader.
        null_rate: For shares, the same share inside training: of rows of one group seen
            from the others. None for other units.
        p_value: Chance of such an effect if both sides were drawn alike, groups
            respected; None if there is none.
        reveals: What a significant effect means: `"outside"` or `"shift"`.
        verdict: `"ok"`, `"shift"`, `"outside"` or `"unknown"`.
        leading: What contributes most: a number, a phrase; empty if nothing does.

    Example:
        >>> SupportCheck("range coverage", 0.5, "share", "", 0.01).excess
        0.49
    """

    name: str
    value: float | NotMeasured
    unit: str
    detail: str
    null_rate: float | None = None
    p_value: float | None = None
    reveals: str = "shift"
    verdict: str = "unknown"
    leading: str = ""

    @property
    def excess(self) -> float:
        """The effect beyond that inside training; raises if nothing was measured."""
        return float(self.value) - (self.null_rate or 0.0)

    def as_json(self) -> dict[str, Any]:
        """Return the check as plain JSON values; null where nothing was measured."""
        absent = isinstance(self.value, NotMeasured)
        return {
            "name": self.name,
            "value": None if absent else float(self.value),
            "unit": self.unit,
            "null_rate": self.null_rate,
            "p_value": self.p_value,
            "verdict": self.verdict,
            "detail": self.detail,
        }


def not_checked(name: str, unit: str, reason: str) -> SupportCheck:
    """Return the check that says why it has no answer."""
    return SupportCheck(name, NotMeasured(reason), unit, f"not measured: {reason}")


@dataclass(frozen=True)
class SplitSupport:
    """Where one split lies, seen from training.

    Args:
        split: Name of the split.
        tier: What the split claims to be.
        verdict: One of VERDICTS.
        sentence: Why, with numbers.
        distance: 0 inside the training box; else how far outside in widths of the
            training range, the median over rows of the largest exceedance.
        distance_unit: What `distance` is counted in.
        checks: Every question asked.

    Example:
        >>> row = SplitSupport("far", "far", "SAME", "", NotMeasured("text"), "1", ())
        >>> row.as_json()["distance"] is None
        True
    """

    split: str
    tier: str
    verdict: str
    sentence: str
    distance: float | NotMeasured
    distance_unit: str
    checks: tuple[SupportCheck, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the split's part of results.json, as plain JSON values."""
        absent = isinstance(self.distance, NotMeasured)
        return {
            "split": self.split,
            "tier": self.tier,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "distance": None if absent else float(self.distance),
            "distance_unit": self.distance_unit,
            "checks": [check.as_json() for check in self.checks],
        }


@dataclass(frozen=True)
class Calibration:
    """How often a check raises a false alarm between two halves of training.

    Args:
        name: Name of the check.
        false_positive_rate: Share of the repeats with a p-value under `nominal`.
        nominal: The rate that an honest check stays near or under.
        repeats: How many pairs of halves were drawn.
        detail: The range of the effect between halves.

    Example:
        >>> Calibration("range coverage", 0.0, 0.05, 10, "").as_json()["repeats"]
        10
    """

    name: str
    false_positive_rate: float
    nominal: float
    repeats: int
    detail: str

    def as_json(self) -> dict[str, Any]:
        """Return the calibration as plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class SupportReport:
    """What the support audit found.

    Args:
        splits: One row for each select or test split, in their order.
        calibration: One row for each check that halves of training could answer.

    Example:
        >>> SupportReport((), ()).as_json()
        {'support': [], 'support_calibration': []}
    """

    splits: tuple[SplitSupport, ...]
    calibration: tuple[Calibration, ...]

    def as_json(self) -> dict[str, Any]:
        """Return `support` and `support_calibration` of the object `audit`."""
        return {
            "support": [row.as_json() for row in self.splits],
            "support_calibration": [row.as_json() for row in self.calibration],
        }
