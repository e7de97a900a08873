"""The number of micro-batches grows by the journal, and its history is told."""

from dist_invention.runtime.micro_batches import (
    micro_batches_history,
    micro_batches_now,
    next_micro_batches,
)
import pytest


def raised(number, step):
    return {"event": "micro_batches", "micro_batches": number, "step": step}


def resumed(step):
    return {"event": "resumed", "step": step}


def test_without_a_raise_the_configured_number_holds():
    assert micro_batches_now([{"event": "opened"}, resumed(5)], 3) == 3
    assert micro_batches_history([{"event": "opened"}, resumed(5)], 3) == [[0, 3]]


def test_the_last_raise_holds():
    assert micro_batches_now([raised(2, 5), {"event": "opened"}, raised(4, 5)], 1) == 4


CASES = [
    (64, 1, 2),
    (64, 32, 64),
    (64, 64, None),
    (12, 4, 12),
    (10, 5, 10),
    (9, 1, 3),
    (7, 1, 7),
    (6, 2, 6),
    (1, 1, None),
]


@pytest.mark.parametrize(("batch_size", "now", "after"), CASES)
def test_parts_get_at_least_half_as_large_and_stay_equal(batch_size, now, after):
    assert next_micro_batches(batch_size, now) == after


def test_raises_at_one_step_are_one_entry():
    events = [raised(2, 0), raised(4, 0), resumed(7), raised(8, 40)]
    assert micro_batches_history(events, 1) == [[0, 4], [40, 8]]


def test_a_raise_counts_from_the_checkpoint_that_the_run_went_on_from():
    events = [raised(2, 120), resumed(100)]  # the newest one was damaged
    assert micro_batches_history(events, 1) == [[0, 1], [100, 2]]


def test_steps_done_again_count_as_they_were_done_last():
    events = [raised(2, 100), resumed(100), raised(4, 200), resumed(80)]
    assert micro_batches_history(events, 1) == [[0, 1], [80, 4]]


def test_a_number_put_back_is_a_change_like_any_other():
    events = [raised(2, 50), resumed(50), raised(1, 90), resumed(90)]
    assert micro_batches_history(events, 1) == [[0, 1], [50, 2], [90, 1]]
