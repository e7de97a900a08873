"""A run of another version says so; a damaged one does not pass for it."""

import json

from dist_invention.storage import RunFolder
from dist_invention.storage.archives.versions import other_version
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}
RUN = {"schema": 1, "config": {}, "config_sha256": "ab", "attempts": []}


def write(folder, name, content):
    (folder / name).write_text(
        content if isinstance(content, str) else json.dumps(content)
    )


def test_a_run_of_this_version_has_no_other(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        assert other_version(run.path) is None
        run.seal({"status": "finished"})
    assert other_version(run.path) is None
    assert other_version(tmp_path / "nothing") is None


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.json", {"experiment": "x"}, "run.json has schema None, not 1"),
        ("run.json", {**RUN, "schema": 0}, "run.json has schema 0, not 1"),
        ("run.json", {"schema": 1, "config": {}}, "lacks config_sha256, attempts"),
        ("run.json", [1], "run.json is no JSON object"),
        ("manifest.json", {"schema": 1, "files": {"a": "ab"}}, "in another way"),
        ("manifest.json", {"files": []}, "manifest.json has schema None"),
        ("metrics.jsonl", "[1, 2]\n", "metrics.jsonl holds lines that are no JSON"),
    ],
)
def test_another_layout_is_named(tmp_path, name, content, reason):
    write(tmp_path, "run.json", RUN)
    write(tmp_path, name, content)
    version, why = other_version(tmp_path)
    assert version == "older version"
    assert reason in why


def test_a_later_schema_is_a_newer_version(tmp_path):
    write(tmp_path, "run.json", {**RUN, "schema": 2})
    assert other_version(tmp_path)[0] == "newer version"


@pytest.mark.parametrize("content", ["", "{", "\udcff", "[" * 100_000])
def test_what_is_no_json_is_damage_and_no_version(tmp_path, content):
    (tmp_path / "run.json").write_text(content, errors="surrogateescape")
    assert other_version(tmp_path) is None
