"""One run becomes a table, a page and an exit code that can be trusted."""

import errno
import io
import json
import os
import sys

from dist_invention.launch import main, one_run
from dist_invention.launch.worker import SUPERVISED
from dist_invention.storage import FolderNotWritable, Problem, check_writable
from dist_invention.training import (
    Finished,
    SafeTrainingPipeline,
    Selection,
    StoppedEarly,
    TrainingConfig,
)
from dist_invention.training.guards import NotFinite
from dist_invention.training.loop import BatchFailed
import pytest

SCORE = {
    "split": "test_far",
    "tier": "far",
    "stratum": "all",
    "metric": "mse",
    "unit": "m2",
    "better": "lower",
    "value": 0.5,
    "n": 44,
    "n_groups": 44,
    "interval": [0.4, 0.6],
    "interval_method": "bootstrap",
    "baselines": [{"name": "zero", "kind": "trivial", "value": 1.0}],
    "best_trivial": {"name": "zero", "value": 1.0},
    "best_baseline": {"name": "zero", "value": 1.0},
    "skill_trivial": 0.5,
    "skill": 0.5,
    "skill_interval": None,
    "beats_best": True,
}


def experiment(end, begun=False):
    """An experiment whose run ends as told; nothing is trained."""

    class Fake(SafeTrainingPipeline):
        """A run that only ends."""

        name = "fake"
        selection = Selection.last()
        presets = {"demo": TrainingConfig()}

        def run(self):
            self.has_begun = begun
            return end(self)

    return Fake


@pytest.fixture(autouse=True)
def unsupervised(monkeypatch):
    monkeypatch.delenv(SUPERVISED, raising=False)


def exit_code(kind, *words):
    with pytest.raises(SystemExit) as stop:
        main(kind, words)
    return stop.value.code


@pytest.fixture
def sealed(tmp_path):
    """A folder with results, and a function that says how its run ended."""
    (tmp_path / "results.json").write_text(
        json.dumps({"status": "finished", "scores": [SCORE]})
    )

    def end(was_finished=False, problems=(), rows=(), least=None):
        finished = Finished(tmp_path, was_finished, list(problems), list(rows), least)
        return experiment(lambda self: finished)

    end.path = tmp_path
    return end


def test_a_finished_run_prints_its_table_and_page_and_exits_0(sealed, capsys):
    assert exit_code(sealed()) == 0
    said = capsys.readouterr().out
    assert "test_far" in said
    assert "beats zero" in said
    assert f"page:    {sealed.path / 'report.html'}" in said
    assert "finished before" not in said


def test_a_run_finished_before_says_so(sealed, capsys):
    assert exit_code(sealed(was_finished=True)) == 0
    assert "finished before; --again starts another" in capsys.readouterr().out


def test_a_destination_that_is_behind_is_named_with_exit_code_74(sealed, capsys):
    problems = [{"file": "", "what": "behind", "detail": "no room"}]
    rows = [
        {"url": "/good", "complete": True, "files": 3, "problems": []},
        {"url": "/bad[1]", "complete": False, "files": 0, "problems": problems},
    ]
    assert exit_code(sealed(rows=rows)) == 74
    said = capsys.readouterr().out
    assert "copy:    /good: complete, verified" in said
    assert "copy:    /bad[1]: BEHIND" in said
    assert "no room" in said


def test_enough_complete_destinations_are_enough(sealed, capsys):
    rows = [
        {"url": "/good", "complete": True, "files": 3, "problems": []},
        {"url": "/bad", "complete": False, "files": 0, "problems": ["no room"]},
    ]
    assert exit_code(sealed(rows=rows, least=1)) == 0
    assert "copy:    /bad: BEHIND" in capsys.readouterr().out
    assert exit_code(sealed(rows=rows, least=2)) == 74
    assert exit_code(sealed(rows=rows[1:], least=0)) == 0


def test_a_changed_file_is_named_with_exit_code_74(sealed, capsys):
    problems = [Problem("figures/a.json", "changed")]
    assert exit_code(sealed(was_finished=True, problems=problems)) == 74
    said = capsys.readouterr().out
    assert "PROBLEM  figures/a.json: changed" in said
    assert "test_far" in said


def test_changed_results_are_named_and_never_shown(sealed, capsys):
    (sealed.path / "results.json").write_text('{"scores": [')
    problems = [Problem("results.json", "changed")]
    assert exit_code(sealed(was_finished=True, problems=problems)) == 74
    said = capsys.readouterr().out
    assert "PROBLEM  results.json: changed" in said
    assert "test_far" not in said


def test_a_run_that_was_stopped_exits_75_and_says_how_to_go_on(capsys):
    def end(self):
        raise StoppedEarly("received SIGTERM")

    assert exit_code(experiment(end)) == 75
    assert "received SIGTERM. Everything is saved; the same command goes on" in (
        capsys.readouterr().out
    )


def test_bad_input_exits_2_and_a_failed_training_exits_1(capsys):
    def end(self):
        raise NotFinite((0, 1, 2), 30)

    assert exit_code(experiment(end)) == 2
    assert exit_code(experiment(end, begun=True)) == 1
    said = capsys.readouterr().err
    assert said.count("Received: NaN or infinity in batch 2 of epoch 1") == 2
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_written_is_bad_input(tmp_path, capsys):
    (tmp_path / "file").write_text("")

    def end(self):
        check_writable(tmp_path / "file" / "runs")

    with pytest.raises(FolderNotWritable):
        end(None)
    assert exit_code(experiment(end)) == 2
    assert "Expected a folder that can be written" in capsys.readouterr().err


def test_a_bad_flag_never_reaches_the_experiment(capsys):
    def end(self):
        raise AssertionError("it ran")

    assert exit_code(experiment(end), "--epochs", "-1") == 2
    assert "Received: --epochs -1." in capsys.readouterr().err


def test_what_is_not_ours_keeps_its_traceback():
    def theirs(self):
        raise ValueError("somebody else's")

    def batch(self):
        raise BatchFailed("ours") from TypeError("theirs")

    with pytest.raises(ValueError, match="somebody"):
        main(experiment(theirs), ())
    with pytest.raises(BatchFailed):
        main(experiment(batch), ())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_fails_is_said_in_three_sentences_with_exit_code_1(number, capsys):
    def full(self):
        raise OSError(number, os.strerror(number), "runs/g000000012.npz")

    assert exit_code(experiment(full, begun=True)) == 1
    said = capsys.readouterr().err
    assert said.startswith("Expected to save in runs. Received: ")
    assert os.strerror(number) in said
    assert "resumes from the last checkpoint." in said


def test_an_error_of_numpy_inside_our_frames_keeps_its_traceback():
    with pytest.raises(ValueError, match="could not convert"):
        main(experiment(lambda self: float("a")), ())


def no_memory(self):
    try:
        raise MemoryError("cannot take 3 GiB\nfor a long report")
    except MemoryError as error:
        raise BatchFailed("Expected every batch to train.") from error


@pytest.mark.parametrize("begun", [True, False])
def test_out_of_memory_exits_77_and_says_what_helps(begun, capsys):
    words = ("--batch-size", "32", "--micro-batches", "4")
    assert exit_code(experiment(no_memory, begun), *words) == 77
    assert capsys.readouterr().err == (
        "Expected the run to fit into memory. Received: MemoryError: cannot take 3 GiB "
        "for a long report; 32 examples a batch, micro-batches: 4. Start with "
        "--supervise, which goes on with more micro-batches, or give the same command "
        "once more memory is free.\n"
    )


def test_out_of_memory_under_a_supervisor_is_its_business(monkeypatch, capsys):
    monkeypatch.setenv(SUPERVISED, "handover.json")
    assert exit_code(experiment(no_memory)) == 77
    said = capsys.readouterr().err
    assert said.endswith(" 1. The supervisor goes on with more micro-batches.\n")


def test_memory_that_ran_out_behind_another_error_is_found(capsys):
    class ResourceExhaustedError(Exception):
        """As TensorFlow names it."""

    def cleaning_fails(self):
        try:
            raise ResourceExhaustedError("Graph:\n  stack\nOOM when allocating\n [Op]")
        finally:
            raise OSError("the mirror is closed")

    def hidden(self):
        try:
            raise MemoryError
        except MemoryError:
            raise ValueError("Received: another matter") from None

    assert exit_code(experiment(cleaning_fails)) == 77
    assert (
        "ResourceExhaustedError: OOM when allocating; 64 exam"
        in capsys.readouterr().err
    )
    with pytest.raises(ValueError, match="another matter"):
        main(experiment(hidden), ())


def test_ctrl_c_outside_training_is_a_stop(capsys):
    def end(self):
        raise KeyboardInterrupt

    assert exit_code(experiment(end)) == 75
    assert "stopped: received SIGINT" in capsys.readouterr().out


class Replaced(Exception):
    """Stands for the end of this process, which exec never returns from."""


def test_supervise_replaces_the_process_by_the_supervisor(monkeypatch, tmp_path):
    script = tmp_path / "train.py"
    script.write_text("")
    asked = []

    def replace(program, words):
        asked.append((program, words))
        raise Replaced

    monkeypatch.setattr(os, "execv", replace)
    monkeypatch.setattr(sys, "argv", [str(script), "--supervise", "--seed", "3"])
    with pytest.raises(Replaced):
        main(experiment(lambda self: None))
    module = ["-m", "dist_invention.launch.supervise"]
    words = [sys.executable, *module, str(script), "--supervise", "--seed", "3"]
    assert asked == [(sys.executable, words)]


def test_a_worker_of_a_supervisor_runs_itself(monkeypatch, sealed):
    monkeypatch.setattr(os, "execv", None)
    monkeypatch.setenv(SUPERVISED, "handover.json")
    assert exit_code(sealed(), "--supervise") == 0


def test_there_is_nothing_to_supervise_without_a_script(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["-c", "--supervise"])
    assert exit_code(experiment(lambda self: None), "--supervise") == 2
    said = capsys.readouterr().err
    assert said.startswith("Expected --supervise in the command line of a script.")


def test_a_terminal_that_is_gone_changes_no_exit_code(sealed, monkeypatch):
    class Gone(io.StringIO):
        def write(self, *text):
            raise BrokenPipeError

        flush = write

    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Gone())
    assert exit_code(sealed()) == 0
    assert exit_code(sealed(), "--no-such-flag") == 2

    def speaks(self):
        print("from a user's callback", flush=True)
        raise StoppedEarly("received SIGHUP")

    assert exit_code(experiment(speaks)) == 75


def test_main_stays_a_function_whatever_was_imported():
    assert sys.modules["dist_invention.launch.one_run"] is one_run
    assert sys.modules["dist_invention.launch"].main is main
    assert callable(main)
    assert "dist_invention.launch.main" not in sys.modules
