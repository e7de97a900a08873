"""Memory at one moment, of this process and of what is left to it."""

from collections.abc import Mapping
from dataclasses import dataclass
import time

from dist_invention.runtime.memory import (
    available_mebibytes,
    device_limit_mebibytes,
    device_mebibytes,
    host_mebibytes,
)


@dataclass(frozen=True)
class Reading:
    """Memory at one step, in MiB.

    Args:
        step: Optimizer steps since the start of the run.
        seconds: Monotonic time.
        host: What this process holds.
        available: What it could still have on the host.
        device: Current and peak use of the GPU, `None` without one.

    Example:
        >>> Reading(10, 2.5, 800.0, 15200.0).ceiling
        16000.0
    """

    step: int
    seconds: float
    host: float
    available: float
    device: Mapping[str, float] | None = None

    @property
    def ceiling(self) -> float:
        """The most that this process could hold on the host now."""
        return self.host + self.available


class Gauge:
    """Read time and memory of this process.

    Args:
        backend: `"tensorflow"` or `"jax"`.

    Example:
        >>> Gauge("tensorflow").read(10).step
        10
    """

    def __init__(self, backend: str):
        self.backend = backend

    def seconds(self) -> float:
        """Return the monotonic time."""
        return time.monotonic()

    def read(self, step: int) -> Reading:
        """Return memory as it is now.

        Args:
            step: Written into the reading.
        """
        device = device_mebibytes(self.backend)
        host, available = host_mebibytes(), available_mebibytes()
        return Reading(step, self.seconds(), host, available, device)

    def device_limit(self) -> float | None:
        """Return the most that this process can have of the GPU, in MiB."""
        return device_limit_mebibytes(self.backend)
