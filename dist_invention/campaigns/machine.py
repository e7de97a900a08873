"""How many runs a machine holds beside each other, and what each may use of it."""

from collections.abc import Mapping
import os

from dist_invention.runtime.memory import available_mebibytes

RUN_MEBIBYTES = 3 * 1024  # host memory of one run with its backend
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fitting_workers(cards: int, core_count: int, mebibytes: float) -> int:
    """Return how many runs fit: a core and 3 GiB each, and a card where there are any.

    Args:
        cards: NVIDIA cards; 0 without one.
        core_count: Cores to share.
        mebibytes: Host memory that is free.

    Example:
        >>> fitting_workers(cards=0, core_count=8, mebibytes=16 * 1024)
        5
        >>> fitting_workers(cards=1, core_count=8, mebibytes=16 * 1024)
        1
    """
    room = min(core_count, int(mebibytes // RUN_MEBIBYTES), cards or core_count)
    return max(1, room)


def share_of_cores(core_count: int, workers: int) -> int:
    """Return the threads of one run, at least 1.

    Example:
        >>> share_of_cores(8, 3)
        2
    """
    return max(1, core_count // workers)


def free_mebibytes() -> float:
    """Return the host memory that can be had, within a container's limit, in MiB."""
    return available_mebibytes()


def thread_settings(threads: int, now: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that limit a run's threads; what is set already holds.

    Args:
        threads: Threads of one run.
        now: The environment.

    Example:
        >>> thread_settings(2, {"OMP_NUM_THREADS": "1"})["OMP_NUM_THREADS"]
        '1'
    """
    return {name: now.get(name, str(threads)) for name in THREADS}


def check_share(workers: int | None, threads: int | None) -> None:
    """Refuse a share of a machine that is none.

    Raises:
        ValueError: If a number is under 1.
    """
    for name, value in (("workers", workers), ("threads", threads)):
        if value is not None and value < 1:
            raise ValueError(
                f"Expected at least one of {name}. Received: {name}={value}. "
                "Leave it out to share the machine by cores and memory."
            )
