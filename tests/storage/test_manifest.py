"""The manifest lists every file, and names each that differs."""

import json

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


@pytest.mark.parametrize("text", ["", "[]", '{"files": [{"name": "a"}]}', '{"files"'])
def test_a_damaged_manifest_is_a_problem(folder, text):
    (folder / "manifest.json").write_text(text)
    assert [(p.file, p.what) for p in manifest.verify(folder)] == [
        ("manifest.json", "changed")
    ]
    with pytest.raises(CorruptFile, match=r"Fetch the file"):
        manifest.read(folder)
