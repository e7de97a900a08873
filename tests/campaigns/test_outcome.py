"""The end of a campaign in one exit code, and in lines for a person."""

from pathlib import Path

from dist_invention.campaigns import Outcome, StepResult
from dist_invention.campaigns.outcome import DONE, FAILED, STOPPED
import pytest


def ends(*states, stopped=""):
    return Outcome({s: StepResult(s, s) for s in states}, stopped)


@pytest.mark.parametrize(
    ("states", "stopped", "code"),
    [
        ([], "", DONE),
        (["finished", "skipped"], "", DONE),
        (["finished"], "received SIGTERM", DONE),
        (["finished", "failed"], "", FAILED),
        (["failed", "not started"], "", FAILED),
        (["failed", "stopped"], "", STOPPED),
        (["finished", "not started"], "received SIGTERM", STOPPED),
    ],
)
def test_one_exit_code_for_all_steps(states, stopped, code):
    assert ends(*states, stopped=stopped).exit_code == code


def test_what_cannot_start_names_the_first_cause():
    failed = StepResult("a", "failed", evidence=("out of memory",))
    second = StepResult("b", "not started", evidence=(failed.as_cause(),))
    assert second.as_cause() == "a failed"
    assert StepResult("c", "stopped").as_cause() == "c was stopped"
    assert StepResult("d", "skipped").as_cause() == "d was skipped"


def test_a_failure_is_told_with_its_last_words_and_where_the_rest_is():
    log = Path("c/a/output.log")
    said = [str(n) for n in range(9)]
    result = StepResult("a", "failed", evidence=("it failed", *said), log=log)
    assert result.lines() == [
        "a: failed: it failed",
        "| 4",
        "| 5",
        "| 6",
        "| 7",
        "| 8",
        "| all it said: c/a/output.log",
    ]


def test_a_run_that_was_done_is_not_said_to_be_made_now():
    done = StepResult("a", "finished", run=Path("r"), was_done=True)
    assert done.lines() == ["a: was finished: r"]


def test_the_end_counts_steps_and_says_how_to_go_on():
    assert ends("finished").lines() == ["campaign finished: 1 finished"]
    assert ends("finished", "stopped", stopped="received SIGINT").lines() == [
        "campaign stopped: 1 finished, 1 stopped",
        "received SIGINT. Everything is saved; the same command goes on.",
    ]


def test_steps_can_be_asked_for_by_their_end():
    outcome = ends("finished", "failed")
    assert [item.name for item in outcome.named("failed")] == ["failed"]
