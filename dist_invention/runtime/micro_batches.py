"""How many parts a batch is cut into, as the journal of a run tells it.

Out of memory, the supervisor raises the number and writes an event; the next attempt
reads it here. So the configuration, and with it the run's name, stays as it was.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Events = Iterable[Mapping[str, Any]]


def micro_batches_now(events: Events, configured: int) -> int:
    """Return the number that the next attempt takes.

    Args:
        events: Lines of events.jsonl, oldest first.
        configured: The configuration's `micro_batches`.

    Example:
        >>> micro_batches_now([{"event": "micro_batches", "micro_batches": 4}], 1)
        4
    """
    now = configured
    for event in events:
        if event.get("event") == "micro_batches":
            now = int(event["micro_batches"])
    return now


def next_micro_batches(batch_size: int, now: int) -> int | None:
    """Return the smallest number of equal parts that is at least twice the present one.

    Args:
        batch_size: Examples an optimizer step.
        now: The present number.

    Returns:
        `None` where the parts cannot get half as large.

    Example:
        >>> next_micro_batches(24, 4)
        8
    """
    larger = range(2 * now, batch_size + 1)
    return next((number for number in larger if batch_size % number == 0), None)


def micro_batches_history(events: Events, configured: int) -> list[list[int]]:
    """Return `[step, number]` for each number, from the step on at which it was used.

    Bits are promised for equal histories. Steps that were done again count as they
    were done last: a raise takes effect at the checkpoint that the run went on from.

    Args:
        events: Lines of events.jsonl, oldest first.
        configured: The configuration's `micro_batches`.

    Example:
        >>> raised = {"event": "micro_batches", "micro_batches": 2, "step": 120}
        >>> micro_batches_history([raised], 1)
        [[0, 1], [120, 2]]
    """
    now = configured
    found = [[0, configured]]
    for event in events:
        kind = event.get("event")
        if kind == "micro_batches":
            now = int(event["micro_batches"])
        elif kind != "resumed":
            continue
        found = [pair for pair in found if pair[0] < event["step"]]
        if not found or found[-1][1] != now:
            found.append([int(event["step"]), now])
    return found
