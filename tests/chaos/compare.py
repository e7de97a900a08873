"""What two runs that ended alike have in common: every bit that is a result."""

import json

from dist_invention.storage import CheckpointFolder
import numpy as np

SAME = (
    "weights_sha256",
    "final_weights_sha256",
    "selection",
    "config_sha256",
    "task_sha256",
    "data",
    "parameters",
    "scores",
    "health",
    "curriculum",
)


def differences(found, wanted):
    """Return what differs between two finished run folders; nothing if identical.

    Weights, optimizer, metrics and memory of the last checkpoint are compared array
    by array, the metrics journal byte for byte.
    """
    return [
        difference
        for name, compare in (
            ("results.json", _results),
            ("metrics.jsonl", _journal),
            ("last checkpoint", _checkpoint),
        )
        for difference in compare(found, wanted, name)
    ]


def _results(found, wanted, name):
    ours, theirs = (json.loads((run / name).read_text()) for run in (found, wanted))
    yield from (f"{name}: {key}" for key in SAME if ours[key] != theirs[key])
    stages = [
        [{k: v for k, v in stage.items() if k != "seconds"} for stage in run["stages"]]
        for run in (ours, theirs)
    ]
    if stages[0] != stages[1]:
        yield f"{name}: stages"


def _journal(found, wanted, name):
    ours, theirs = ((run / name).read_bytes() for run in (found, wanted))
    if ours != theirs:
        pairs = zip(ours.splitlines(), theirs.splitlines(), strict=False)
        line = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), "the end")
        yield f"{name}: from line {line}"


def _checkpoint(found, wanted, name):
    ours, theirs = (
        CheckpointFolder(r / "checkpoints").newest() for r in (found, wanted)
    )
    if ours is None or theirs is None:
        yield f"{name}: none verifies"
        return
    if ours[1]["about"]["place"] != theirs[1]["about"]["place"]:
        yield f"{name}: place"
    if sorted(ours[0]) != sorted(theirs[0]):
        yield f"{name}: names of arrays"
        return
    for key, array in theirs[0].items():
        if not np.array_equal(ours[0][key], array, equal_nan=array.dtype.kind == "f"):
            yield f"{name}: {key}"
