"""A thing that was not measured: a reason, and never a number."""

from dataclasses import dataclass
from typing import NoReturn


class MissingOutput(ValueError):
    """A predictor does not return the arrays that a metric reads.

    Example:
        >>> issubclass(MissingOutput, ValueError)
        True
    """


@dataclass(frozen=True)
class NotMeasured:
    """Stand where a number would stand, and refuse to be one.

    Conversion, arithmetic and comparison with numbers raise; two values with the
    same reason are equal, so that rows can be compared.

    Args:
        reason: Why there is no number, in words.

    Raises:
        ValueError: If the reason is empty.
        TypeError: Whenever it is used as a number.

    Example:
        >>> NotMeasured("2 examples, 20 needed").as_json()
        {'status': 'not measured', 'reason': '2 examples, 20 needed'}
    """

    reason: str

    def __post_init__(self):
        if not isinstance(self.reason, str) or not self.reason.strip():
            raise ValueError(
                "Expected the reason why something was not measured. "
                f"Received: reason={self.reason!r}. Say what was missing."
            )

    def as_json(self) -> dict[str, str]:
        """Return the status and the reason as plain JSON values."""
        return {"status": "not measured", "reason": self.reason}

    def _refuse(self, *_) -> NoReturn:
        raise TypeError(
            "Expected a measured number. "
            f"Received: not measured, because {self.reason}. "
            "Leave the value out, or measure it."
        )

    __float__ = __int__ = __bool__ = __index__ = __complex__ = __round__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _refuse
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __array__ = _refuse
