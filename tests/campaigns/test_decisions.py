"""Decisions copy what really happened, and say where they read it."""

from dist_invention.campaigns import Decision, NotDecided, SkipIf, StageEpochsOf
import pytest


def test_stage_epochs_are_those_that_the_stages_really_took(finished):
    stages = [{"name": "easy", "epochs": 3}, {"name": "hard", "epochs": 11}]
    run = finished("a", {"stages": stages})
    decision = StageEpochsOf("a")({"a": run})
    assert decision.words == ("--stage-epochs", "3", "11")
    assert decision.reason == (
        "The stages of run-a really took this many epochs: `easy` 3, `hard` 11."
    )


@pytest.mark.parametrize("stages", [None, [], [{"name": "easy"}], [{"epochs": 0}]])
def test_a_run_that_does_not_tell_its_epochs_decides_nothing(finished, stages):
    run = finished("a", {"stages": stages})
    with pytest.raises(NotDecided, match="Expected the epochs of each stage"):
        StageEpochsOf("a")({"a": run})


def test_only_runs_that_are_waited_for_can_decide():
    with pytest.raises(NotDecided, match=r"waits for: \[\]. Received: a. Add it"):
        StageEpochsOf("a")({})


def test_a_question_may_skip_a_step_with_its_reason():
    rule = SkipIf(lambda runs: "One run is enough." if runs else "")
    assert rule({}) == Decision(
        "go on", "Nothing in the finished runs speaks against it."
    )
    skipped = rule({"a": None})
    assert skipped.skip
    assert skipped.reason == "One run is enough."


def test_a_decision_is_plain_json():
    decision = Decision("--seed 3", "It is prime.", ("--seed", "3"))
    assert decision.as_json() == {
        "choice": "--seed 3",
        "reason": "It is prime.",
        "words": ["--seed", "3"],
        "skip": False,
    }
