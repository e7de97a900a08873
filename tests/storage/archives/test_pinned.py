"""A pinned file stays what it was, whatever others do to its path."""

import hashlib
import io
import os

from dist_invention.storage.archives.pinned import CutShort, PinnedFile
import pytest


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_what_is_taken_is_hashed_and_copied(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(os.urandom(3_000_000))
    sink = io.BytesIO()
    with PinnedFile(path) as file:
        taken = file.take(sink)
    assert sink.getvalue() == path.read_bytes()
    assert taken.size == 3_000_000
    assert taken.sha256 == sha256(path.read_bytes())
    assert not taken.has_seal


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 64, b"y" * 3_000_000])
def test_a_seal_is_the_hash_of_all_before_it(tmp_path, content):
    path = tmp_path / "g.npz"
    path.write_bytes(content + sha256(content).encode())
    with PinnedFile(path) as file:
        assert file.take().has_seal
    path.write_bytes(content)
    with PinnedFile(path) as file:
        assert not file.take().has_seal


def test_a_removed_or_replaced_file_reads_as_it_was(tmp_path):
    path = tmp_path / "g.npz"
    path.write_bytes(b"old")
    with PinnedFile(path) as file:
        path.unlink()
        path.write_bytes(b"something new")
        assert file.read() == b"old"
        assert file.is_untouched()


def test_what_is_appended_later_does_not_count(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b"')
    with PinnedFile(path, whole_lines=True) as file, open(path, "ab") as stream:
        stream.write(b": 2}\n")
        stream.flush()
        assert file.read() == b'{"a": 1}\n'
        assert file.lines() == 1
        assert not file.is_untouched()


def test_the_last_line_break_is_found_far_from_the_end(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"one\n" + b"x" * 2_500_000)
    with PinnedFile(path, whole_lines=True) as file:
        assert file.size == 4
    path.write_bytes(b"x" * 10)
    with PinnedFile(path, whole_lines=True) as file:
        assert (file.size, file.lines()) == (0, 0)


def test_a_file_that_is_cut_meanwhile_says_how_much_was_read(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(b"0123456789")
    with PinnedFile(path) as file:
        os.truncate(path, 4)
        with pytest.raises(CutShort, match="cut while it was read") as caught:
            file.take()
    assert (caught.value.taken.size, caught.value.taken.sha256) == (4, sha256(b"0123"))


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path):
        with pytest.raises(OSError, match="no regular file"):
            PinnedFile(path)
