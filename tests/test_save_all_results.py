"""The saver: everything found, everything proved, and every loss named."""

from pathlib import Path
import shutil
import subprocess
import sys
import zipfile

from dist_invention.storage import RunFolder, check_bundle, registry
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


def save(*flags, folder):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, flags)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


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


def test_a_corrupted_file_is_named_and_the_rest_is_saved(runs_dir, tmp_path):
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
    assert "runs/c: results.json: missing" in done.stdout
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


@pytest.mark.parametrize(
    ("flags", "said"),
    [
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
