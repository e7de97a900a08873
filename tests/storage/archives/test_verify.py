"""Whatever a folder holds, every bundle and run in it gets its verdict."""

import zipfile

from dist_invention.storage import (
    FoundRun,
    RunFolder,
    unpack_bundle,
    verify_place,
    write_bundle,
)
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture
def run(tmp_path):
    with RunFolder.open(tmp_path / "runs" / "campaign", "a", ABOUT) as run:
        run.artifact("stages/01-x/model.keras").write_bytes(b"weights")
        run.seal({"status": "finished"})
    return run.path


def test_a_run_and_a_folder_of_runs_are_verified(run, tmp_path):
    for place in (run, tmp_path / "runs", f"file://{tmp_path}"):
        [verdict] = verify_place(place)
        assert (verdict.name, verdict.status) == (str(run), "finished")
        assert verdict.is_whole


def test_bundles_zipped_and_unpacked_are_found_beside_runs(run, tmp_path):
    bundle = write_bundle([FoundRun(run)], tmp_path / "zips" / "all.zip").path
    unpack_bundle(bundle, tmp_path / "zips" / "out")
    with zipfile.ZipFile(tmp_path / "zips" / "other.zip", "w") as archive:
        archive.writestr("a.txt", "")
    statuses = [verdict.status for verdict in verify_place(tmp_path)]
    assert sorted(statuses) == [
        "bundle",
        *("finished", "finished", "finished"),
        "unpacked bundle",
    ]
    assert [v.status for v in verify_place(bundle)] == ["bundle", "finished"]


def test_a_damaged_bundle_is_not_passed_over(run, tmp_path):
    path = tmp_path / "zips" / "results-20261120T121549672919Z.zip"
    write_bundle([FoundRun(run)], path)
    path.write_bytes(path.read_bytes()[:100])
    [verdict] = verify_place(tmp_path / "zips")
    assert verdict.problems[0].what == "unreadable"


def test_verifying_changes_nothing(run):
    before = sorted((p, p.stat().st_mtime_ns) for p in run.rglob("*"))
    assert all(verdict.is_whole for verdict in verify_place(run))
    assert sorted((p, p.stat().st_mtime_ns) for p in run.rglob("*")) == before


@pytest.mark.parametrize("name", ["missing", "empty", "text.zip"])
def test_what_holds_nothing_is_not_whole(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("no zip")
    [verdict] = verify_place(tmp_path / name)
    assert not verdict.is_whole


def test_an_address_that_nobody_knows_is_not_whole():
    [verdict] = verify_place("nosuch://place")
    assert verdict.problems[0].what == "unreadable"
