"""NaN, signals and the clock stop a run cleanly, once its state is saved."""

import gc
import math
import os
import signal

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.training.guards import (
    CHECK_EVERY,
    EXIT_START_AGAIN,
    FiniteGuard,
    GarbageCollector,
    NotFinite,
    SelectNotFinite,
    StopGuard,
    StoppedEarly,
)
import pytest

GOOD = StepResult({"loss": 1.0}, 0.5)


def feed(guard, results):
    for step, result in enumerate(results, 1):
        guard.after_step(Place(2, 1, step, 100 + step), result)


@pytest.mark.parametrize(
    "bad",
    [StepResult({"loss": math.nan}, 0.5), StepResult({"loss": 1.0}, math.inf)],
    ids=["loss", "gradient"],
)
def test_the_first_batch_that_is_not_finite_is_named(bad):
    guard = FiniteGuard()
    feed(guard, [GOOD, GOOD, bad, bad, GOOD])
    with pytest.raises(NotFinite, match="batch 2 of epoch 1 of stage 2, step 103") as e:
        guard.confirm()
    assert (e.value.batch, e.value.global_step) == ((2, 1, 2), 103)
    guard.confirm()  # what was seen is forgotten


def test_it_looks_by_itself_every_few_steps_and_at_epoch_ends():
    guard = FiniteGuard()
    bad = StepResult({"loss": math.nan}, 0.5)
    feed(guard, [bad, *[GOOD] * (CHECK_EVERY - 2)])
    with pytest.raises(NotFinite):
        guard.after_step(Place(2, 1, CHECK_EVERY, 200), GOOD)
    feed(guard, [bad])
    with pytest.raises(NotFinite):
        guard.after_epoch(Place(2, 2, 0, 101), {})


def test_under_loss_scaling_an_infinite_gradient_is_normal_but_no_loss_is():
    guard = FiniteGuard(loss_scaled=True)
    feed(guard, [StepResult({"loss": 1.0}, math.inf)])
    guard.confirm()
    feed(guard, [StepResult({"loss": math.inf}, 1.0)])
    with pytest.raises(NotFinite):
        guard.confirm()


class Saver:
    def __init__(self):
        self.places = []

    def save(self, place):
        self.places.append(place)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_noticed_at_the_next_step_and_saved_first(number):
    before = signal.getsignal(number)
    with StopGuard(None) as guard:
        guard.checkpointer = Saver()
        guard.after_step(Place(0, 0, 1, 1), GOOD)
        os.kill(os.getpid(), number)
        with pytest.raises(StoppedEarly, match=f"received {number.name}") as stop:
            guard.after_step(Place(0, 0, 2, 2), GOOD)
        assert guard.checkpointer.places == [Place(0, 0, 2, 2)]
    assert stop.value.exit_code == EXIT_START_AGAIN == 75
    assert signal.getsignal(number) is before


def test_the_time_limit_stops_a_run_at_an_epoch_end_too():
    guard = StopGuard(max_hours=1e-12)
    guard.checkpointer = Saver()
    with pytest.raises(StoppedEarly, match="time limit of 1e-12 hours"):
        guard.after_epoch(Place(0, 1, 0, 6), {})
    assert guard.checkpointer.places == [Place(0, 1, 0, 6)]


def test_without_a_limit_the_clock_never_stops_a_run():
    StopGuard(None).after_step(Place(0, 0, 1, 1), GOOD)


def test_what_existed_before_is_frozen_and_later_garbage_is_collected():
    collector = GarbageCollector()
    collector.freeze()
    try:
        assert gc.get_freeze_count() > 0
        ring: list = []
        ring.append(ring)
        del ring
        before = gc.get_stats()[2]["collected"]
        collector.after_step(Place(), GOOD)
        collector.after_epoch(Place(), {})
        assert gc.get_stats()[2]["collected"] > before
    finally:
        gc.unfreeze()


def test_a_select_score_that_is_not_finite_ends_the_run_by_name():
    logs = {"loss": 1.0, "val_loss": math.nan}
    with pytest.raises(SelectNotFinite, match=r"in \['val_loss'\] after epoch 2"):
        FiniteGuard().after_epoch(Place(0, 2, 0, 20), logs)
