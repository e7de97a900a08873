"""What stands beside a score: the value of a baseline, and the worst stratum."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """What one baseline reaches on the examples of a score.

    Args:
        name: Name of the baseline.
        kind: `"trivial"`, `"classical"` or `"ceiling"`.
        value: Value of the metric, in its unit.

    Example:
        >>> Reference("zeros", "trivial", 2.0).as_json()
        {'name': 'zeros', 'kind': 'trivial', 'value': 2.0}
    """

    name: str
    kind: str
    value: float

    def as_json(self) -> dict[str, Any]:
        """Return name, kind and value as plain JSON values."""
        return {"name": self.name, "kind": self.kind, "value": self.value}


@dataclass(frozen=True)
class Worst:
    """The stratum in which a model does worst.

    Args:
        stratum: Its name, as in `"contact=free"`.
        value: Value of the metric there, in its unit.
        n: Number of examples to which the metric applied there.

    Example:
        >>> Worst("contact=free", 2.0, 40).as_json()
        {'stratum': 'contact=free', 'value': 2.0, 'n': 40}
    """

    stratum: str
    value: float
    n: int

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return {"stratum": self.stratum, "value": self.value, "n": self.n}
