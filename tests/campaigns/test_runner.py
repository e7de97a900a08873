"""Many runs in order: what is done stays, what fails is shown, the rest goes on."""

import json

from dist_invention.campaigns import (
    Campaign,
    CycleFound,
    LocalPool,
    NotDecided,
    SkipIf,
    StageEpochsOf,
    Step,
)
from dist_invention.campaigns.finished import trusted
from dist_invention.storage import RunLocked
from dist_invention.storage.lock import FolderLock
import pytest


@pytest.fixture
def step(script):
    def make(name, *words, **settings):
        return Step(name, (str(script), "--name", name, *words), **settings)

    return make


def test_a_control_gets_the_epochs_that_the_curriculum_took(follow, step, plan):
    plan(curriculum=[{"epochs": [4, 7]}])
    left = follow(
        step("joint", after=("curriculum",), decide=(StageEpochsOf("curriculum"),)),
        step("curriculum"),
    )
    assert left.code == 0
    joint = left.outcome.steps["joint"]
    run = trusted("joint", joint.run)
    assert run.about["config"]["words"][-3:] == ["--stage-epochs", "4", "7"]
    assert joint.command[-3:] == ("--stage-epochs", "4", "7")
    [decided] = left.named("decided")
    assert decided["reason"].endswith("`stage0` 4, `stage1` 7.")
    assert any("--stage-epochs 4 7: The stages of" in line for line in left.said)


def test_nothing_that_is_done_is_started_again(follow, step, attempts):
    steps = [step("a"), step("b", after=("a",))]
    first = follow(*steps)
    assert first.code == 0
    assert not first.outcome.steps["b"].was_done
    again = follow(*steps, step("c", after=("b",)))
    assert again.states == {"a": "finished", "b": "finished", "c": "finished"}
    assert [item.was_done for item in again.outcome.steps.values()] == [1, 1, 0]
    assert (attempts("a"), attempts("b"), attempts("c")) == (1, 1, 1)
    assert len(again.named("started")) == 3
    assert first.outcome.steps["a"].run == again.outcome.steps["a"].run


def test_another_configuration_is_another_run(follow, step, attempts):
    follow(step("a", "--epochs", "2"))
    left = follow(step("a", "--epochs", "3"))
    assert left.code == 0
    assert attempts("a") == 2
    run = trusted("a", left.outcome.steps["a"].run)
    assert run.about["config"]["words"][-1] == "3"


def test_a_failure_is_shown_with_its_evidence_and_the_others_go_on(
    follow, step, plan, attempts
):
    plan(bad=[{"exit": 77, "error": "Expected the run to fit into memory."}])
    left = follow(
        step("bad"),
        step("needs_bad", after=("bad",)),
        step("needs_that", after=("needs_bad",)),
        step("good"),
    )
    assert left.code == 1
    assert left.states == {
        "bad": "failed",
        "needs_bad": "not started",
        "needs_that": "not started",
        "good": "finished",
    }
    bad = left.outcome.steps["bad"]
    assert bad.exit_code == 77
    assert bad.evidence == (
        "out of memory (exit code 77)",
        "attempt 1 speaks",
        "Expected the run to fit into memory.",
    )
    assert "attempt 1 speaks" in bad.log.read_text()
    assert left.outcome.steps["needs_that"].evidence == ("bad failed",)
    assert attempts("needs_bad") == 0
    rows = {row["name"]: row for row in left.record["steps"]}
    assert rows["bad"]["log"] == "bad/output.log"
    assert left.record["status"] == "failed"
    plan()
    assert follow(step("bad"), step("needs_bad", after=("bad",))).code == 0


def test_one_that_stops_early_without_being_asked_is_started_again(
    follow, step, plan, attempts
):
    plan(a=[{"exit": 75}, {"exit": 75}, {}], b=[{"exit": 75}])
    left = follow(step("a"), step("b"), step("c", after=("b",)))
    assert left.states == {"a": "finished", "b": "stopped", "c": "not started"}
    assert (attempts("a"), attempts("b")) == (3, 4)
    assert left.outcome.steps["c"].evidence == ("b was stopped",)
    assert left.code == 75


def test_a_killed_process_is_a_failure_and_its_run_resumes_later(
    follow, step, plan, attempts
):
    plan(a=[{"signal": 9}, {}])
    left = follow(step("a"))
    assert left.outcome.steps["a"].evidence[0].startswith("killed by SIGKILL")
    assert left.outcome.steps["a"].exit_code == -9
    assert follow(step("a")).code == 0
    assert attempts("a") == 2


def test_a_run_without_a_seal_is_no_result(follow, step, plan):
    plan(a=[{"unsealed": True}])
    left = follow(step("a"))
    assert left.code == 1
    assert (
        "Received: none, although it ended with exit code 0"
        in (left.outcome.steps["a"].evidence[0])
    )


def test_a_finished_run_is_found_by_what_the_script_says_of_it(
    follow, step, plan, attempts
):
    plan(a=[{"run": "one", "argv": ["--other", "words"]}])
    assert follow(step("a")).code == 0
    again = follow(step("a"))
    assert again.outcome.steps["a"].was_done  # the campaign remembers
    (again.outcome.steps["a"].run.parents[1] / "campaign.json").unlink()
    asked = follow(step("a"))
    assert asked.code == 0
    assert not asked.outcome.steps["a"].was_done  # the script was asked
    assert attempts("a") == 1


def test_a_changed_script_is_asked_whether_its_run_is_done(follow, step, script):
    follow(step("a"))
    script.write_text(script.read_text() + "\n")
    left = follow(step("a"))
    assert left.code == 0
    assert not left.outcome.steps["a"].was_done


def test_a_rule_that_cannot_decide_fails_its_step_alone(follow, step):
    def cannot(runs):
        raise NotDecided("Expected more. Received: less. Wait.")

    left = follow(step("a", decide=(cannot,)), step("b"))
    assert left.states == {"a": "failed", "b": "finished"}
    assert left.outcome.steps["a"].evidence == ("Expected more. Received: less. Wait.",)


def test_a_step_may_be_skipped_with_its_reason(follow, step):
    rule = SkipIf(lambda runs: f"{len(runs)} run is enough.")
    left = follow(
        step("a"),
        step("b", after=("a",), decide=(rule,)),
        step("c", after=("b",)),
    )
    assert left.states == {"a": "finished", "b": "skipped", "c": "skipped"}
    assert left.code == 0
    assert left.outcome.steps["b"].evidence == ("1 run is enough.",)
    assert left.outcome.steps["c"].evidence == ("b was skipped",)


def test_a_circle_is_refused_before_anything_is_written(tmp_path, step):
    steps = [step("a", after=("b",)), step("b", after=("a",))]
    with pytest.raises(CycleFound):
        Campaign(tmp_path / "campaign", steps)
    assert not (tmp_path / "campaign").exists()


def test_two_campaigns_do_not_share_a_folder(tmp_path, step, follow):
    (tmp_path / "campaign").mkdir()
    lock = FolderLock(tmp_path / "campaign")
    lock.acquire()
    with pytest.raises(RunLocked, match="locked by pid"):
        follow(step("a"))
    lock.release()
    assert follow(step("a")).code == 0


def test_the_share_of_the_machine_is_recorded_and_kept(follow, step):
    first = follow(step("a"), executor=LocalPool(workers=1, threads=3))
    assert first.record["executor"]["threads"] == 3
    again = follow(step("a"), step("b"), executor=LocalPool(workers=1))
    assert again.record["executor"]["threads"] == 3


def test_a_folder_that_was_moved_needs_no_run_again(follow, step, tmp_path, attempts):
    follow(step("a"))
    (tmp_path / "campaign").rename(tmp_path / "elsewhere")
    outcome = Campaign(tmp_path / "elsewhere", [step("a")]).run()
    assert outcome.steps["a"].was_done
    assert attempts("a") == 1


def test_a_disk_that_fails_leaves_no_process_behind(
    follow, step, plan, tmp_path, monkeypatch
):
    plan(a=[{"wait": True}], b=[{}])
    from dist_invention.campaigns.record import CampaignRecord

    def full(self, name, **details):
        if name == "ended" and (tmp_path / "a.waits").exists():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(CampaignRecord, "event", full)
    with pytest.raises(OSError, match="No space left"):
        follow(step("a"), step("b", after=()), step("c", after=("b",)))
    lines = (tmp_path / "campaign" / "a" / "output.log").read_text()
    assert "attempt 1 speaks" in lines
    assert json.loads((tmp_path / "campaign" / "campaign.json").read_text())
