"""Copies are proved by reading them back, in a folder and in a store."""

import errno
import os
import uuid

from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.destinations import Destination, DestinationNotUsable
from dist_invention.storage.hashing import CorruptFile, file_sha256
import fsspec
import pytest


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
    place.put(local, "other/a.bin")
    assert digest == file_sha256(local)
    assert place.sha256("run/checkpoints/g1.npz") == digest
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


def test_a_store_that_lies_is_found_out(local, monkeypatch):
    place = Destination(f"memory://{uuid.uuid4().hex}")
    system = fsspec.filesystem("memory")

    def lie(source, target, **options):
        system.pipe_file(target, b"something else")

    monkeypatch.setattr(system, "put_file", lie)
    with pytest.raises(CorruptFile, match="Do not trust this destination"):
        place.put(local, "a.npz")


def test_a_file_that_grew_while_it_was_copied_is_copied_again(local, monkeypatch):
    place = Destination(f"memory://{uuid.uuid4().hex}")
    system = fsspec.filesystem("memory")
    true_put = system.put_file
    grown = []

    def put(source, target, **options):
        if not grown:
            with open(source, "ab") as stream:
                stream.write(b"one line more")
            grown.append(True)
        true_put(source, target, **options)

    monkeypatch.setattr(system, "put_file", put)
    assert place.put(local, "events.jsonl") == file_sha256(local)


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


def test_half_written_copies_are_not_listed(tmp_path, local):
    place = Destination(tmp_path / "copies")
    place.put(local, "a.npz")
    (tmp_path / "copies" / f"{TEMP_PREFIX}ab-b.npz").write_text("half")
    assert place.names() == ["a.npz"]


def test_a_destination_below_a_file_is_refused_by_the_probe(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        DestinationNotUsable, match=r"(?s)^Expected .* Received: .*\. Check "
    ):
        Destination(tmp_path / "file" / "copies").probe()


def test_an_unknown_kind_of_url_is_refused_by_the_probe():
    with pytest.raises(DestinationNotUsable, match="nosuch://bucket"):
        Destination("nosuch://bucket").probe()


def test_a_password_is_never_shown():
    place = Destination("nosuch://me:secret@host/results")
    assert place.label == "nosuch://me:***@host/results"
    with pytest.raises(DestinationNotUsable) as error:
        place.probe()
    assert "secret" not in str(error.value)


def test_only_a_local_place_has_a_folder(tmp_path):
    assert Destination(tmp_path).folder == tmp_path
    assert Destination("memory://x").folder is None
