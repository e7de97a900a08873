"""What the end of one process means for its step."""

from pathlib import Path
import signal
import time

from dist_invention.campaigns import Step
from dist_invention.campaigns import attempt as attempts
from dist_invention.campaigns.attempt import Attempt, ended, start
from dist_invention.campaigns.plan import Plan
from dist_invention.launch.worker import BEGAN, SUPERVISED
import pytest


class Recording:
    """An executor that only remembers what it was asked to start."""

    def submit(self, command, env, log):
        self.asked = command, env, log
        return self


class Process:
    """A process whose life is a list of answers."""

    def __init__(self, *answers):
        self.answers, self.told = list(answers), []

    def poll(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def stop(self):
        self.told.append("stop")

    def kill(self):
        self.told.append("kill")
        self.answers = [-9]


@pytest.fixture
def made(tmp_path):
    def make(said="", handle=None):
        step = Step("a", ("train.py", "--seed", "1"))
        plan = Plan(step, step.command, (), tmp_path / "a", seconds=5.0)
        plan.runs_dir.mkdir(exist_ok=True)
        plan.log.write_text("earlier\n" + said)
        return Attempt(plan, handle, time.monotonic(), len("earlier\n"))

    return make


def test_a_process_has_its_folder_its_mark_and_no_supervisor_of_ours(tmp_path):
    step = Step("a", ("train.py", "--seed", "1"))
    executor = Recording()
    start(Plan(step, step.command, (), tmp_path / "a"), executor, Path("c"))
    command, env, log = executor.asked
    assert command[1:] == ["train.py", "--seed", "1", "--runs-dir", str(tmp_path / "a")]
    assert env["DIST_INVENTION_CAMPAIGN"] == str(Path("c").absolute())
    assert (env[SUPERVISED], env[BEGAN]) == (None, None)
    assert log == tmp_path / "a" / "output.log"


def test_a_failure_keeps_the_last_lines_of_this_process_only(made):
    result, run = ended(made("one\ntwo\n"), 1, is_stopping=False)
    assert (result.status, run) == ("failed", None)
    assert result.evidence == ("it failed (exit code 1)", "one", "two")
    assert result.exit_code == 1
    assert result.seconds >= 5.0


@pytest.mark.parametrize(
    ("code", "said", "is_stopping", "status"),
    [
        (75, "", False, "stopped"),
        (75, "", True, "stopped"),
        (-signal.SIGTERM, "", True, "stopped"),
        (128 + signal.SIGINT, "", True, "stopped"),
        (1, "Traceback\nKeyboardInterrupt\n", True, "stopped"),
        (1, "Traceback\nKeyboardInterrupt\n", False, "failed"),
        (1, "ValueError: no\n", True, "failed"),
        (-signal.SIGTERM, "", False, "failed"),
        (-signal.SIGKILL, "", True, "failed"),
        (77, "", True, "failed"),
    ],
)
def test_a_stop_is_no_failure(made, code, said, is_stopping, status):
    assert ended(made(said), code, is_stopping)[0].status == status


def test_exit_code_0_without_a_sealed_run_is_a_failure(made):
    result, run = ended(made("nothing done\n"), 0, is_stopping=False)
    assert (result.status, run) == ("failed", None)
    assert result.evidence[0].startswith("Expected a sealed run of this command in")
    assert result.evidence[1:] == ("nothing done",)


def test_those_that_do_not_end_in_time_are_killed_and_named(made):
    quick, slow = made(handle=Process(None, 75)), made(handle=Process(None))
    assert attempts.end([quick, slow], seconds=0.2) == [slow]
    assert quick.handle.told == ["stop"]
    assert slow.handle.told == ["stop", "kill"]
