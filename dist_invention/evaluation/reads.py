"""A test split is read once a run, and the read leaves a receipt."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dist_invention.datasets.split import Split

FIELDS = ("run_id", "split", "split_sha256", "weights_sha256")


class TestSplitAlreadyRead(RuntimeError):
    """A test split was about to be read again, with other weights or other content.

    Example:
        >>> issubclass(TestSplitAlreadyRead, RuntimeError)
        True
    """

    __test__ = False  # the name begins with "Test", but pytest need not collect it


class TestReads:
    """Hand out splits for scoring; each test split once a run, for one set of weights.

    The receipt is recorded before the split is handed out, so that a crash cannot
    hide a read. Reading again with the same weights repeats the same numbers and is
    free. Train and select splits need no receipt; nor does auditing keys.

    Args:
        receipts: Receipts left by earlier reads, such as from the run's journal.
        record: Called with each new receipt, a dictionary of plain JSON values; it
            returns when the receipt is on disk.

    Raises:
        ValueError: If an earlier receipt lacks a field.
        TestSplitAlreadyRead: From `read`, at a second read with other weights.

    Example:
        >>> import numpy as np
        >>> journal = []
        >>> reads = TestReads([], journal.append)
        >>> split = Split("far", "test", {}, (), (), (), keys=np.array(["a"]),
        ...               groups=np.array([0]))
        >>> for _ in range(2):
        ...     split = reads.read(split, "physics-s0", "0f3a")
        >>> [receipt["split"] for receipt in journal]
        ['far']
    """

    __test__ = False

    def __init__(
        self,
        receipts: Iterable[Mapping[str, Any]],
        record: Callable[[dict[str, Any]], None],
    ):
        self._receipts = [_checked(receipt) for receipt in receipts]
        self._record = record

    @property
    def receipts(self) -> list[dict[str, str]]:
        """Every receipt so far: run, split, hash of its content, hash of weights."""
        return [dict(receipt) for receipt in self._receipts]

    def read(self, split: Split, run_id: str, weights_sha256: str) -> Split:
        """Return the split, after its receipt is recorded if it is a test split.

        Args:
            split: The split to score.
            run_id: The run that reads it.
            weights_sha256: Hash of the weights that are scored.

        Raises:
            TestSplitAlreadyRead: If this run read this split with other weights, or
                the split had other content then.
        """
        if split.role != "test":
            return split
        receipt = _checked(
            {
                "run_id": run_id,
                "split": split.name,
                "split_sha256": split.sha256,
                "weights_sha256": weights_sha256,
            }
        )
        earlier = [old for old in self._receipts if _same_split(old, receipt)]
        for old in earlier:
            if old != receipt:
                raise TestSplitAlreadyRead(
                    f"Expected test split `{split.name}` to be read once in run "
                    f"`{run_id}`: it was read with weights "
                    f"{old['weights_sha256'][:12]} and content "
                    f"{old['split_sha256'][:12]}. Received: a read with weights "
                    f"{weights_sha256[:12]} and content "
                    f"{receipt['split_sha256'][:12]}. Choose weights on a select "
                    "split, or start another run."
                )
        if not earlier:
            self._record(dict(receipt))
            self._receipts.append(receipt)
        return split


def _same_split(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Return whether two receipts are about one split of one run."""
    return old["run_id"] == new["run_id"] and old["split"] == new["split"]


def _checked(receipt: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a receipt, and nothing else that the journal adds."""
    missing = [name for name in FIELDS if not isinstance(receipt.get(name), str)]
    if missing:
        raise ValueError(
            f"Expected a receipt with the text fields {FIELDS}. "
            f"Received: {dict(receipt)}, without {missing}. "
            "Give the receipts as they were recorded."
        )
    return {name: receipt[name] for name in FIELDS}
