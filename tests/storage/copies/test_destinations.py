"""Copies are proved by reading them back, in a folder and in a store."""

import errno
import os
import sys
import uuid

from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.copies.destinations import Destination, DestinationNotUsable
from dist_invention.storage.hashing import CorruptFile, file_sha256
from fsspec.registry import _registry
import pytest

SENTENCES = r"(?s)^Expected .* Received: .*\. (Check|Run|Correct) "


@pytest.fixture(params=["folder", "file url", "memory"])
def place(request, tmp_path):
    urls = {
        "folder": str(tmp_path / "copies"),
        "file url": f"file://{tmp_path}/copies",
        "memory": f"memory://{uuid.uuid4().hex}/copies",
    }
    return Destination(urls[request.param])


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local.npz"
    path.write_bytes(bytes(range(256)) * 9)
    return path


def test_a_probe_leaves_nothing(place):
    place.probe()
    assert place.names() == []


def test_a_copy_comes_back_as_it_was(place, local, tmp_path):
    assert place.names() == []
    digest = place.put(local, "run/checkpoints/g1.npz")
    place.put(b"bytes", "other/a.bin")
    assert digest == file_sha256(local)
    assert place.sha256("run/checkpoints/g1.npz") == digest
    assert place.read("other/a.bin") == b"bytes"
    assert place.names() == ["other/a.bin", "run/checkpoints/g1.npz"]
    assert place.names("run") == ["run/checkpoints/g1.npz"]
    assert place.get("run/checkpoints/g1.npz", tmp_path / "back.npz") == digest
    assert file_sha256(tmp_path / "back.npz") == digest
    local.write_bytes(b"second")
    assert place.put(local, "other/a.bin") == file_sha256(local)
    place.remove("other/a.bin")
    place.remove("other/a.bin")
    assert place.names("other") == []


def test_what_is_not_there_is_not_found(place, tmp_path):
    with pytest.raises(FileNotFoundError):
        place.sha256("none")
    with pytest.raises(FileNotFoundError):
        place.get("none", tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["", "../x", "a//b", "/x"])
def test_a_name_that_leads_elsewhere_is_refused(place, local, name):
    with pytest.raises(ValueError, match="inside the destination"):
        place.put(local, name)


def test_a_store_that_keeps_half_and_says_so_is_found_out_by_size(faulty, local):
    store = faulty()
    store.keeps = lambda content: content[:100]
    with pytest.raises(CorruptFile, match=r"to hold 2304 bytes\. Received: 100 bytes"):
        Destination(store.url).send(local, "a.npz")


def test_a_store_that_lies_about_sizes_is_found_out_by_reading_back(faulty, local):
    store = faulty()
    store.keeps, store.size = lambda content: content[:100], lambda size: 2304
    Destination(store.url).send(local, "a.npz")
    with pytest.raises(CorruptFile, match="Do not trust this destination"):
        Destination(store.url).put(local, "a.npz")


def test_one_flipped_bit_is_found_out_by_reading_back(faulty, local):
    store = faulty()
    store.keeps = lambda content: content[:50] + bytes([content[50] ^ 1]) + content[51:]
    with pytest.raises(CorruptFile, match="Do not trust this destination"):
        Destination(store.url).put(local, "a.npz")
    with pytest.raises(DestinationNotUsable, match="Do not trust"):
        Destination(store.url).probe()


def test_a_file_that_is_replaced_while_it_is_copied_is_copied_again(faulty, local):
    store = faulty()
    replaced = []

    def before(operation, path):
        if operation == "read" and not replaced:
            local.write_bytes(bytes(2304))
            replaced.append(Destination(store.url).send(local, "a.npz"))

    store.before = before
    assert Destination(store.url).put(local, "a.npz") == file_sha256(local)


def test_a_connection_that_broke_is_opened_again(faulty, local):
    store = faulty()
    place = Destination(store.url)
    place.probe()
    first = place._store
    store.fail(1, ConnectionResetError("the server was restarted"))
    with pytest.raises(ConnectionResetError):
        place.put(local, "a.npz")
    place.put(local, "a.npz")
    assert place._store is not first
    second = place._store
    with pytest.raises(FileNotFoundError):
        place.sha256("none")
    assert place._store is second
    assert place.again()._store is None


def test_a_folder_that_fills_up_keeps_the_old_copy(tmp_path, local, monkeypatch):
    place = Destination(tmp_path / "copies")
    old = place.put(local, "a.npz")
    local.write_bytes(b"newer")

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        place.put(local, "a.npz")
    assert place.sha256("a.npz") == old
    assert os.listdir(tmp_path / "copies") == ["a.npz"]


def test_half_written_copies_are_not_listed_and_are_swept(place, local):
    place.put(local, "run/a.npz")
    place.put(local, f"run/{TEMP_PREFIX}ab-b.npz")
    assert place.names() == ["run/a.npz"]
    place.sweep("run")
    with pytest.raises(FileNotFoundError):
        place.sha256(f"run/{TEMP_PREFIX}ab-b.npz")


def test_a_destination_below_a_file_is_refused_by_the_probe(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DestinationNotUsable, match=SENTENCES):
        Destination(tmp_path / "file" / "copies").probe()


def test_an_unknown_kind_of_url_is_refused_by_the_probe():
    with pytest.raises(DestinationNotUsable, match=f"{SENTENCES}the address"):
        Destination("nosuch://bucket").probe()


@pytest.mark.parametrize(
    ("driver", "url"),
    [
        ("s3fs", "s3://bucket/x"),
        ("gcsfs", "gs://b/x"),
        ("paramiko", "sftp://me:pw@h/x"),
    ],
)
def test_a_missing_driver_says_what_to_install(driver, url, monkeypatch):
    monkeypatch.setitem(sys.modules, driver, None)
    module = "fsspec.implementations.sftp"
    monkeypatch.delitem(sys.modules, module, raising=False)
    for kind in ("s3", "gs", "sftp"):
        monkeypatch.delitem(_registry, kind, raising=False)
    with pytest.raises(DestinationNotUsable, match=SENTENCES) as error:
        Destination(url).probe()
    assert 'pip install "dist_invention[remote]"' in str(error.value)
    assert "pw" not in str(error.value)


def test_a_password_is_never_shown():
    place = Destination("nosuch://me:secret@host/results")
    assert place.label == "nosuch://me:***@host/results"
    with pytest.raises(DestinationNotUsable) as error:
        place.probe()
    assert "secret" not in str(error.value)


def test_only_a_local_place_has_a_folder_and_nothing_is_contacted(tmp_path):
    assert Destination(tmp_path).folder == tmp_path
    assert Destination("memory://x").folder is None
    assert Destination("sftp://192.0.2.1/x").folder is None
