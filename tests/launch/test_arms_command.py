"""From one command line to a campaign, its summary, its table and its page."""

import json
from pathlib import Path
import sys

from dist_invention import reports
from dist_invention.campaigns import LocalPool, Outcome, RayPool, StepResult
from dist_invention.curriculum import Constant, Stage
from dist_invention.datasets import Field, Split
from dist_invention.launch import arms_command, main
from dist_invention.launch.arms_command import campaign_name
from dist_invention.runtime.exit_codes import BAD_INPUT, DONE, FAILED, STOPPED
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import numpy as np
import pytest

ONE = Constant(1.0)


class Fake(SafeTrainingPipeline):
    """An experiment of two stages that nobody trains here."""

    name = "fake"
    presets = {"demo": TrainingConfig(epochs=2)}
    arm_flags = {"small": ("--batch-size", "8")}
    selection = Selection.last()

    def build_splits(self):
        x = np.zeros(4, "float32")
        fields = (Field("x", (), "1"),)
        keys = np.arange(4).astype(str)
        yield Split("train", "train", {"x": x}, fields, ("x",), (), keys, keys)

    def build_stages(self, splits):
        rates = {"easy": Constant(1.0), "hard": Constant(0.5)}
        return [Stage(n, splits["train"], 2, r, {"a": ONE}) for n, r in rates.items()]


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Give a command; return the exit code and what the campaign was asked to do."""
    script = tmp_path / "train.py"
    script.write_text("")
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setattr(reports, "render_campaign", lambda folder: "<p>page</p>")
    found = {}

    class Engine:
        status = "not started"
        stopped = ""

        def __init__(self, folder, steps, executor, **given):
            found.update(folder=folder, steps=steps, executor=executor, **given)

        def run(self):
            steps = {s.name: StepResult(s.name, self.status) for s in found["steps"]}
            return Outcome(steps, self.stopped)

    monkeypatch.setattr(arms_command, "Campaign", Engine)

    def give(*words):
        with pytest.raises(SystemExit) as stop:
            main(Fake, [*words, "--runs-dir", str(tmp_path / "runs")])
        return stop.value.code, found

    give.engine = Engine
    return give


def test_each_arm_and_seed_becomes_a_step_with_the_ordinary_flags(asked, tmp_path):
    code, found = asked("--arms", "joint,small", "--seeds", "2", "--epochs", "3")
    assert code == FAILED  # none of them was started
    names = [step.name for step in found["steps"]]
    assert names == [
        *("curriculum-s0", "curriculum-s1"),
        *("joint-s0", "small-s0", "joint-s1", "small-s1"),
    ]
    words = (str(tmp_path / "train.py"), "--epochs", "3")
    assert found["steps"][0].command == (*words, "--seed", "0", "--arm", "curriculum")
    assert found["steps"][-1].command[-2:] == ("--batch-size", "8")
    assert found["folder"].parent == tmp_path / "runs"
    assert found["about"]["seeds"] == [0, 1]
    assert isinstance(found["executor"], LocalPool)


def test_what_concerns_the_whole_campaign_is_not_handed_down(asked):
    words = ["--arms", "joint", "--seed", "7", "--max-hours", "2", "--workers", "1"]
    _, found = asked(*words, "--batch-size", "4")
    assert found["max_hours"] == 2.0
    command = found["steps"][0].command[1:]
    assert command == ("--batch-size", "4", "--seed", "7", "--arm", "curriculum")


def test_every_stage_is_dropped_in_turn(asked):
    _, found = asked("--arms", "drop-one")
    names = [step.name for step in found["steps"]]
    assert names == ["curriculum-s0", "drop-easy-s0", "drop-hard-s0"]


def test_a_ray_cluster_gets_the_same_steps(asked):
    words = ["--executor", "ray", "--ray-address", "10.0.0.1:6379"]
    _, found = asked("--arms", "joint", *words)
    assert isinstance(found["executor"], RayPool)
    assert found["executor"].address == "10.0.0.1:6379"


def test_a_summary_and_a_page_are_left_whatever_happened(asked, capsys):
    code, found = asked("--arms", "joint")
    said = capsys.readouterr().out
    summary = json.loads((found["folder"] / "summary.json").read_text())
    assert [run["status"] for run in summary["runs"]] == ["missing", "missing"]
    assert (found["folder"] / "report.html").read_text() == "<p>page</p>"
    assert f"page:    {found['folder'] / 'report.html'}" in said
    assert "Nothing to compare" in said
    assert code == FAILED


def test_what_is_left_is_copied_to_the_destinations(asked, tmp_path, capsys):
    _, found = asked("--arms", "joint", "--destinations", str(tmp_path / "copies"))
    copy = tmp_path / "copies" / found["folder"].name
    for name in ("summary.json", "report.html"):
        assert (copy / name).read_bytes() == (found["folder"] / name).read_bytes()
    assert "copy:    summary and page at 1 destinations" in capsys.readouterr().out


def test_a_password_in_the_command_is_not_written_down(asked, monkeypatch):
    place = "sftp://me:secret@host/copies"
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--destinations", place])
    _, found = asked("--arms", "joint")
    said = (found["folder"] / "summary.json").read_text()
    assert "secret" not in said
    assert "host/copies" in said


def test_a_stop_ends_with_the_exit_code_that_goes_on(asked):
    asked.engine.stopped = "received SIGTERM"
    assert asked("--arms", "joint")[0] == STOPPED


def test_skipped_or_finished_runs_are_a_success(asked):
    asked.engine.status = "skipped"
    assert asked("--arms", "joint")[0] == DONE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--arms jiont", "Received: 'jiont'. Did you mean joint?"),
        ("--arms drop-eazy", "Received: 'drop-eazy'. Did you mean drop-easy?"),
        ("--arms joint --epochs -1", "Received: --epochs -1."),
        ("--arms joint --epoch 1", "Received: --epoch. Did you mean --epochs?"),
        ("--seeds x", "Received: --seeds x."),
        ("--seeds 2 --executor nowhere", "Expected an executor among"),
    ],
)
def test_a_bad_command_is_refused_before_anything_runs(words, said, asked, capsys):
    code, found = asked(*words.split())
    assert (code, found) == (BAD_INPUT, {})
    assert said in capsys.readouterr().err


def test_there_is_nothing_to_compare_without_a_script(asked, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert asked("--arms", "joint")[0] == BAD_INPUT
    assert "Received: it from `-c`. Put the experiment into" in capsys.readouterr().err


def test_more_arms_and_seeds_extend_the_same_campaign():
    name = campaign_name("fake", TrainingConfig(epochs=3))
    same = TrainingConfig(epochs=3, seed=5, arm="joint", stage_epochs=(1,))
    assert campaign_name("fake", same) == name
    assert campaign_name("fake", TrainingConfig(epochs=3, again=True)) == name
    assert campaign_name("fake", TrainingConfig(epochs=4)) != name


def test_help_mentions_the_comparison(capsys):
    for words in (["--help"], ["--arms", "joint", "--help"]):
        with pytest.raises(SystemExit) as stop:
            main(Fake, words)
        assert stop.value.code in (0, None)
        said = capsys.readouterr().out
        for flag in ("--arms", "--seeds", "--executor", "--workers", "drop-one"):
            assert flag in said


SCRIPT = Path(__file__).resolve().parents[2] / "train_template.py"


@pytest.mark.slow
def test_arms_of_a_real_experiment_end_in_a_page(tmp_path, monkeypatch, capsys):
    """Two processes of some seconds each; the second command starts none."""
    import runpy

    sine = runpy.run_path(str(SCRIPT))["Sine"]
    monkeypatch.setattr(sys, "argv", [str(SCRIPT)])
    words = ["--arms", "joint", "--epochs", "2", "--runs-dir", str(tmp_path)]
    for is_first in (True, False):
        with pytest.raises(SystemExit) as stop:
            main(sine, words)
        said = capsys.readouterr()
        assert stop.value.code == DONE, said
        assert ("joint-s0: started" in said.out) is is_first
    [folder] = tmp_path.iterdir()
    summary = json.loads((folder / "summary.json").read_text())
    first, joint = summary["runs"]
    assert (first["arm"], joint["arm"]) == ("curriculum", "joint")
    assert first["steps"] == joint["steps"] == 40
    assert first["examples"] == joint["examples"] == 1280
    assert first["task_sha256"] == joint["task_sha256"]
    assert summary["budget"]["equal"]
    assert summary["scores"][0]["differences"][0]["interval"] is None
    assert summary["area"][0]["differences"][0]["mean"] is not None
    assert [row["arm"] for row in summary["forgetting"]] == ["curriculum", "joint"]
    assert "joint" in (folder / "report.html").read_text()
