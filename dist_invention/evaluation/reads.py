"""A test split is read once a run, and the read leaves a receipt."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    free, until the run is sealed. A second read needs a reason, which its receipt
    carries, and is counted. Train and select splits need no receipt; nor does
    auditing keys.

    Args:
        receipts: Receipts left by earlier reads, such as from the run's journal.
        record: Called with each new receipt, a dictionary of plain JSON values; it
            returns when the receipt is on disk.
        reason: Why splits may be read again; empty refuses it.
        reading: How often the run had been sealed before.

    Raises:
        ValueError: If an earlier receipt lacks a field.
        TestSplitAlreadyRead: From `read`, at a second read without a reason.

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
        >>> again = TestReads(journal, journal.append, "the metric was mended", 1)
        >>> split = again.read(split, "physics-s0", "0f3a")
        >>> again.counts
        {'far': 2}
    """

    __test__ = False

    def __init__(
        self,
        receipts: Iterable[Mapping[str, Any]],
        record: Callable[[dict[str, Any]], None],
        reason: str = "",
        reading: int = 0,
    ):
        self._receipts = [_checked(receipt) for receipt in receipts]
        self._record = record
        self._reason = reason
        self._reading = reading

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """Every receipt so far: run, split, hashes of content and weights, reason."""
        return [dict(receipt) for receipt in self._receipts]

    @property
    def counts(self) -> dict[str, int]:
        """How often each test split was read."""
        return dict(Counter(receipt["split"] for receipt in self._receipts))

    def read(self, split: Split, run_id: str, weights_sha256: str) -> Split:
        """Return the split, after its receipt is recorded if it is a test split.

        Args:
            split: The split to score.
            run_id: The run that reads it.
            weights_sha256: Hash of the weights that are scored.

        Raises:
            TestSplitAlreadyRead: If this run read this split with other weights, or
                the split had other content then, and no reason is given.
        """
        if split.role != "test":
            return split
        receipt = {
            "run_id": run_id,
            "split": split.name,
            "split_sha256": split.sha256,
            "weights_sha256": weights_sha256,
            "reason": "",
            "reading": self._reading,
        }
        earlier = [old for old in self._receipts if _same(old, receipt, "run_id split")]
        if earlier and self._is_new(earlier, receipt):
            receipt["reason"] = self._reason
        elif earlier:
            return split
        self._record(dict(receipt))
        self._receipts.append(receipt)
        return split

    def _is_new(
        self, earlier: Sequence[Mapping[str, Any]], new: Mapping[str, Any]
    ) -> bool:
        """Return whether a read shows what was not seen; refuse it without a reason."""
        if self._reason:
            return not any(
                _same(old, new, "split_sha256 weights_sha256 reading")
                for old in earlier
            )
        for old in earlier:
            if not _same(old, new, "split_sha256 weights_sha256"):
                raise TestSplitAlreadyRead(
                    f"Expected test split `{new['split']}` to be read once in run "
                    f"`{new['run_id']}`: it was read with weights "
                    f"{old['weights_sha256'][:12]} and content "
                    f"{old['split_sha256'][:12]}. Received: a read with weights "
                    f"{new['weights_sha256'][:12]} and content "
                    f"{new['split_sha256'][:12]}. Choose weights on a select split, "
                    "start another run, or give --reread REASON, which is counted on "
                    "the page."
                )
        return False


def _same(old: Mapping[str, Any], new: Mapping[str, Any], names: str) -> bool:
    """Return whether two receipts agree in some fields."""
    return all(old[name] == new[name] for name in names.split())


def _checked(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a receipt, and nothing else that the journal adds."""
    missing = [name for name in FIELDS if not isinstance(receipt.get(name), str)]
    if missing:
        raise ValueError(
            f"Expected a receipt with the text fields {FIELDS}. "
            f"Received: {dict(receipt)}, without {missing}. "
            "Give the receipts as they were recorded."
        )
    return {
        **{name: receipt[name] for name in FIELDS},
        "reason": receipt.get("reason", ""),
        "reading": receipt.get("reading", 0),
    }
