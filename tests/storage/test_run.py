"""A run's folder through its life: created, locked, reopened, sealed."""

import os
import shutil
import subprocess
import sys

from dist_invention.storage import (
    CheckpointFolder,
    FolderNotWritable,
    JournalFrozen,
    Mirror,
    RunBelongsToAnotherConfiguration,
    RunFolder,
    RunLocked,
    manifest,
    open_run,
    registry,
    run_name,
)
from dist_invention.storage.atomic import TEMP_PREFIX
import pytest

ABOUT = {"config": {"seed": 0}, "config_sha256": "ab12", "code": {"commit": "c0"}}
HOLD = """
import sys
from dist_invention.storage import RunFolder
about = {"config": {"seed": 0}, "config_sha256": "ab12"}
RunFolder.open(sys.argv[1], "a", about)
print("held", flush=True)
sys.stdin.read()
"""


def events(run):
    return [event["event"] for event in run.events.read()]


def sealed(runs_dir, run_id="a", again=False):
    with RunFolder.open(runs_dir, run_id, ABOUT, again=again) as run:
        run.metrics.append({"step": 1}, durable=False)
        run.seal({"status": "finished"})
    return run


def test_a_name_is_the_same_for_the_same_command():
    assert run_name("physics", "demo", 3, "deadbeef99") == "physics-demo-s3-deadbeef"


def test_a_new_run_has_its_layout_and_stands_in_the_registry(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        assert run.status == "new"
        assert run.run_id == "a"
        assert run.about["config"] == {"seed": 0}
        assert events(run) == ["opened"]
        assert run.events.read()[0]["time"].endswith("+00:00")
        for folder in (run.checkpoints, run.stages, run.figures):
            assert folder.is_dir()
    assert registry.registered() == [tmp_path / "runs" / "a"]


def test_an_unfinished_run_is_reopened_and_swept(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(3, {}, {})
        half = run.checkpoints / f"{TEMP_PREFIX}0-g000000004.npz"
        half.write_text("half")
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        assert run.status == "unfinished"
        assert not half.exists()
        assert events(run) == ["opened", "opened"]
        assert len(run.about["attempts"]) == 2


def test_a_run_is_finished_once_results_and_manifest_are_there(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        run.seal({"status": "finished"})
        assert run.status == "finished"
        assert events(run) == ["opened", "finished"]
        with pytest.raises(JournalFrozen):
            run.record("late")
    assert manifest.verify(run.path) == []


def test_a_crash_between_results_and_manifest_leaves_it_unfinished(
    tmp_path, monkeypatch
):
    def crash(folder):
        raise KeyboardInterrupt

    run = RunFolder.open(tmp_path, "a", ABOUT)
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "write", crash)
        with pytest.raises(KeyboardInterrupt):
            run.seal({"status": "finished"})
    run.close()
    assert (run.path / "results.json").exists()
    assert run.status == "new"
    assert sealed(tmp_path).status == "finished"


def test_opening_a_finished_run_changes_no_byte_of_it(tmp_path):
    sealed(tmp_path)
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        assert run.status == "finished"
        with pytest.raises(JournalFrozen):
            run.record("late")
    assert manifest.verify(run.path) == []


def test_again_starts_another_run_beside_a_finished_one(tmp_path):
    sealed(tmp_path)
    with RunFolder.open(tmp_path, "a", ABOUT, again=True) as second:
        assert second.run_id == "a-2"
    with RunFolder.open(tmp_path, "a", ABOUT, again=True) as resumed:
        assert resumed.run_id == "a-2"
    assert sealed(tmp_path, again=True).run_id == "a-2"
    assert sealed(tmp_path, again=True).run_id == "a-3"


def test_again_resumes_a_run_that_is_not_finished(tmp_path):
    RunFolder.open(tmp_path, "a", ABOUT).close()
    with RunFolder.open(tmp_path, "a", ABOUT, again=True) as run:
        assert run.run_id == "a"


def test_a_failed_run_says_why_until_it_is_opened_again(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        run.fail("loss was NaN three times")
        run.record("mirror", behind={})
        assert run.status == "failed"
        assert run.events.read()[1]["reason"] == "loss was NaN three times"
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        assert run.status == "new"


def test_what_fails_after_the_seal_leaves_the_run_finished(tmp_path, caplog):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        run.seal({})
        run.fail("a destination was unplugged")
        assert run.status == "finished"
    assert "unplugged" in caplog.text
    assert manifest.verify(run.path) == []


def test_a_second_process_is_refused_by_host_and_pid(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout.readline() == b"held\n"
        before = (tmp_path / "a" / "run.json").read_bytes()
        with pytest.raises(RunLocked, match=f"pid {process.pid} on "):
            RunFolder.open(tmp_path, "a", ABOUT)
        assert (tmp_path / "a" / "run.json").read_bytes() == before
        process.kill()
    RunFolder.open(tmp_path, "a", ABOUT).close()


def test_another_configuration_is_refused_and_the_lock_given_back(tmp_path):
    RunFolder.open(tmp_path, "a", ABOUT).close()
    other = {"config": {"seed": 1}, "config_sha256": "cd34"}
    with pytest.raises(RunBelongsToAnotherConfiguration, match="seed: 0 there, 1"):
        RunFolder.open(tmp_path, "a", other)
    RunFolder.open(tmp_path, "a", ABOUT).close()


def test_a_finished_run_of_another_configuration_is_refused_too(tmp_path):
    sealed(tmp_path)
    other = {"config": {"seed": 1}, "config_sha256": "cd34"}
    with pytest.raises(RunBelongsToAnotherConfiguration, match="seed"):
        RunFolder.open(tmp_path, "a", other)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable):
        RunFolder.open(tmp_path / "file" / "runs", "a", ABOUT)


def test_a_registry_that_cannot_be_written_does_not_stop_the_run(
    tmp_path, monkeypatch, caplog
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DIST_INVENTION_HOME", str(tmp_path / "file" / "home"))
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        assert run.status == "new"
    assert "cannot be written" in caplog.text


def test_paths_are_made_inside_the_run_only(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        assert run.artifact("deep/er/x.csv").parent.is_dir()
        folder = run.stage_folder(0, "in-distribution")
        assert folder == run.path / "stages" / "01-in-distribution"
        assert folder.is_dir()
        for name in ("../x", "/x", ""):
            with pytest.raises(ValueError, match="inside the run"):
                run.artifact(name)
        with pytest.raises(ValueError, match="name of a stage"):
            run.stage_folder(1, "a/b")


def test_text_is_saved_inside_the_run_and_sealed_with_it(tmp_path):
    with open_run(tmp_path, "a", ABOUT) as run:
        assert run.save_text("report.html", "<p>1 m\u00b2").parent == run.path
        entries = run.seal({})["files"]
    assert (run.path / "report.html").read_text(encoding="utf-8") == "<p>1 m\u00b2"
    assert "report.html" in [entry["name"] for entry in entries]


def test_reading_a_run_takes_no_lock_and_writes_nothing(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        before = sorted(os.listdir(run.path))
        reader = RunFolder(run.path)
        assert (reader.status, reader.about["run_id"]) == ("new", "a")
        assert sorted(os.listdir(run.path)) == before


def copies(tmp_path, run):
    """Copy a run to a destination, as a mirror does."""
    mirror = Mirror(run.run_id, [tmp_path / "copies"])
    mirror.copy([p for p in run.path.rglob("*") if p.is_file()], run.path)
    assert mirror.wait(20.0)
    mirror.close()
    return [tmp_path / "copies"]


def test_a_run_whose_folder_was_deleted_goes_on_from_its_copies(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(3, {}, {})
    places = copies(tmp_path, run)
    shutil.rmtree(tmp_path / "runs")
    with open_run(tmp_path / "runs", "a", ABOUT, destinations=places) as run:
        assert (run.recovered.step, run.status) == (3, "unfinished")
        assert events(run) == ["opened", "opened", "recovered"]
        assert run.events.read()[-1]["url"] == str(places[0])
        assert len(run.about["attempts"]) == 2
    with open_run(tmp_path / "runs", "a", ABOUT, destinations=places) as run:
        assert run.recovered is None


def test_a_finished_run_whose_folder_was_deleted_comes_back_finished(
    tmp_path, registry_home
):
    places = copies(tmp_path, sealed(tmp_path / "runs"))
    shutil.rmtree(tmp_path / "runs")
    shutil.rmtree(registry_home)
    with open_run(tmp_path / "runs", "a", ABOUT, destinations=places) as run:
        assert run.recovered.is_finished
        assert run.status == "finished"
        with pytest.raises(JournalFrozen):
            run.record("late")
    assert manifest.verify(run.path) == []
    assert registry.registered() == [run.path]


def test_again_starts_another_run_beside_one_finished_at_a_destination(tmp_path):
    places = copies(tmp_path, sealed(tmp_path / "runs"))
    shutil.rmtree(tmp_path / "runs")
    with open_run(tmp_path / "runs", "a", ABOUT, True, places) as run:
        assert (run.run_id, run.recovered) == ("a-2", None)
    assert RunFolder(tmp_path / "runs" / "a").status == "finished"


def test_another_configuration_is_refused_before_anything_is_brought_back(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(3, {}, {})
    places = copies(tmp_path, run)
    CheckpointFolder(run.checkpoints).file(3).unlink()
    other = {"config": {"seed": 1}, "config_sha256": "cd34"}
    with pytest.raises(RunBelongsToAnotherConfiguration, match="seed: 0 there, 1"):
        open_run(tmp_path / "runs", "a", other, destinations=places)
    assert run.status == "new"
    shutil.rmtree(tmp_path / "runs")
    with pytest.raises(RunBelongsToAnotherConfiguration, match="seed: 0 there, 1"):
        open_run(tmp_path / "runs", "a", other, destinations=places)


def test_a_damaged_run_json_is_brought_back(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(3, {}, {})
    places = copies(tmp_path, run)
    (run.path / "run.json").write_text("{")
    with open_run(tmp_path / "runs", "a", ABOUT, destinations=places) as run:
        assert run.about["config"] == {"seed": 0}
