"""Runs are found wherever they lie, and each says what it lacks."""

import shutil

from dist_invention.storage import (
    CheckpointFolder,
    FoundRun,
    RunFolder,
    find_runs,
    holds_files,
    inspect,
    registry,
)
import numpy as np
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


def finished(folder, name):
    with RunFolder.open(folder, name, ABOUT) as run:
        run.artifact("stages/01-x/old.pkl").write_bytes(b"\x80never unpickled")
        run.seal({"status": "finished"})
    return run.path


def unfinished(folder, name):
    with RunFolder.open(folder, name, ABOUT) as run:
        checkpoints = CheckpointFolder(run.checkpoints)
        for step in (1, 2):
            checkpoints.write(step, {"w": np.arange(4.0)}, {})
    return run.path


def listed(path):
    return [(p.file, p.what) for p in inspect(path).problems]


def test_runs_are_found_at_any_depth_and_once(tmp_path):
    deep = finished(tmp_path / "runs" / "campaign", "b")
    flat = finished(tmp_path / "runs", "a")
    found = find_runs([tmp_path / "runs", tmp_path], use_registry=False)
    assert found == [FoundRun(flat), FoundRun(deep)]


def test_runs_behind_links_are_found_and_loops_end(tmp_path):
    path = finished(tmp_path / "storage" / "old", "a")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "old").symlink_to(tmp_path / "storage")
    (tmp_path / "storage" / "loop").symlink_to(tmp_path / "runs")
    [run] = find_runs([tmp_path / "runs"], use_registry=False)
    assert run.path.resolve() == path
    assert inspect(run).is_whole
    both = find_runs([tmp_path / "runs", tmp_path / "storage"])
    assert len(both) == 1


def test_what_cannot_be_searched_is_told(tmp_path):
    path = finished(tmp_path, "a")
    with open(registry.home() / "runs.jsonl", "ab") as stream:
        stream.write(b"{torn\n")
    problems = []
    assert find_runs([], problems=problems) == [FoundRun(path)]
    assert [problem.what for problem in problems] == ["changed"]


def test_a_run_that_is_empty_holds_no_files(tmp_path):
    assert holds_files(FoundRun(finished(tmp_path, "a")))
    (tmp_path / "b").mkdir()
    assert not holds_files(FoundRun(tmp_path / "b"))
    assert not holds_files(FoundRun(tmp_path / "a", is_gone=True))


def test_a_run_holds_no_other_run(tmp_path):
    path = finished(tmp_path, "a")
    (path / "stages" / "run.json").write_text("{}")
    assert find_runs([tmp_path], use_registry=False) == [FoundRun(path)]


def test_the_registry_knows_runs_that_no_folder_given_holds(tmp_path):
    path = finished(tmp_path / "elsewhere", "a")
    assert find_runs([tmp_path / "none"]) == [FoundRun(path)]
    assert find_runs([tmp_path / "none"], use_registry=False) == []


def test_a_registered_run_deleted_since_is_listed_as_gone(tmp_path):
    path = finished(tmp_path, "a")
    shutil.rmtree(path)
    [run] = find_runs([tmp_path])
    assert run == FoundRun(path, is_gone=True)
    seen = inspect(run)
    assert (seen.status, seen.files, seen.is_whole) == ("gone", (), False)
    assert registry.registered() == [path]


def test_a_run_whose_run_json_was_deleted_is_still_found(tmp_path):
    path = finished(tmp_path, "a")
    (path / "run.json").unlink()
    assert find_runs([tmp_path], use_registry=False) == [FoundRun(path)]
    assert listed(path) == [("run.json", "missing")]


def test_a_sealed_run_is_whole(tmp_path):
    seen = inspect(finished(tmp_path, "a"))
    assert (seen.status, seen.problems, seen.is_whole) == ("finished", (), True)
    names = [name for name, _ in seen.files]
    assert "manifest.json" in names
    assert "LOCK" not in names
    assert seen.size == sum(path.stat().st_size for _, path in seen.files)


def test_a_damaged_file_of_a_sealed_run_is_named(tmp_path):
    path = finished(tmp_path, "a")
    (path / "stages/01-x/old.pkl").write_bytes(b"\x80never unpicklec")
    assert listed(path) == [("stages/01-x/old.pkl", "changed")]


def test_an_extra_file_is_named_and_harms_nothing(tmp_path):
    path = finished(tmp_path, "a")
    (path / "notes.txt").write_text("mine")
    assert listed(path) == [("notes.txt", "extra")]
    assert inspect(path).is_whole


def test_a_sealed_run_that_lost_its_results_says_so(tmp_path):
    path = finished(tmp_path, "a")
    (path / "results.json").unlink()
    assert listed(path) == [("results.json", "missing")]


def test_an_unfinished_run_says_what_is_missing(tmp_path):
    seen = inspect(unfinished(tmp_path, "a"))
    assert seen.status == "unfinished"
    assert [(p.file, p.what) for p in seen.problems] == [
        ("manifest.json", "missing"),
        ("results.json", "missing"),
    ]


@pytest.mark.parametrize(
    "name",
    ["run.json", "events.jsonl", "checkpoints/g000000002.npz"],
)
def test_a_damaged_file_of_an_unfinished_run_is_named(tmp_path, name):
    path = unfinished(tmp_path, "a")
    content = (path / name).read_bytes()
    (path / name).write_bytes(content.replace(b'"', b"'"))
    assert (name, "changed") in listed(path)


def test_a_run_refused_before_it_trained_lacks_nothing(tmp_path):
    about = {"config": {}, "config_sha256": "ab"}
    with RunFolder.open(tmp_path, "refused", about) as run:
        run.fail("ValueError: no such stage")
    assert inspect(tmp_path / "refused").is_whole
    with RunFolder.open(tmp_path, "lost", about) as run:
        run.record("checkpoint", step=5)
        run.fail("OSError: the disk is gone")
    assert not inspect(tmp_path / "lost").is_whole
