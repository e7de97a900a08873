"""The saver: everything found, everything proved, and every loss named."""

import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import zipfile

from dist_invention.storage import (
    CheckpointFolder,
    RunFolder,
    check_bundle,
    registry,
)
import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "save_all_results.py"
ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture(autouse=True)
def registry_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DIST_INVENTION_HOME", str(tmp_path / "home"))


@pytest.fixture
def runs_dir(tmp_path):
    for name in ("a", "b"):
        with RunFolder.open(tmp_path / "runs", name, ABOUT) as run:
            run.artifact("stages/01-x/model.keras").write_bytes(b"weights")
            run.seal({"status": "finished"})
    return tmp_path / "runs"


def save(*flags, folder, before=(), **options):
    return subprocess.run(
        [*before, sys.executable, str(SCRIPT), *map(str, flags)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def members(folder):
    [bundle] = bundles(folder)
    with zipfile.ZipFile(bundle) as archive:
        return archive.namelist()


def bundles(folder):
    return sorted(folder.glob("results-*.zip"))


def test_whole_runs_are_saved_everywhere_with_exit_code_0(runs_dir, tmp_path):
    out, second = tmp_path / "out", tmp_path / "second"
    to = ("--to", out, "--to", second, "--to", "memory://results")
    done = save("--runs-dir", runs_dir, *to, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything is whole" in done.stdout
    assert done.stdout.count("verified\n") == 3
    [first], [copy] = bundles(out), bundles(second)
    assert first.read_bytes() == copy.read_bytes()
    assert check_bundle(first) == []
    with zipfile.ZipFile(first) as archive:
        assert archive.read("b/stages/01-x/model.keras") == b"weights"


def test_a_corrupted_file_is_named_and_the_rest_is_saved(
    runs_dir, tmp_path, without_rights
):
    (runs_dir / "a/stages/01-x/model.keras").write_bytes(b"weightz")
    done = save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1
    assert "runs/a: stages/01-x/model.keras: changed" in done.stdout
    [bundle] = bundles(tmp_path / "out")
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read("b/stages/01-x/model.keras") == b"weights"


def test_a_run_of_the_registry_is_saved_without_naming_its_folder(runs_dir, tmp_path):
    done = save(folder=tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(bundles(tmp_path / "home" / "results-bundle")) == 1


def test_a_run_that_is_gone_is_listed_until_it_is_forgotten(runs_dir, tmp_path):
    shutil.rmtree(runs_dir / "a")
    flags = ("--runs-dir", runs_dir, "--to", tmp_path / "out")
    done = save(*flags, folder=tmp_path)
    assert done.returncode == 1
    assert "runs/a: .: missing (the folder was deleted or moved)" in done.stdout
    assert len(bundles(tmp_path / "out")) == 1
    done = save(*flags, "--forget-gone", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert f"forgotten: {runs_dir / 'a'}" in done.stdout
    assert registry.registered() == [runs_dir / "b"]


def test_an_unfinished_run_is_saved_and_counts_as_missing(runs_dir, tmp_path):
    RunFolder.open(runs_dir, "c", ABOUT).close()
    done = save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1
    assert "runs/c: manifest.json, results.json: missing (the run is" in done.stdout
    assert "NOT everything is saved or whole: 1 not sealed" in done.stdout
    with zipfile.ZipFile(bundles(tmp_path / "out")[0]) as archive:
        assert "c/run.json" in archive.namelist()


def test_a_destination_that_fails_is_named_and_the_others_are_served(
    runs_dir, tmp_path
):
    (tmp_path / "file").write_text("")
    bad = tmp_path / "file" / "out"
    to = ("--to", bad, "--to", "nosuch://x", "--to", tmp_path / "out")
    done = save("--runs-dir", runs_dir, *to, folder=tmp_path)
    assert done.returncode == 1
    assert f"{bad}: FAILED: NotADirectoryError" in done.stdout
    assert "nosuch://x: FAILED" in done.stdout
    assert f"{tmp_path / 'out'}: verified" in done.stdout
    assert "NOT everything" in done.stdout


def test_only_remote_places_leave_a_local_copy_too(runs_dir, tmp_path):
    done = save("--runs-dir", runs_dir, "--to", "memory://x", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(bundles(tmp_path / "results-bundle")) == 1


def test_no_run_at_all_is_not_a_success(tmp_path):
    (tmp_path / "runs").mkdir()
    done = save("--no-registry", folder=tmp_path)
    assert done.returncode == 1
    assert "Expected at least one run" in done.stdout
    assert not (tmp_path / "results-bundle").exists()


def test_a_run_that_is_still_going_is_no_damage_but_not_everything(runs_dir, tmp_path):
    with RunFolder.open(runs_dir, "live", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(3, {"w": np.ones(3)}, {})
        done = save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "runs/live: saved as of step 3, 0 lines of metrics" in done.stdout
    assert (
        "NOT everything is saved or whole: 1 still running, which is no" in done.stdout
    )
    assert "missing" not in done.stdout
    assert "live/checkpoints/g000000003.npz" in members(tmp_path / "out")


def test_a_run_of_an_older_version_is_saved_as_it_is(runs_dir, tmp_path):
    old = runs_dir / "old"
    old.mkdir()
    (old / "run.json").write_text(json.dumps({"experiment": "x", "schema": 0}))
    (old / "metrics.jsonl").write_text("[1, 2]\n")
    (old / "events.jsonl").write_text("step 1\nstep 2\n")
    done = save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "older version (run.json has schema 0, not 1; saved as it is)" in done.stdout
    assert "old/events.jsonl" in members(tmp_path / "out")
    assert done.stderr == ""


def fill_outputs(folder):
    for name in ("exp1/model.h5", "exp1/history.pkl", "exp2/log.csv", ".git/a.json"):
        path = folder / "outputs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x80not a pickle")
    return folder / "outputs"


def test_files_of_other_tools_are_saved_too_unless_told_not_to(runs_dir, tmp_path):
    folders = ("--runs-dir", runs_dir, "--runs-dir", fill_outputs(tmp_path))
    done = save(*folders, "--to", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    names = [n for n in members(tmp_path / "out") if n.startswith("foreign/")]
    assert sorted(names) == [
        "foreign/outputs/exp1/history.pkl",
        "foreign/outputs/exp1/model.h5",
        "foreign/outputs/exp2/log.csv",
    ]
    assert "outputs/.git: version control" in done.stdout
    done = save(*folders, "--to", tmp_path / "no", "--no-foreign", folder=tmp_path)
    assert done.returncode == 0
    assert not [n for n in members(tmp_path / "no") if n.startswith("foreign/")]


def test_files_of_other_tools_alone_are_enough(tmp_path):
    done = save("--runs-dir", fill_outputs(tmp_path), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "foreign/outputs/exp1/model.h5" in members(tmp_path / "results-bundle")


def test_loops_fifos_and_links_that_lead_out_hang_nobody(runs_dir, tmp_path):
    (tmp_path / "secret.h5").write_text("secret")
    folder = runs_dir / "tool"
    folder.mkdir()
    (folder / "model.h5").write_text("weights")
    os.mkfifo(folder / "pipe.h5")
    os.mkfifo(runs_dir / "a" / "pipe")
    (folder / "loop").symlink_to("..")
    (folder / "self").symlink_to("self")
    (folder / "out.h5").symlink_to(tmp_path / "secret.h5")
    (runs_dir / "up").symlink_to(tmp_path)
    flags = ("--runs-dir", runs_dir, "--to", tmp_path / "out")
    done = save(*flags, folder=tmp_path, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "runs/tool: out.h5: link (it leads out of the folder" in done.stdout
    assert "runs/tool: pipe.h5: extra (a fifo, which is never opened)" in done.stdout
    assert "runs/a: pipe: extra" in done.stdout
    names = members(tmp_path / "out")
    assert "foreign/runs/tool/model.h5" in names
    assert not [name for name in names if "secret" in name or "out.h5" in name]


def test_what_cannot_be_read_is_named_and_the_rest_is_saved(
    runs_dir, tmp_path, without_rights
):
    closed = [runs_dir / "a/stages/01-x/model.keras", tmp_path / "closed"]
    closed[1].mkdir()
    (closed[1] / "x.h5").write_text("")
    for path in closed:
        path.chmod(0)
    flags = ("--runs-dir", tmp_path, "--to", tmp_path / "out")
    done = save(*flags, folder=tmp_path, before=without_rights)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "stages/01-x/model.keras: unreadable (Permission denied)" in done.stdout
    assert "closed: unreadable (Permission denied)" in done.stdout
    assert "b/stages/01-x/model.keras" in members(tmp_path / "out")


def test_a_damaged_registry_costs_no_run(runs_dir, tmp_path):
    with open(registry.home() / "runs.jsonl", "ab") as stream:
        stream.write(b'{"path": \n[]\n')
    done = save("--to", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "runs.jsonl: changed (line 3 names no run" in done.stdout
    assert "a/results.json" in members(tmp_path / "out")


def test_a_signal_leaves_no_half_zip(runs_dir, tmp_path):
    (runs_dir / "big").mkdir()
    with open(runs_dir / "big" / "model.h5", "wb") as stream:
        stream.truncate(400_000_000)  # a hole, so that it costs no room here
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--runs-dir", runs_dir, "--to", tmp_path / "out"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().startswith("Reading 2 runs")
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists() or os.listdir(tmp_path / "out") == []


def test_a_reader_that_leaves_does_not_end_the_work(runs_dir, tmp_path):
    command = f"{sys.executable} {SCRIPT} --runs-dir {runs_dir} --to out | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    [bundle] = bundles(tmp_path / "out")
    assert check_bundle(bundle) == []


def test_a_whole_bundle_run_and_folder_verify_with_exit_code_0(runs_dir, tmp_path):
    save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    [bundle] = bundles(tmp_path / "out")
    places = (bundle, tmp_path / "out", f"file://{runs_dir}", "runs/a")
    flags = [word for place in places for word in ("--verify", place)]
    done = save(*flags, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything is whole: each file is what its manifest says." in done.stdout
    assert done.stdout.count("finished") == 2 + 2 + 2 + 1
    assert bundles(tmp_path / "out") == [bundle], "verifying saves nothing"


def test_a_flipped_byte_at_a_destination_is_found(runs_dir, tmp_path):
    save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    [bundle] = bundles(tmp_path / "out")
    content = bytearray(bundle.read_bytes())
    content[content.index(b"weights")] ^= 1
    bundle.write_bytes(content)
    done = save("--verify", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1
    assert "a/stages/01-x/model.keras: changed" in done.stdout
    assert "NOT everything is whole" in done.stdout


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_cut_bundle_is_found(runs_dir, tmp_path, size):
    save("--runs-dir", runs_dir, "--to", tmp_path / "out", folder=tmp_path)
    [bundle] = bundles(tmp_path / "out")
    bundle.write_bytes(bundle.read_bytes()[:size])
    done = save("--verify", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 1
    assert f"{bundle.name}: unreadable" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_password_is_never_printed(runs_dir, tmp_path):
    url = "nosuch://me:secret@host/x"
    saved = save("--runs-dir", runs_dir, "--to", url, folder=tmp_path)
    verified = save("--verify", url, folder=tmp_path)
    for done in (saved, verified):
        assert "nosuch://me:***@host/x" in done.stdout
        assert "secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("place", ["nothing", "memory://nothing", "nosuch://x", "runs"])
def test_a_place_that_holds_nothing_does_not_verify(tmp_path, place):
    (tmp_path / "runs").mkdir()
    done = save("--verify", place, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--verify", "x", "--to", "y"], "--verify, which saves nothing, with --to"),
        (["--verify", "x", "--no-foreign"], "with --no-foreign"),
        (["--verify", "x", "--runs-dir", "."], "with --runs-dir"),
        (["--verify", "x", "--forget-gone"], "with --forget-gone"),
        (["--no-registry", "--forget-gone"], "--no-registry with --forget-gone"),
        (["--verify", ""], "an empty place"),
        (["--verify"], "expected one argument"),
        (["--rnus-dir", "x"], "did you mean --runs-dir?"),
        (["--runs-dir", "no/such/folder"], "which is not a folder"),
        (["--to"], "expected one argument"),
        (["runs"], "unknown runs"),
    ],
)
def test_a_wrong_flag_is_refused_with_exit_code_2(tmp_path, flags, said):
    done = save(*flags, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Expected" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_backend_is_imported():
    code = "import sys, save_all_results; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=SCRIPT.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "dist_invention.storage" in loaded
    assert not loaded & {"keras", "tensorflow", "jax", "torch", "pandas", "matplotlib"}
