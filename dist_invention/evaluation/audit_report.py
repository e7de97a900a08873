"""What the audit of splits found: checks, the overlap matrix and a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One question of the audit, asked of one or two splits.

    Args:
        name: The question, as in `"same key"`.
        splits: The splits it was asked of.
        count: How many examples or groups were found.
        detail: What was found, for a reader; names an example where there is one.
        verdict: `"ok"`, `"warning"` or `"leak"`.
        rate: Share of the examples looked up, for what may also be a coincidence.
        null_rate: The share that training has with itself.
        p_value: Chance of so many without a leak, before the correction for the number
            of questions (Holm).

    Example:
        >>> Check("same key", ("train", "far"), 0, "", "ok").as_json()["splits"]
        ['train', 'far']
    """

    name: str
    splits: tuple[str, ...]
    count: int
    detail: str
    verdict: str
    rate: float | None = None
    null_rate: float | None = None
    p_value: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the check as plain JSON values."""
        return {
            "name": self.name,
            "splits": list(self.splits),
            "count": self.count,
            "detail": self.detail,
            "verdict": self.verdict,
            "rate": self.rate,
            "null_rate": self.null_rate,
            "p_value": self.p_value,
        }


@dataclass(frozen=True)
class AuditReport:
    """What the audit of a set of splits found.

    Args:
        checks: Every question asked, with its answer.
        splits: Names of the splits, in the order of the overlap matrix.
        overlap: Row by column, how many keys stand in both splits; on the diagonal,
            how many rows of the split repeat a key of it. All zero if clean.
        allowed: Reason why leaks are allowed, or None.
        support: How far outside each split is, as `SupportReport.as_json()` says it;
            empty where a leak ended the audit.

    Example:
        >>> AuditReport((), ("train",), ((0,),)).verdict
        'clean'
    """

    checks: tuple[Check, ...]
    splits: tuple[str, ...]
    overlap: tuple[tuple[int, ...], ...]
    allowed: str | None = None
    support: Mapping[str, Any] = field(default_factory=dict)

    @property
    def leaks(self) -> tuple[Check, ...]:
        """The checks that found a leak."""
        return tuple(check for check in self.checks if check.verdict == "leak")

    @property
    def leaking(self) -> frozenset[str]:
        """Names of the splits that share something with another."""
        return frozenset(name for check in self.leaks for name in check.splits)

    @property
    def verdict(self) -> str:
        """`"clean"`, `"LEAK"` or `"allowed leak"`."""
        if not self.leaks:
            return "clean"
        return "LEAK" if self.allowed is None else "allowed leak"

    def as_json(self) -> dict[str, Any]:
        """Return the object `audit` of results.json, as plain JSON values."""
        return {
            "verdict": self.verdict,
            "allowed_because": self.allowed,
            "checks": [check.as_json() for check in self.checks],
            "overlap": {
                "splits": list(self.splits),
                "matrix": [list(row) for row in self.overlap],
            },
            "support": [],
            "support_calibration": [],
            **self.support,
        }


class LeakFound(ValueError):
    """Examples or groups stand on both sides of a split; training must not start.

    Args:
        message: Three sentences naming both splits, the count and an example.
        report: The whole audit, to be recorded.

    Example:
        >>> LeakFound("...", AuditReport((), (), ())).report.verdict
        'clean'
    """

    def __init__(self, message: str, report: AuditReport):
        super().__init__(message)
        self.report = report
