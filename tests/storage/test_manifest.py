"""The manifest lists every file, and names each that differs."""

import json
import os

from dist_invention.storage import manifest
from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.hashing import CorruptFile
from dist_invention.storage.manifest import Problem
import pytest


@pytest.fixture
def folder(tmp_path):
    for name in (
        "results.json",
        "stages/01-a/model.keras",
        "stages/02-b/manifest.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
    (tmp_path / "LOCK").write_text("{}")
    (tmp_path / f"{TEMP_PREFIX}ab-results.json").write_text("half")
    manifest.write(tmp_path)
    return tmp_path


def test_it_lists_every_file_but_lock_itself_and_temporaries(folder):
    content = json.loads((folder / "manifest.json").read_text())
    assert [entry["name"] for entry in content["files"]] == [
        "results.json",
        "stages/01-a/model.keras",
        "stages/02-b/manifest.json",
    ]
    assert content["files"][0]["size"] == len("content of results.json")
    assert len(content["files"][0]["sha256"]) == 64


def test_what_other_tools_keep_in_tracking_is_neither_listed_nor_extra(folder):
    store = folder / "tracking" / "mlflow" / "mlflow.db"
    store.parent.mkdir(parents=True)
    store.write_text("changes when somebody looks at it")
    (folder / "tracking" / "debug.log").symlink_to("/no/such/file")
    assert manifest.verify(folder) == []
    assert "tracking" not in str(manifest.build(folder))


def test_an_untouched_folder_verifies_and_builds_equal(folder):
    assert manifest.verify(folder) == []
    assert manifest.build(folder) == manifest.read(folder)


def test_each_file_that_differs_is_named(folder):
    (folder / "results.json").unlink()
    (folder / "stages/01-a/model.keras").write_text("short")
    same_size = "Content of stages/02-b/manifest.json"
    (folder / "stages/02-b/manifest.json").write_text(same_size)
    (folder / "late.txt").write_text("")
    problems = manifest.verify(folder)
    assert [(p.file, p.what) for p in problems] == [
        ("late.txt", "extra"),
        ("results.json", "missing"),
        ("stages/01-a/model.keras", "changed"),
        ("stages/02-b/manifest.json", "changed"),
    ]
    assert "5 bytes" in problems[2].detail
    assert "another SHA-256" in problems[3].detail


def test_a_missing_manifest_is_a_problem(tmp_path):
    assert manifest.verify(tmp_path) == [Problem("manifest.json", "missing")]


DAMAGED = (
    *("", "[]", "7", '{"files": [{"name": "a"}]}', '{"files"', '{"files": {}}'),
    *("[" * 100_000, '{"files": [{"name": 1, "size": 1, "sha256": "ab"}]}'),
)


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_manifest_is_a_problem(folder, text):
    (folder / "manifest.json").write_text(text)
    assert [(p.file, p.what) for p in manifest.verify(folder)] == [
        ("manifest.json", "changed")
    ]
    with pytest.raises(CorruptFile, match=r"Fetch the file"):
        manifest.read(folder)


def test_a_link_that_leads_out_is_not_listed_and_named_if_it_was(folder):
    (folder / "results.json").rename(folder.parent / "elsewhere.json")
    (folder / "results.json").symlink_to(folder.parent / "elsewhere.json")
    assert [(p.file, p.what) for p in manifest.verify(folder)] == [
        ("results.json", "link")
    ]
    assert "results.json" not in [name for name, _ in manifest.contents(folder)]


def test_a_fifo_in_the_place_of_a_file_is_a_change_and_hangs_nobody(folder):
    (folder / "results.json").unlink()
    os.mkfifo(folder / "results.json")
    os.mkfifo(folder / "another")
    assert [(p.file, p.what) for p in manifest.verify(folder)] == [
        ("another", "extra"),
        ("results.json", "changed"),
    ]


def test_names_in_a_manifest_that_lead_out_are_never_opened(folder):
    outside = folder.parent / "outside.txt"
    outside.write_text("not ours")
    content = manifest.read(folder)
    entry = {**content["files"][0], "name": "../outside.txt"}
    (folder / "manifest.json").write_text(json.dumps({**content, "files": [entry]}))
    assert ("../outside.txt", "missing") in [
        (p.file, p.what) for p in manifest.verify(folder)
    ]


def test_files_of_a_folder_that_cannot_be_read_are_not_called_missing():
    listed = {"files": [{"name": "a/b.txt", "size": 1, "sha256": "ab"}]}
    closed = Problem("a", "unreadable")
    assert manifest.compare(listed, {}, [closed]) == [closed]


def test_a_size_that_is_not_known_is_not_compared():
    listed = {"files": [{"name": "a", "size": 1, "sha256": "ab"}]}
    assert manifest.compare(listed, {"a": (None, "ab")}, []) == []
    [problem] = manifest.compare(listed, {"a": (None, "cd")}, [])
    assert str(problem) == "a: changed (another SHA-256)"
