"""Crash between two writes, full disk: the old file or the new one, never half."""

import errno
import os
import stat

from dist_invention.storage import atomic
from dist_invention.storage.atomic import (
    FolderNotWritable,
    TooLittleRoom,
    atomic_file,
    check_writable,
    free_bytes,
    require_room,
    sweep,
    write_bytes,
    write_json,
    write_text,
)
import pytest


def fails(number):
    def call(*arguments, **named):
        raise OSError(number, os.strerror(number))

    return call


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["model.keras", "model.weights.h5", "results.json"])
def test_the_temporary_file_ends_as_its_target_does(tmp_path, name):
    with atomic_file(tmp_path / name) as temp:
        assert temp.parent == tmp_path
        assert temp.name != name
        assert temp.name.endswith(name)
        temp.write_bytes(b"new")
    assert names(tmp_path) == [name]


def test_the_target_changes_only_at_the_end(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with atomic_file(target) as temp:
        temp.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_an_error_while_writing_keeps_the_old_file_and_leaves_nothing(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write_half():
        with atomic_file(target) as temp:
            temp.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("call", "number"),
    [("fsync", errno.ENOSPC), ("fsync", errno.EIO), ("replace", errno.EIO)],
)
def test_a_disk_that_fails_keeps_the_old_file(tmp_path, monkeypatch, call, number):
    target = tmp_path / "a.txt"
    target.write_text("old")
    monkeypatch.setattr(os, call, fails(number))
    with pytest.raises(OSError, match=os.strerror(number)):
        write_text(target, "new")
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_writer_that_wrote_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_file(tmp_path / "a.txt"):
        pass
    assert names(tmp_path) == []


def test_content_reaches_the_disk_before_the_name_does(tmp_path, monkeypatch):
    order = []
    true_fsync, true_replace = os.fsync, os.replace

    def fsync(handle):
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        order.append("folder" if is_folder else "file")
        true_fsync(handle)

    def replace(*arguments):
        order.append("rename")
        true_replace(*arguments)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_bytes(tmp_path / "a.bin", b"x")
    assert order == ["file", "rename", "folder"]


def test_a_mount_that_cannot_sync_folders_is_tolerated(tmp_path, monkeypatch):
    true_fsync = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no")
        true_fsync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_missing_folders_are_made(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "new")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "new"


def test_json_that_cannot_be_encoded_never_touches_the_file(tmp_path):
    target = tmp_path / "a.json"
    write_json(target, {"loss": 0.5})
    with pytest.raises(ValueError, match="`loss`"):
        write_json(target, {"loss": float("nan")})
    assert target.read_text() == '{\n  "loss": 0.5\n}\n'


def test_sweep_removes_what_a_crash_left_and_nothing_else(tmp_path):
    write_text(tmp_path / "stages" / "model.keras", "whole")
    left = tmp_path / "stages" / f"{atomic.TEMP_PREFIX}0123abcd-model.keras"
    left.write_text("half")
    assert sweep(tmp_path) == [left]
    assert names(tmp_path / "stages") == ["model.keras"]


def test_a_writable_folder_passes_and_stays_empty(tmp_path):
    check_writable(tmp_path / "new" / "runs")
    assert names(tmp_path / "new" / "runs") == []


def test_a_folder_below_a_file_is_refused_even_for_root(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable, match=r"^Expected .* Received: .*\. Choose "):
        check_writable(tmp_path / "file" / "runs")
    with pytest.raises(FolderNotWritable):
        check_writable(tmp_path / "file")


def test_a_full_disk_is_found_by_the_probe(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", fails(errno.ENOSPC))
    with pytest.raises(FolderNotWritable, match="No space left"):
        check_writable(tmp_path)
    assert names(tmp_path) == []


def test_room_is_measured_for_a_folder_that_does_not_exist_yet(tmp_path):
    assert free_bytes(tmp_path / "a" / "b") > 0


def test_too_little_room_names_both_sizes(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "free_bytes", lambda folder: 1_500_000)
    require_room(tmp_path, 1_500_000)
    with pytest.raises(TooLittleRoom, match=r"2\.0 MB .* 1\.5 MB free"):
        require_room(tmp_path, 2_000_000)
