"""Equal steps, or said so; the loss along the way as one number."""

import json

from dist_invention.campaigns.arm_runs import ArmRun
from dist_invention.campaigns.budget import area_rows, budget, curves, mean_between
from dist_invention.campaigns.finished import FinishedRun
import pytest

DATA = [
    {"name": "train", "role": "train", "tier": "in"},
    {"name": "select_in", "role": "select", "tier": "in"},
    {"name": "select_far", "role": "select", "tier": "far"},
]


@pytest.fixture
def run(tmp_path):
    def make(arm, seed, points, taken=60, size=960):
        folder = tmp_path / f"{arm}-{seed}"
        folder.mkdir()
        rows = [{"kind": "train", "step": 5, "values": {"loss": 9.0}}]
        for step, a, b in points:
            values = {"val_a": a, "val_b": b, "select_far_a": 2 * a, "select_far_b": b}
            rows.append({"kind": "epoch", "step": step, "values": values})
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "metrics.jsonl").write_text(lines)
        stage = {"name": "x", "epochs": 1, "steps": taken, "reason": "done"}
        stage["exam_weights"] = {"a": 1.0, "b": 0.5}
        plan = [{"examples_per_epoch": size}]
        results = {"data": DATA, "stages": [stage], "curriculum": plan}
        done = FinishedRun("", folder, {}, results)
        return ArmRun(arm, seed, "finished", done)

    return make


def test_equal_steps_are_said_to_be_equal(run):
    runs = [run("curriculum", 0, [], 60), run("joint", 0, [], 60)]
    found = budget([*runs, ArmRun("joint", 1, "failed")])
    assert found["equal"]
    assert found["steps"] == {"curriculum": [60], "joint": [60, None]}
    assert found["stages"]["joint"][0]["stages"][0]["steps"] == 60
    assert "as the curriculum of its seed: 60. They saw as many" in found["sentence"]


def test_steps_that_differ_are_named(run):
    found = budget([run("curriculum", 0, [], 1660), run("joint", 0, [], 1659)])
    assert not found["equal"]
    assert (
        "joint took 1,659 steps with seed 0, the curriculum 1,660" in found["sentence"]
    )


def test_seeds_may_differ_in_their_budget(run):
    runs = [run(arm, s, [], 60 + s) for arm in ("curriculum", "joint") for s in (0, 1)]
    assert budget(runs)["equal"]
    assert "of its seed: 60 or 61." in budget(runs)["sentence"]


def test_examples_that_differ_are_named_too(run):
    runs = [
        run(arm, 0, [], 60, size) for arm, size in [("curriculum", 960), ("joint", 950)]
    ]
    assert budget(runs)["equal"]
    assert budget(runs)["sentence"].endswith("differ by at most 1 %.")


def test_a_curve_has_one_weighted_loss_an_epoch_and_select_split(run):
    found = curves([run("joint", 0, [(10, 4.0, 2.0), (20, 1.0, 0.0)])])
    assert found["select_in"]["joint", 0] == [(10, 5.0), (20, 1.0)]
    assert found["select_far"]["joint", 0] == [(10, 9.0), (20, 2.0)]


def test_a_loss_that_is_not_finite_makes_no_curve(run):
    assert curves([run("joint", 0, [(10, 4.0, 2.0), (20, "nan", 0.0)])]) == {}
    assert curves([ArmRun("joint", 0, "failed")]) == {}


def test_the_area_is_the_mean_loss_over_steps_that_all_arms_measured(run):
    runs = [
        run("curriculum", 0, [(10, 4.0, 0.0), (30, 2.0, 0.0)]),
        run("joint", 0, [(20, 5.0, 0.0), (30, 1.0, 0.0)]),
    ]
    first, second = area_rows(runs, curves(runs))
    assert (first["split"], first["tier"], first["better"]) == (
        "select_in",
        "in",
        "lower",
    )
    assert [cell["mean"] for cell in first["arms"]] == [2.5, 3.0]  # from 20 to 30
    assert first["differences"][0]["mean"] == -0.5
    assert second["split"] == "select_far"


def test_one_point_is_no_area(run):
    runs = [run("curriculum", 0, [(10, 4.0, 0.0)])]
    assert area_rows(runs, curves(runs))[0]["arms"][0]["mean"] is None


def test_a_mean_between_steps_follows_straight_lines():
    curve = [(0, 0.0), (10, 10.0), (20, 0.0)]
    assert mean_between(curve, 0, 20) == 5.0
    assert mean_between(curve, 5, 15) == 7.5
    assert mean_between(curve, 2, 3) == 2.5


def test_before_a_run_is_finished_nothing_is_said_about_steps():
    found = budget([ArmRun("curriculum", 0, "missing"), ArmRun("joint", 0, "failed")])
    assert found["sentence"] == "No run is finished yet."
    assert found["steps"] == {"curriculum": [None], "joint": [None]}


def test_as_many_steps_with_more_examples_are_no_equal_budget(run):
    runs = [
        run(arm, 0, [], 60, size) for arm, size in [("curriculum", 960), ("joint", 480)]
    ]
    found = budget(runs)
    assert found["equal"] is False
    assert "joint saw 480 examples with seed 0, the curriculum 960" in found["sentence"]


def test_without_a_curriculum_no_budget_is_called_equal(run):
    assert budget([run("joint", 0, [], 60)])["equal"] is None
    assert budget([ArmRun("curriculum", 0, "missing")])["equal"] is None


def test_each_arm_is_judged_with_the_weights_that_the_curriculum_ends_with(run):
    plain, other = run("curriculum", 0, [(3, 4.0, 2.0)]), run("b", 0, [(3, 4.0, 2.0)])
    other.stages[0]["exam_weights"] = {"a": 0.0, "b": 9.0}
    found = curves([plain, other])["select_in"]
    assert found["curriculum", 0] == found["b", 0] == [(3, 5.0)]
