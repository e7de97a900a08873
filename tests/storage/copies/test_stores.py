"""A folder gets a file whole or not at all, also where the mount cannot sync."""

import errno
import os

from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.copies import stores
from dist_invention.storage.copies.calls import CallWasLeft, no_beat
from dist_invention.storage.copies.stores import (
    Digest,
    Folder,
    local_root,
    source_sha256,
)
from dist_invention.storage.hashing import CHUNK_BYTES
import pytest


@pytest.fixture
def store(tmp_path):
    return Folder(str(tmp_path / "copies"))


def refuse_to_sync(monkeypatch, number):
    def fsync(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_mount_that_cannot_sync_is_no_reason_to_fail(store, monkeypatch, number):
    refuse_to_sync(monkeypatch, number)
    store.put(b"content", "run/a.json", no_beat)
    assert store.names("run") == ["run/a.json"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_leaves_the_old_copy(store, monkeypatch, number):
    store.put(b"old", "a.json", no_beat)
    refuse_to_sync(monkeypatch, number)
    with pytest.raises(OSError, match=os.strerror(number)):
        store.put(b"newer", "a.json", no_beat)
    assert source_sha256(b"old") == source_sha256((store.root / "a.json").read_bytes())
    assert os.listdir(store.root) == ["a.json"]


def test_a_copy_that_was_left_does_not_replace_a_newer_one(store):
    store.put(b"newer", "a.json", no_beat)

    def left():
        raise CallWasLeft

    with pytest.raises(CallWasLeft):
        store.put(b"old", "a.json", left)
    assert (store.root / "a.json").read_bytes() == b"newer"
    assert os.listdir(store.root) == ["a.json"]


def test_each_chunk_is_a_sign_of_life(store, tmp_path):
    beats = []
    big = tmp_path / "big"
    big.write_bytes(b"x" * (CHUNK_BYTES + 1))
    store.put(big, "big", lambda: beats.append("put"))
    digest = Digest()
    store.read("big", digest, lambda: beats.append("read"))
    assert beats == ["put", "put", "put", "read", "read"]  # the third before the rename
    assert digest.hexdigest() == source_sha256(big)


def test_a_big_file_is_forced_to_the_disk_in_steps(store, tmp_path, monkeypatch):
    forced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: forced.append(fsync(handle)))
    monkeypatch.setattr(stores, "SYNC_BYTES", 2 * CHUNK_BYTES)
    store.put(b"", "small", no_beat)
    before = len(forced)
    store.put(b"x" * (5 * CHUNK_BYTES), "big", no_beat)
    assert len(forced) - before == 2 + 2  # the file, and its folder


def test_unfinished_files_are_named_too_so_that_they_can_be_swept(store):
    store.put(b"whole", "run/a.json", no_beat)
    (store.root / "run" / f"{TEMP_PREFIX}1-b.json").write_text("half")
    assert sorted(store.names("run")) == [f"run/{TEMP_PREFIX}1-b.json", "run/a.json"]
    assert store.names("nothing") == []


def test_a_file_in_the_place_of_the_folder_is_an_error(store, tmp_path):
    (tmp_path / "copies").write_text("")
    with pytest.raises(NotADirectoryError):
        store.names("")
    with pytest.raises(OSError, match=r"exists|directory"):
        store.put(b"", "a", no_beat)


def test_an_address_is_a_folder_or_not():
    assert local_root("/storage/x") == "/storage/x"
    assert local_root("file:///storage/x") == "/storage/x"
    assert local_root("copies") == os.path.abspath("copies")
    assert local_root("~/copies") == os.path.expanduser("~/copies")
    for url in ("sftp://host/x", "s3://bucket", "memory://x", "dir::file:///x"):
        assert local_root(url) is None
