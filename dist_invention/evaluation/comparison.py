"""Two results may be compared only if they answer the same question."""

from collections.abc import Mapping
from typing import Any


class DifferentTasks(ValueError):
    """Scores of different tasks cannot be compared.

    The task is what was asked: the test splits, example for example, and the metrics.

    Example:
        >>> issubclass(DifferentTasks, ValueError)
        True
    """


def require_same_task(a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    """Return the hash of the task that two results share.

    Args:
        a: Content of one results.json.
        b: Content of the other.

    Raises:
        DifferentTasks: If a hash is absent, or the two differ.

    Example:
        >>> require_same_task({"task_sha256": "ab12"}, {"task_sha256": "ab12"})
        'ab12'
    """
    hashes = [str(results.get("task_sha256") or "") for results in (a, b)]
    if hashes[0] and hashes[0] == hashes[1]:
        return hashes[0]
    named = [
        f"`{results.get('run_id', 'a run without name')}` with task "
        f"{digest[:12] or 'unknown'}"
        for results, digest in zip((a, b), hashes, strict=True)
    ]
    raise DifferentTasks(
        "Expected results of one task, with equal task_sha256. "
        f"Received: {named[0]} and {named[1]}. "
        "Score both on the same test splits and metrics."
    )
