"""One zip of many runs: atomic, read back, and honest about what is not in it."""

import json
import os
import zipfile

from dist_invention.storage import (
    CorruptFile,
    RunFolder,
    TooLittleRoom,
    check_bundle,
    file_sha256,
    inspect,
    write_bundle,
)
from dist_invention.storage import bundle as module
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}
NAMES = ("m.keras", "m.weights.h5", "t.csv", "a.npz", "old.pkl", "p.png", "x.log")


@pytest.fixture
def runs(tmp_path):
    seen = []
    for folder in ("one", "two"):
        with RunFolder.open(tmp_path / folder, "a", ABOUT) as run:
            for name in NAMES:
                run.artifact(f"files/{name}").write_bytes(folder.encode() * 99)
            run.seal({"status": "finished"})
        seen.append(inspect(run.path))
    return seen


def test_every_kind_of_file_is_in_it_as_bytes(runs, tmp_path):
    bundle = write_bundle(runs, tmp_path / "out" / "all.zip")
    assert bundle.sha256 == file_sha256(bundle.path)
    assert check_bundle(bundle.path) == []
    with zipfile.ZipFile(bundle.path) as archive:
        for folder, word in (("a", b"one"), ("a~2", b"two")):
            for name in NAMES:
                assert archive.read(f"{folder}/files/{name}") == word * 99
        content = json.loads(archive.read("MANIFEST.json"))
    assert [run["status"] for run in content["runs"]] == ["finished", "finished"]
    assert len(content["files"]) == bundle.files == sum(len(r.files) for r in runs)


def test_what_a_run_lacks_stands_in_the_manifest(runs, tmp_path):
    (runs[0].path / "results.json").unlink()
    bundle = write_bundle([inspect(runs[0].path)], tmp_path / "all.zip")
    with zipfile.ZipFile(bundle.path) as archive:
        [run] = json.loads(archive.read("MANIFEST.json"))["runs"]
    assert run["problems"] == [
        {"file": "results.json", "what": "missing", "detail": ""}
    ]


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_saved(runs, tmp_path):
    (runs[0].path / "files" / "t.csv").unlink()  # after it was inspected
    bundle = write_bundle(runs, tmp_path / "all.zip")
    assert [(p.file, p.what) for p in bundle.problems] == [
        ("a/files/t.csv", "unreadable")
    ]
    assert bundle.files == sum(len(run.files) for run in runs) - 1
    assert check_bundle(bundle.path) == []


def test_a_changed_bundle_is_found(runs, tmp_path):
    path = write_bundle(runs, tmp_path / "all.zip").path
    content = bytearray(path.read_bytes())
    content[content.index(b"two" * 99)] ^= 1
    path.write_bytes(content)
    [problem] = check_bundle(path)
    assert problem.file.startswith("a~2/files/")
    assert problem.what == "changed"


def test_a_member_that_is_missing_or_extra_is_found(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("extra.txt", "")
        files = [{"name": "gone.txt", "sha256": "ab"}]
        archive.writestr("MANIFEST.json", json.dumps({"files": files}))
    assert [(p.file, p.what) for p in check_bundle(path)] == [
        ("extra.txt", "extra"),
        ("gone.txt", "missing"),
    ]


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut short"])
def test_what_is_no_zip_is_a_problem(tmp_path, content):
    (tmp_path / "all.zip").write_bytes(content)
    [problem] = check_bundle(tmp_path / "all.zip")
    assert (problem.file, problem.what) == ("all.zip", "unreadable")


def test_a_bundle_that_does_not_read_back_is_never_named(runs, tmp_path, monkeypatch):
    true_add = module._add

    def rot(archive, member, path):
        return {**true_add(archive, member, path), "sha256": "0" * 64}

    monkeypatch.setattr(module, "_add", rot)
    with pytest.raises(CorruptFile, match="read back"):
        write_bundle(runs, tmp_path / "out" / "all.zip")
    assert os.listdir(tmp_path / "out") == []


def test_a_disk_without_room_is_refused_first(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SPARE_BYTES", 1 << 60)
    with pytest.raises(TooLittleRoom):
        write_bundle(runs, tmp_path / "out" / "all.zip")
    assert os.listdir(tmp_path / "out") == []
