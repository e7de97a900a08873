"""A lesson at exactly so many steps, on its own data or on a blend of many."""

from dist_invention.curriculum import Constant, Linear, WhenReaches
from dist_invention.curriculum.lengths import fixed, spread
from dist_invention.curriculum.taken import steps_of
from dist_invention.datasets import Batches, Blend
import pytest

LEAVE = WhenReaches("loss", 0.1, "min")


def test_a_stage_keeps_its_own_batches_where_its_epochs_fit(make_stage):
    stage = make_stage(leave=LEAVE)
    [(longer, count)] = fixed(stage, 9, 4)
    assert (longer.epochs, longer.data, longer.leave) == (3, stage.data, None)
    assert count == 9


@pytest.mark.parametrize("steps", [10, 14, 22, 23, 41])
def test_a_budget_that_is_no_whole_number_of_epochs_is_met_exactly(steps, make_stage):
    stage = make_stage()
    (main, most), (rest, few) = fixed(stage, steps, 4)
    assert (main.data, main.epochs, most) == (stage.data, steps // 3, steps // 3 * 3)
    assert isinstance(rest.data, Blend)
    assert (rest.name, rest.data.name) == ("first-rest", "train, part of an epoch")
    assert (rest.epochs, steps_of(rest.data, 4), few) == (1, steps % 3, steps % 3)
    assert len(rest.data) == 4 * few


def test_less_than_an_epoch_is_one_stage(make_stage):
    [(stage, steps)] = fixed(make_stage(), 2, 4)
    assert (stage.name, stage.epochs, len(stage.data), steps) == ("first", 1, 8, 2)


def test_steps_that_nothing_divides_leave_a_rest_with_its_share_of_the_losses(
    make_stage,
):
    weights = {"error": Constant(1.0), "size": Linear(0.0, 1.0)}
    stage = make_stage("all", weights=weights)
    (main, most), (rest, few) = spread(stage, "b", parts(stage), 59, 7.0, 4)
    assert (main.epochs, most, few) == (7, 56, 3)
    assert (main.name, rest.name, rest.epochs) == ("all", "all-rest", 1)
    assert main.weights["size"].at(1.0) == pytest.approx(56 / 59)
    assert rest.weights["size"].at(0.0) == pytest.approx(56 / 59)
    assert rest.weights["size"].at(1.0) == 1.0
    [(main, most)] = spread(stage, "b", parts(stage), 60, 7.0, 4)
    assert (main.epochs, most, steps_of(main.data, 4)) == (6, 60, 10)


def parts(stage, examples=240.0):
    return {"a": (stage.data, examples)}


def test_examples_are_counted_where_epochs_have_ragged_tails(make_stage, make_split):
    stage = make_stage(data=make_split(10))  # three epochs of 4, 4 and 2
    [(main, _)] = spread(stage, "b", parts(stage, 30.0), 9, 3.0, 4)
    assert (main.epochs, len(main.data)) == (3, 10)


def test_a_blend_inside_a_blend_is_taken_apart(make_stage, make_split):
    inner = Blend("in", {"a": make_split(), "b": make_split()}, {"a": 1, "b": 3}, 8)
    two = {"first": (inner, 32.0), "second": (make_split(), 32.0)}
    [(main, _)] = spread(make_stage(), "b", two, 8, 2.0, 8)
    shares = main.data.realised()
    assert shares == {"first/a": 0.125, "first/b": 0.375, "second": 0.5}


def test_a_rest_of_one_step_fills_its_batch_though_epochs_have_ragged_tails(
    make_stage, make_split
):
    stage = make_stage(data=make_split(10, 0, "ragged"))  # 3 steps of 4, the last half
    rows = fixed(stage, 7, 4)
    assert sum(count for _, count in rows) == 7
    for part, count in rows:
        each = Batches(part.data, 4, 0, part.name).steps_per_epoch
        assert each * part.epochs == count
