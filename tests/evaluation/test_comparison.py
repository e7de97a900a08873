"""Results of different tasks are not compared."""

from dist_invention.evaluation.comparison import DifferentTasks, require_same_task
import pytest


def results(digest, run_id="run-s0"):
    return {"run_id": run_id, "task_sha256": digest}


def test_equal_tasks_pass_and_give_their_hash():
    assert require_same_task(results("ab" * 32), results("ab" * 32)) == "ab" * 32


def test_different_tasks_are_refused_and_both_are_named():
    with pytest.raises(
        DifferentTasks,
        match=r"Expected.*`a` with task abab.* and `b` with task cdcd.* Score both on",
    ):
        require_same_task(results("ab" * 32, "a"), results("cd" * 32, "b"))


@pytest.mark.parametrize("bare", [{}, {"task_sha256": None}, {"task_sha256": ""}])
def test_results_without_a_task_are_comparable_to_nothing(bare):
    with pytest.raises(DifferentTasks, match="a run without name` with task unknown"):
        require_same_task(bare, bare)
