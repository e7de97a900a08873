"""The template, as a user runs it: killed, stopped, started again, on two backends."""

from dataclasses import replace
import importlib.util
import io
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from dist_invention.launch import main
import pytest
from rich.console import Console

REPO = Path(__file__).resolve().parents[1]
SCRIPT = REPO / "train_template.py"
EPOCHS = "15"  # two stages of 150 steps


def load():
    spec = importlib.util.spec_from_file_location("train_template", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def begin(runs_dir, *words, **variables):
    return subprocess.Popen(
        [sys.executable, SCRIPT, "--epochs", EPOCHS, *words, "--runs-dir", runs_dir],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPO,
        env={**os.environ, **variables},
    )


def finish(process):
    """Return exit code and what was said."""
    out, err = process.communicate()
    return process.returncode, out + err


def rows(runs_dir):
    """Return how many whole lines the metrics journal holds."""
    found = list(runs_dir.glob("*/metrics.jsonl"))
    return found[0].read_bytes().count(b"\n") if found else 0


def send(process, number, runs_dir, after):
    """Send a signal once the run has logged so many lines."""
    while rows(runs_dir) < after and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(number)
    return finish(process)


def left_by(runs_dir):
    [path] = [p for p in runs_dir.iterdir() if p.is_dir()]
    results = json.loads((path / "results.json").read_text())
    return results, (path / "metrics.jsonl").read_bytes(), path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an uninterrupted run leaves behind, in this very process."""
    module = load()
    config = replace(
        module.Sine.presets["demo"],
        epochs=int(EPOCHS),
        runs_dir=tmp_path_factory.mktemp("whole"),
    )
    module.Sine(config, Console(file=io.StringIO())).run()
    return left_by(config.runs_dir)


def assert_same(runs_dir, whole):
    results, metrics, _ = left_by(runs_dir)
    assert results["weights_sha256"] == whole[0]["weights_sha256"]
    assert results["scores"] == whole[0]["scores"]
    assert metrics == whole[1]
    return results


def test_it_fits_on_a_screen():
    assert len(SCRIPT.read_text().splitlines()) < 60


def test_a_run_killed_with_sigkill_ends_with_the_same_bits(tmp_path, whole):
    code, _ = send(begin(tmp_path), signal.SIGKILL, tmp_path, after=12)
    assert code == -signal.SIGKILL
    code, said = finish(begin(tmp_path))
    assert code == 0, said
    results = assert_same(tmp_path, whole)
    assert results["resumes"] == 1
    assert results["last_resume_step"] > 0
    assert "resumed at step" in said
    assert "beats mean" in said


@pytest.mark.slow
def test_three_kills_a_sigterm_and_a_time_limit_change_no_bit(tmp_path, whole):
    for after in (3, 26, 44):  # early, at the turn of the stages, late
        code, _ = send(begin(tmp_path), signal.SIGKILL, tmp_path, after)
        assert code == -signal.SIGKILL
    code, said = send(begin(tmp_path), signal.SIGTERM, tmp_path, after=52)
    assert code == 75, said
    assert "stopped: received SIGTERM" in said
    code, said = finish(begin(tmp_path, "--max-hours", "1e-9"))
    assert code == 75, said
    assert "the time limit of 1e-09 hours is reached" in said
    code, said = finish(begin(tmp_path))
    assert code == 0, said
    assert assert_same(tmp_path, whole)["resumes"] >= 3


def test_a_finished_run_prints_its_table_and_trains_nothing(whole, capsys):
    path = whole[2]
    words = ("--epochs", EPOCHS, "--runs-dir", str(path.parent))
    with pytest.raises(SystemExit) as stop:
        main(load().Sine, words)
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert "this run was finished before" in said
    assert "test_far" in said
    assert "stage " not in said
    assert left_by(path.parent)[:2] == whole[:2]


def test_it_runs_on_jax_from_end_to_end(tmp_path):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed here")
    words = ("--epochs", "2", "--batch-size", "64")
    code, said = finish(begin(tmp_path, *words, KERAS_BACKEND="jax"))
    assert code == 0, said
    results, _, path = left_by(tmp_path)
    about = json.loads((path / "run.json").read_text())
    assert about["environment"]["backend"] == "jax"
    assert [stage["steps"] for stage in results["stages"]] == [10, 10]
