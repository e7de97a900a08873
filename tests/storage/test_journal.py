"""Lines that survive: a torn tail, a full disk, a cut."""

import os
import resource
import threading

from dist_invention.storage.hashing import CorruptFile
from dist_invention.storage.journal import Journal, JournalFrozen
import pytest


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "events.jsonl")
    journal.append({"event": "opened"})
    journal.append({"event": "epoch", "epoch": 1})
    return journal


def test_lines_come_back_in_order(journal):
    assert journal.read() == [{"event": "opened"}, {"event": "epoch", "epoch": 1}]
    assert journal.lines == 2


def test_a_journal_without_a_file_is_empty(tmp_path):
    journal = Journal(tmp_path / "none.jsonl")
    assert (journal.read(), journal.lines) == ([], 0)
    journal.sync()
    journal.truncate_to(0)
    assert not journal.path.exists()


@pytest.mark.parametrize("torn", [b'{"event": "ha', b'{"event": "whole"}', b"\0\0\0"])
def test_a_torn_last_line_is_dropped_and_never_merges(journal, torn):
    with open(journal.path, "ab") as stream:
        stream.write(torn)
    after_crash = Journal(journal.path)
    assert after_crash.read() == journal.read()
    assert after_crash.lines == 2
    after_crash.append({"event": "resumed"})
    events = [event["event"] for event in after_crash.read()]
    assert events == ["opened", "epoch", "resumed"]
    assert torn not in journal.path.read_bytes()


def test_a_file_that_holds_only_a_torn_line_starts_anew(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event"')
    Journal(path).append({"event": "opened"})
    assert path.read_bytes() == b'{"event": "opened"}\n'


def test_a_disk_that_fills_in_the_middle_of_a_line_keeps_the_lines_before(journal):
    before = journal.path.read_bytes()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 5, old[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            journal.append({"event": "epoch", "epoch": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert journal.path.read_bytes() == before
    journal.append({"event": "epoch", "epoch": 2})
    assert journal.lines == 3


def test_a_damaged_line_in_the_middle_is_named(journal):
    content = journal.path.read_bytes().replace(b"opened", b'op"ned')
    journal.path.write_bytes(content)
    with pytest.raises(CorruptFile, match="line 1"):
        journal.read()


def test_a_line_that_is_no_object_is_named(tmp_path):
    (tmp_path / "a.jsonl").write_text("{}\n[1]\n")
    with pytest.raises(CorruptFile, match="line 2"):
        Journal(tmp_path / "a.jsonl").read()


def test_durable_lines_are_synced_and_others_are_not(journal, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    journal.append({"step": 1}, durable=False)
    assert synced == []
    journal.append({"step": 2})
    assert len(synced) == 1
    journal.sync()
    assert len(synced) == 2


def test_nan_is_refused_and_the_file_stays(journal):
    before = journal.path.read_bytes()
    with pytest.raises(ValueError, match="`loss`"):
        journal.append({"loss": float("nan")})
    assert journal.path.read_bytes() == before


def test_cutting_back_keeps_exactly_the_first_lines(journal):
    first = journal.path.read_bytes().split(b"\n")[0]
    with open(journal.path, "ab") as stream:
        stream.write(b"torn")
    journal.truncate_to(1)
    assert journal.path.read_bytes() == first + b"\n"
    journal.append({"event": "again"})
    assert [event["event"] for event in journal.read()] == ["opened", "again"]


def test_cutting_to_more_lines_than_there_are_is_refused(journal):
    with pytest.raises(ValueError, match=r"at least 3 lines.*2 lines"):
        journal.truncate_to(3)


def test_a_crash_during_the_cut_keeps_every_line(journal, monkeypatch):
    def crash(*arguments):
        raise OSError("crash")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(OSError, match="crash"):
        journal.truncate_to(0)
    assert Journal(journal.path).lines == 2


def test_the_count_follows_lines_that_another_object_wrote(journal):
    Journal(journal.path).append({"event": "from elsewhere"})
    assert journal.lines == 3
    journal.append({"event": "here"})
    assert len(journal.read()) == journal.lines == 4


def test_a_frozen_journal_refuses_lines_and_cuts(journal):
    journal.freeze()
    with pytest.raises(JournalFrozen, match="sealed"):
        journal.append({"event": "late"})
    with pytest.raises(JournalFrozen, match="sealed"):
        journal.truncate_to(0)
    assert journal.lines == 2
    journal.thaw()
    journal.append({"event": "opened again"})
    assert journal.lines == 3


def test_many_threads_append_whole_lines_one_after_the_other(tmp_path):
    journal = Journal(tmp_path / "events.jsonl")

    def write(thread):
        for number in range(50):
            journal.append({"thread": thread, "number": number}, durable=False)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = journal.read()
    assert journal.lines == len(rows) == 200
    for thread in range(4):
        own = [row["number"] for row in rows if row["thread"] == thread]
        assert own == list(range(50))
