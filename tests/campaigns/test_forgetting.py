from pathlib import Path

from dist_invention.campaigns.arm_runs import ArmRun
from dist_invention.campaigns.finished import FinishedRun
from dist_invention.campaigns.forgetting import forgetting


def run(arm, seed, *stages):
    """A finished run of stages given as (name, loss on a, loss on b)."""
    reports = [{"name": n, "exams": {"a": first, "b": b}} for n, first, b in stages]
    done = FinishedRun("", Path(), {}, {"stages": reports})
    return ArmRun(arm, seed, "finished", done)


def test_each_exam_is_averaged_over_seeds_after_each_stage():
    [row] = forgetting(
        [
            run("curriculum", 0, ("a", 1.0, 4.0), ("b", 3.0, 2.0)),
            run("curriculum", 1, ("a", 3.0, 6.0), ("b", 5.0, 2.0)),
        ]
    )
    assert row == {
        "arm": "curriculum",
        "stages": ["a", "b"],
        "exams": ["a", "b"],
        "matrix": [[2.0, 5.0], [4.0, 2.0]],
        "n": 2,
    }


def test_stages_are_numbered_where_seeds_differ_in_their_order():
    runs = [
        run("random", 0, ("a", 1.0, 4.0), ("b", 3.0, 2.0)),
        run("random", 1, ("b", 3.0, 6.0), ("a", 5.0, 2.0)),
    ]
    assert forgetting(runs)[0]["stages"] == ["stage 1", "stage 2"]


def test_a_loss_that_is_missing_in_one_seed_has_no_mean():
    runs = [run("joint", 0, ("joint", 1.0, None)), run("joint", 1, ("joint", 2.0, 1.0))]
    assert forgetting(runs)[0]["matrix"] == [[1.5, None]]


def test_an_arm_without_exams_has_no_matrix():
    bare = FinishedRun("", Path(), {}, {"stages": [{"name": "a", "exams": {}}]})
    assert forgetting([ArmRun("joint", 0, "finished", bare)]) == []
    assert forgetting([ArmRun("joint", 0, "failed")]) == []
