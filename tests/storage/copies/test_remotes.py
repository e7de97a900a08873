"""An object store gets one upload a file; SFTP and S3 servers have their own tests."""

import uuid

from dist_invention.storage.copies.calls import CallWasLeft, no_beat
from dist_invention.storage.copies.remotes import PART_BYTES, ObjectStore, connect
from dist_invention.storage.copies.stores import Digest, source_sha256
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry
import pytest


class InMemory(MemoryFileSystem):
    """A file system in memory in the place of a cloud's driver."""

    protocol = ("gs", "gcs")
    options: list[dict] = []

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("gs://", "memory://"))

    def put_file(self, lpath, rpath, **options):
        self.options.append(options)
        super().put_file(lpath, rpath, **options)


@pytest.fixture
def gs(monkeypatch):
    monkeypatch.setitem(_registry, "gs", InMemory)
    return f"gs://{uuid.uuid4().hex}/copies"


def test_a_bucket_is_driven_by_the_same_code(gs):
    store = connect(gs)
    assert isinstance(store, ObjectStore)
    assert store.names("run") == []
    store.put(b"content", "run/a.json", no_beat)
    assert store.names("") == store.names("run") == ["run/a.json"]
    assert store.size("run/a.json") == 7
    store.remove("run/a.json")
    store.remove("run/a.json")
    with pytest.raises(FileNotFoundError):
        store.size("run/a.json")
    store.close()


def test_a_big_file_goes_in_parts_that_are_signs_of_life(gs, tmp_path):
    store, beats = connect(gs), []
    content = bytes(PART_BYTES + 1)
    path = tmp_path / "big"
    path.write_bytes(content)
    for source in (path, content):
        store.put(source, "big", lambda: beats.append(1))
        digest = Digest()
        store.read("big", digest, no_beat)
        assert digest.hexdigest() == source_sha256(content)
    assert beats
    assert InMemory.options[-1]["chunksize"] == PART_BYTES


def test_an_upload_that_was_left_ends(gs, tmp_path):
    path = tmp_path / "big"
    path.write_bytes(bytes(PART_BYTES + 1))

    def left():
        raise CallWasLeft

    with pytest.raises(CallWasLeft):
        connect(gs).put(path, "big", left)


def test_each_connection_is_a_fresh_one():
    assert connect("memory://x")._system is not connect("memory://x")._system
