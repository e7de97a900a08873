"""A mirror reads the journal behind training and never holds it up."""

import threading

from dist_invention.storage import Journal
from dist_invention.training.mirroring import ALL, Mirroring, rows_before
import pytest


class Notes:
    """A tracker that remembers what it was told."""

    def __init__(self, held=0, fail_at=""):
        self.held = held
        self.fail_at = fail_at
        self.lines = []
        self.ended = []
        self.told = threading.Event()

    def begin(self):
        if self.fail_at == "begin":
            raise RuntimeError("no such server")
        return self.held

    def log(self, first, rows):
        if self.fail_at == "log":
            raise RuntimeError("the disk is full")
        self.lines += [(first + i, row["step"]) for i, row in enumerate(rows)]
        self.told.set()

    def end(self, scores):
        self.ended.append(scores)


@pytest.fixture
def journal(tmp_path):
    """Train rows of steps 10, 20, 30; epochs end at 20 and 30."""
    journal = Journal(tmp_path / "metrics.jsonl")
    for step, kind in [
        (10, "train"),
        (20, "train"),
        (20, "epoch"),
        (30, "train"),
        (30, "epoch"),
    ]:
        row = {"kind": kind, "step": step, "values": {"loss": 1.0}}
        journal.append(row, durable=False)
    return journal


def mirror(tracker, journal):
    reasons = []
    live = Mirroring("notes", tracker, journal.path, lambda *told: reasons.append(told))
    live.start()
    return live, reasons


def test_rows_are_sent_once_a_checkpoint_covers_them(journal):
    assert rows_before(journal.path, 0, -1) == []
    kinds = [(row["step"], row["kind"]) for row in rows_before(journal.path, 0, 20)]
    assert kinds == [(10, "train"), (20, "train")], "the epoch may be done again"
    assert len(rows_before(journal.path, 2, 21)) == 1
    assert len(rows_before(journal.path, 0, ALL)) == 5
    assert rows_before(journal.path, 9, ALL) == []


def test_half_a_line_is_not_sent(journal):
    with journal.path.open("ab") as stream:
        stream.write(b'{"kind": "train", "st')
    assert len(rows_before(journal.path, 0, ALL)) == 5


def test_a_tracker_gets_every_row_once_and_the_scores_at_the_end(journal):
    notes = Notes()
    live, reasons = mirror(notes, journal)
    live.ask(20)
    assert notes.told.wait(10)
    assert notes.lines == [(1, 10), (2, 20)]
    live.ask(20)
    live.ask_to_end({"far/mse": 2.0})
    assert live.wait(10)
    assert notes.lines == [(1, 10), (2, 20), (3, 20), (4, 30), (5, 30)]
    assert notes.ended == [{"far/mse": 2.0}]
    assert reasons == []


def test_the_next_attempt_goes_on_after_what_is_held(journal):
    notes = Notes(held=3)
    live, _ = mirror(notes, journal)
    live.ask_to_end({})
    assert live.wait(10)
    assert notes.lines == [(4, 30), (5, 30)]


def test_a_run_that_stops_sends_no_more_than_what_is_safe(journal):
    notes = Notes()
    live, _ = mirror(notes, journal)
    live.ask(20)
    live.ask_to_end(None)
    assert live.wait(10)
    assert notes.lines == [(1, 10), (2, 20)]
    assert notes.ended == [None]


@pytest.mark.parametrize("moment", ["begin", "log"])
def test_a_tracker_that_fails_is_let_go_with_its_reason(journal, moment):
    notes = Notes(fail_at=moment)
    live, reasons = mirror(notes, journal)
    live.ask(ALL)
    live.ask_to_end({})
    assert live.wait(10)
    [(name, reason)] = reasons
    assert name == "notes"
    assert reason.startswith("RuntimeError: ")


def test_one_that_was_never_started_is_over(journal):
    live = Mirroring("notes", Notes(), journal.path, print)
    live.ask_to_end(None)
    assert live.wait(0)
