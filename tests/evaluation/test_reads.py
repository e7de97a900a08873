"""A test split is read once a run, and the read leaves a receipt."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.reads import TestReads, TestSplitAlreadyRead
import numpy as np
import pytest


def split_of(name="far", role="test", value=0.0):
    x = np.full(3, value)
    field, keys = Field("x", (), "m"), np.array(["a", "b", "c"])
    return Split(name, role, {"x": x}, (field,), ("x",), (), keys, np.arange(3))


def test_the_first_read_leaves_a_receipt_with_run_split_and_weights():
    journal, split = [], split_of()
    assert TestReads([], journal.append).read(split, "run-a", "w1") is split
    assert journal == [
        {
            "run_id": "run-a",
            "split": "far",
            "split_sha256": split.sha256,
            "weights_sha256": "w1",
            "reason": "",
            "reading": 0,
        }
    ]


def test_repeating_a_read_after_a_crash_is_free():
    journal = []
    TestReads([], journal.append).read(split_of(), "run-a", "w1")
    again = [{"time": "later", "event": "read", **receipt} for receipt in journal]
    reads = TestReads(again, journal.append)
    reads.read(split_of(), "run-a", "w1")
    assert len(journal) == 1
    assert reads.receipts == journal


def test_a_second_read_with_other_weights_is_refused_in_three_sentences():
    journal = []
    reads = TestReads([], journal.append)
    reads.read(split_of(), "run-a", "w1")
    with pytest.raises(TestSplitAlreadyRead, match=r"`far`.*`run-a`.*w1.*w2.*--reread"):
        reads.read(split_of(), "run-a", "w2")
    assert len(journal) == 1


def test_a_second_read_of_other_content_under_the_name_is_refused():
    reads = TestReads([], lambda receipt: None)
    reads.read(split_of(), "run-a", "w1")
    with pytest.raises(TestSplitAlreadyRead, match="content"):
        reads.read(split_of(value=1.0), "run-a", "w1")


def test_with_a_reason_it_is_read_again_and_counted():
    journal = []
    TestReads([], journal.append).read(split_of(), "run-a", "w1")
    reads = TestReads(journal, journal.append, "the weights were lost")
    reads.read(split_of(), "run-a", "w2")
    assert [receipt["reason"] for receipt in journal] == ["", "the weights were lost"]
    assert reads.counts == {"far": 2}
    reads.read(split_of(), "run-a", "w2")
    assert reads.counts == {"far": 2}, "repeated after a crash"


def test_a_reason_for_a_first_read_is_not_needed_and_not_noted():
    journal = []
    TestReads([], journal.append, "in case").read(split_of(), "run-a", "w1")
    assert journal[0]["reason"] == ""


def test_the_same_weights_count_again_once_the_run_was_sealed():
    journal = []
    TestReads([], journal.append).read(split_of(), "run-a", "w1")
    for _ in range(2):  # the second time after a crash
        reads = TestReads(journal, journal.append, "the metric was mended", 1)
        reads.read(split_of(), "run-a", "w1")
        assert reads.counts == {"far": 2}
    reads = TestReads(journal, journal.append, "and again", 2)
    reads.read(split_of(value=1.0), "run-a", "w1")
    assert [row["reading"] for row in journal] == [0, 1, 2]


def test_a_receipt_of_a_run_before_reasons_were_noted_is_a_first_read():
    old = {"run_id": "run-a", "split": "far", "split_sha256": "s"}
    reads = TestReads([{**old, "weights_sha256": "w"}], lambda receipt: None)
    assert [(row["reason"], row["reading"]) for row in reads.receipts] == [("", 0)]


def test_another_run_and_another_split_have_reads_of_their_own():
    journal = []
    reads = TestReads([], journal.append)
    reads.read(split_of(), "run-a", "w1")
    reads.read(split_of(), "run-b", "w2")
    reads.read(split_of("near"), "run-a", "w1")
    assert len(journal) == 3


@pytest.mark.parametrize("role", ["train", "select"])
def test_train_and_select_splits_need_no_receipt(role):
    journal = []
    reads = TestReads([], journal.append)
    reads.read(split_of(role=role), "run-a", "w1")
    reads.read(split_of(role=role), "run-a", "w2")
    assert journal == []


def test_a_receipt_that_cannot_be_written_stops_the_read():
    def full_disk(receipt):
        raise OSError("no space left")

    reads = TestReads([], full_disk)
    with pytest.raises(OSError, match="no space left"):
        reads.read(split_of(), "run-a", "w1")
    assert reads.receipts == []


def test_a_receipt_without_weights_is_refused():
    broken = {"run_id": "run-a", "split": "far", "split_sha256": "s"}
    with pytest.raises(ValueError, match=r"without \['weights_sha256'\]"):
        TestReads([broken], lambda receipt: None)
