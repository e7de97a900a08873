"""One record of a comparison, from sealed runs alone."""

import json

from dist_invention.campaigns.arm_runs import ArmRun
from dist_invention.campaigns.finished import FinishedRun
from dist_invention.campaigns.outcome import StepResult
from dist_invention.campaigns.summary import same_questions, summarise, warnings
from dist_invention.storage import RunFolder, to_json
import pytest

SPLITS = [("select", "select", "in"), ("test_in", "test", "in")]
SPLITS += [("test_far", "test", "far")]
DATA = [{"name": n, "role": role, "tier": tier} for n, role, tier in SPLITS]


def results(value, task="t0", steps=60):
    head = {"metric": "mse", "unit": "m2", "better": "lower", "stratum": "all"}
    stage = {
        "name": "only",
        "epochs": 3,
        "steps": steps,
        "reason": "3 of 3 epochs done",
    }
    stage |= {"exams": {"only": value}, "exam_weights": {"a": 2.0}}
    return {
        "status": "finished",
        "task_sha256": task,
        "seconds": 5.0,
        "data": DATA,
        "headline": ["mse"],
        "curriculum": [{"examples_per_epoch": 160}],
        "stages": [stage],
        "scores": [
            {**head, "split": name, "tier": tier, "value": value}
            for name, role, tier in SPLITS
            if role == "test"
        ],
        "audit": {"verdict": "ok"},
    }


@pytest.fixture
def seal(tmp_path):
    """Seal a run of an arm and seed with an error; return how its step ended."""

    def make(arm, seed, value, **changes):
        name = f"{arm}-s{seed}"
        about = {"config": {}, "config_sha256": "0", "code": {"commit": "c"}}
        with RunFolder.open(tmp_path / name, f"{arm}-run", about) as folder:
            for step in (20, 40, 60):
                row = {"kind": "epoch", "step": step, "values": {"val_a": value / step}}
                folder.metrics.append(row)
            folder.seal({**results(value, f"t{seed}"), **changes})
            result = StepResult(name, "finished", folder.path, 0, seconds=9.0)
        return {name: result}

    return make


@pytest.fixture
def whole(seal, tmp_path):
    steps = {}
    for seed, value in enumerate((1.0, 1.25, 1.5)):
        steps |= seal("curriculum", seed, value) | seal("joint", seed, value + 0.5)
    return summarise(tmp_path, steps, "physics", "demo", "python train.py --arms joint")


def test_a_summary_is_plain_json_with_all_that_a_page_needs(whole, tmp_path):
    assert json.loads(to_json(whole)) == whole
    assert whole["campaign"] == tmp_path.name
    assert (whole["arms"], whole["seeds"]) == (["curriculum", "joint"], [0, 1, 2])
    assert whole["reference"] == "curriculum"
    assert whole["budget"]["equal"]
    assert whole["runs"][0]["folder"] == "curriculum-s0/curriculum-run"
    assert whole["runs"][0]["examples"] == 480
    assert [row["split"] for row in whole["scores"]] == ["test_in", "test_far"]
    [item] = whole["scores"][1]["differences"]
    assert item["mean"] == -0.5
    assert item["p_holm"] == min(1.0, 2 * item["p_value"])
    assert whole["forgetting"][1]["matrix"] == [[1.75]]
    assert whole["curves"][0]["points"] == [[20, 0.1], [40, 0.05], [60, 2 / 60]]
    assert whole["curve_measure"].startswith("loss on select, with the weights")
    [area] = whole["area"]
    assert area["metric"] == "area under the budget curve"
    assert area["differences"][0]["p_holm"] is not None


def test_three_seeds_are_no_evidence_and_the_reader_is_warned(whole):
    assert {item["verdict"] for item in whole["verdicts"]} == {"no evidence of benefit"}
    assert whole["verdict"].startswith(
        "No evidence of benefit in any of 2 comparisons."
    )
    assert (
        "on test far: no evidence of benefit (difference -0.500 m2" in whole["verdict"]
    )
    assert whole["warnings"] == [
        "Intervals over 3 seeds are weak: use 5 or more.",
        "With 3 seeds the exact paired test cannot show an effect in a family of 2 "
        "comparisons: 7 seeds can.",
    ]


def test_a_clear_effect_over_enough_seeds_is_a_benefit(seal, tmp_path):
    steps = {}
    for seed in range(7):
        steps |= seal("curriculum", seed, 1.0 + 0.01 * seed)
        steps |= seal("joint", seed, 2.0 + 0.02 * seed)
    found = summarise(tmp_path, steps, "physics", "demo", "")
    assert {item["verdict"] for item in found["verdicts"]} == {"benefit"}
    assert found["warnings"] == []
    assert found["verdict"].startswith(
        "Of 2 comparisons, the curriculum is better in 2"
    )


def test_runs_that_were_asked_something_else_are_not_compared(seal, tmp_path):
    steps = seal("curriculum", 0, 1.0) | seal("joint", 0, 2.0, task_sha256="other")
    found = summarise(tmp_path, steps, "physics", "demo", "")
    assert found["scores"][0]["differences"] == []
    assert found["warnings"][0] == (
        "joint with seed 0 is not compared: it was asked task other, the others of its "
        "seed t0."
    )
    assert found["verdict"].startswith("Nothing to compare")
    assert len(found["runs"]) == 2


def test_a_failed_run_is_named_and_the_others_are_compared(seal, tmp_path):
    steps = seal("curriculum", 0, 1.0) | seal("joint", 0, 2.0)
    steps["random-s0"] = StepResult("random-s0", "failed", None, 1, ("no memory",))
    steps["anti-s0"] = StepResult("anti-s0", "not started")
    found = summarise(tmp_path, steps, "physics", "demo", "")
    assert "Failed, and so not counted: random-s0." in found["warnings"]
    assert "Not done yet: anti-s0." in found["warnings"]
    assert [row["status"] for row in found["runs"]][-2:] == ["failed", "missing"]
    assert found["scores"][0]["differences"][0]["mean"] == -1.0


def test_without_any_finished_run_there_is_still_a_summary(tmp_path):
    steps = {"curriculum-s0": StepResult("curriculum-s0", "failed", None, 1)}
    found = summarise(tmp_path, steps, "physics", "demo", "")
    assert (found["scores"], found["area"], found["curves"]) == ([], [], [])
    assert found["verdict"].startswith("Nothing to compare")
    json.dumps(found)


def finished(arm, seed, task, **changes):
    about = {"attempts": [{"code": {"commit": changes.pop("commit", "c")}}]}
    found = {**results(1.0, task), **changes}
    return ArmRun(arm, seed, "finished", FinishedRun("", None, about, found))


def test_the_curriculum_decides_what_was_asked():
    runs = [finished("joint", 0, "x"), finished("curriculum", 0, "y")]
    runs.append(finished("anti", 1, "z"))
    fair, unlike = same_questions(runs)
    assert [run.arm for run in fair] == ["curriculum", "anti"]
    assert len(unlike) == 1


def test_leaks_and_changes_of_the_code_are_said():
    runs = [
        finished("curriculum", 0, "t", commit="a"),
        finished("joint", 0, "t", audit={"verdict": "allowed leak"}),
    ]
    said = warnings(runs, {"equal": False, "sentence": "They differ."}, 0)
    assert said == [
        "They differ.",
        "No intervals: 3 finished seeds are needed, not 1.",
        "The audit found a leak, allowed on purpose: joint-s0.",
        "The runs were made by 2 versions of the code.",
    ]
