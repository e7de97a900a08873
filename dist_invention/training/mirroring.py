"""One tracker in a thread of its own, which reads the journal behind training."""

from collections.abc import Callable
import json
from pathlib import Path
import threading

from dist_invention.training.tracker import Row, Scores, Tracker

ALL = 2**62  # a step that every row comes before


class Mirroring:
    """One tracker in a thread of its own; the journal is its queue.

    Args:
        name: The tracker's.
        tracker: The tool.
        journal: Path of metrics.jsonl.
        failed: Called with the name and the reason if it fails; it is let go then.

    Example:
        >>> Mirroring("mlflow", tracker, path, failed).start()  # doctest: +SKIP
    """

    def __init__(
        self,
        name: str,
        tracker: Tracker,
        journal: Path,
        failed: Callable[[str, str], None],
    ):
        self.name = name
        self.is_over = False  # nobody listens any more
        self._tracker = tracker
        self._journal = journal
        self._failed = failed
        self._turn = threading.Condition()
        self._until = -1  # rows before this step may be sent
        self._is_last = False
        self._scores: Scores | None = None
        self._thread = threading.Thread(
            target=self._live, name=f"track {name}", daemon=True
        )

    def start(self) -> None:
        """Let it open its record and wait for rows."""
        self._thread.start()

    def ask(self, until: int) -> None:
        """Ask for the rows before a step; return at once."""
        with self._turn:
            self._until = max(self._until, until)
            self._turn.notify()

    def ask_to_end(self, scores: Scores | None) -> None:
        """Ask for the end: of a finished run with its scores, else of a stopped one."""
        with self._turn:
            self._scores = scores
            self._until = self._until if scores is None else ALL
            self._is_last = True
            self._turn.notify()

    def wait(self, seconds: float) -> bool:
        """Wait for its end; say whether it came."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def _live(self) -> None:
        try:
            held = self._tracker.begin()
            while True:
                with self._turn:
                    asked = self._until
                    is_last, scores = self._is_last, self._scores
                rows = rows_before(self._journal, held, asked)
                if rows:
                    self._tracker.log(held + 1, rows)
                    held += len(rows)
                if is_last:
                    self._tracker.end(scores)
                    return
                with self._turn:
                    if self._until == asked and not self._is_last:
                        self._turn.wait()
        except Exception as error:  # each library has errors of its own
            if not self.is_over:
                self._failed(self.name, f"{type(error).__name__}: {error}")


def rows_before(journal: Path, held: int, until: int) -> list[Row]:
    """Return the rows of metrics.jsonl after the first `held` that a step covers.

    A row of training belongs to its step. One of an epoch is written after the
    checkpoint that its last step may have, so the next step covers it.

    Args:
        journal: Path of metrics.jsonl.
        held: Lines that are passed over.
        until: Rows of training up to this step, and those of epochs before it.
    """
    if until < 0 or not journal.exists():
        return []
    rows = []
    for line in journal.read_bytes().split(b"\n")[held:-1]:
        row = json.loads(line)
        if row["step"] + (row["kind"] != "train") > until:
            break
        rows.append(row)
    return rows
