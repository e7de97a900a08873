"""A zip that was made to harm, or was harmed, is told apart from a bundle."""

import errno
import hashlib
import json
import os
import stat
import warnings
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dist_invention.storage.archives import unpacking
from dist_invention.storage.archives.unpacking import (
    check_bundle,
    prove_bundle,
    unpack_bundle,
)
import numpy as np
import pytest


def make(path, members, listed=None):
    """Write a zip of `{name or ZipInfo: bytes}` and a manifest that lists them."""
    files = [
        {
            "name": getattr(name, "filename", name),
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in members.items()
    ]
    with ZipFile(path, "w", ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members of one name
        for name, content in members.items():
            archive.writestr(name, content)
        text = json.dumps({"files": files if listed is None else listed})
        archive.writestr("MANIFEST.json", text)
    return path


def told(problems):
    return [(problem.file, problem.what) for problem in problems]


@pytest.fixture
def whole(tmp_path):
    members = {f"a/{n}.bin": os.urandom(5000) for n in range(5)}
    return make(tmp_path / "all.zip", members)


def test_a_whole_bundle_unpacks_to_what_it_lists(whole, tmp_path):
    assert check_bundle(whole) == []
    assert unpack_bundle(whole, tmp_path / "out") == []
    names = [p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.bin")]
    assert len(names) == 5
    assert (tmp_path / "out" / "MANIFEST.json").exists()


EVIL = (
    "/tmp/evil",
    "../evil",
    "a/../../evil",
    "..\\evil",
    "C:/evil",
    "C:evil",
    "//host/evil",
    "a//evil",
    "./evil",
    "..",
)


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_member_that_leads_out_is_refused_and_never_written(
    tmp_path, name, is_listed
):
    path = make(tmp_path / "all.zip", {name: b"evil"}, listed=None if is_listed else [])
    assert told(check_bundle(path)) == [(name, "refused")]
    home = tmp_path / "x" / "y" / "z"
    assert told(unpack_bundle(path, home)) == [(name, "refused")]
    written = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {"all.zip", "MANIFEST.json"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_member_that_is_a_link_or_a_device_is_refused(tmp_path, kind):
    info = ZipInfo("a/link")
    info.external_attr = (kind | 0o777) << 16
    path = make(tmp_path / "all.zip", {info: b"/etc/passwd", "a/link/x": b"through it"})
    problems = unpack_bundle(path, tmp_path / "out")
    assert told(problems) == [("a/link", "refused")]
    assert not (tmp_path / "out/a/link").is_symlink()


def test_a_member_that_is_there_twice_is_refused(tmp_path):
    twin = ZipInfo("a.txt")
    path = make(tmp_path / "all.zip", {"a.txt": b"good", twin: b"evil"})
    assert ("a.txt", "refused") in told(check_bundle(path))
    assert ("a.txt", "refused") in told(unpack_bundle(path, tmp_path / "out"))
    assert not (tmp_path / "out" / "a.txt").exists()


def test_a_file_where_a_folder_must_be_is_told(tmp_path):
    path = make(tmp_path / "all.zip", {"a": b"file", "a/b": b"below it"})
    assert told(unpack_bundle(path, tmp_path / "out")) == [("a/b", "changed")]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{", "[" * 100_000, '{"files": 1}', '{"files": [{"name": "a"}]}'],
)
def test_a_zip_without_a_manifest_of_ours_is_unreadable(tmp_path, text):
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.txt", "")
        archive.writestr("MANIFEST.json", text)
    for problems in (
        check_bundle(tmp_path / "all.zip"),
        unpack_bundle(tmp_path / "all.zip", tmp_path / "out"),
        prove_bundle(tmp_path / "all.zip", tmp_path)[0],
    ):
        assert told(problems) == [("all.zip", "unreadable")]


def test_a_manifest_of_absurd_size_is_not_read(whole, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_MANIFEST_BYTES", 10)
    [problem] = check_bundle(whole)
    assert "claims" in problem.detail


def test_every_cut_is_found(whole):
    content = whole.read_bytes()
    for size in {0, 1, 10, len(content) // 2, len(content) - 30, len(content) - 1}:
        whole.write_bytes(content[:size])
        assert check_bundle(whole), f"cut to {size} bytes"


def test_no_flipped_bit_changes_a_file_unnoticed_and_none_raises(whole):
    good = whole.read_bytes()
    with ZipFile(whole) as archive:
        expected = {name: archive.read(name) for name in archive.namelist()}
    numbers = np.random.Generator(np.random.Philox(1))
    noticed = 0
    for place in numbers.integers(0, len(good), 400):
        content = bytearray(good)
        content[place] ^= 1 << int(numbers.integers(8))
        whole.write_bytes(content)
        if check_bundle(whole):
            noticed += 1
            continue
        with ZipFile(whole) as archive:  # a date or another field that nobody reads
            assert {n: archive.read(n) for n in archive.namelist()} == expected
    assert noticed > 350


def test_too_little_room_falls_back_to_reading_it_through(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "SPARE_BYTES", 1 << 60)
    problems, tested = prove_bundle(whole, tmp_path)
    assert problems == []
    assert tested == "read through, since there is too little room to unpack it,"
    assert not (tmp_path / "unpacked").exists()


def test_a_disk_that_fills_up_falls_back_too_and_another_error_does_not(
    whole, tmp_path, monkeypatch
):
    def full(path, folder):
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(unpacking, "unpack_bundle", full)
    reason = errno.ENOSPC
    assert "too little room" in prove_bundle(whole, tmp_path)[1]
    reason = errno.EIO
    with pytest.raises(OSError, match="Input/output"):
        prove_bundle(whole, tmp_path)


def test_folders_too_deep_for_python_are_read_through(tmp_path):
    path = make(tmp_path / "all.zip", {"d/" * 1200 + "end.txt": b"deep"})
    problems, tested = prove_bundle(path, tmp_path)
    assert problems == []
    assert "too deep" in tested
