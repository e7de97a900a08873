"""NaN is named by its batch; garbage is collected where it costs nothing."""

import gc
import math

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.training.guards import (
    CHECK_EVERY,
    BrokenSince,
    FiniteGuard,
    GarbageCollector,
    NotFinite,
    SelectNotFinite,
)
import keras
import numpy as np
import pytest

GOOD = StepResult({"loss": 1.0}, 0.5)
UNSEEN = StepResult({"loss": 1.0}, None)  # nobody asked for the norm


def feed(guard, results):
    for step, result in enumerate(results, 1):
        guard.after_step(Place(2, 1, step, 100 + step), result)


@pytest.mark.parametrize(
    "bad",
    [StepResult({"loss": math.nan}, None), StepResult({"loss": 1.0}, math.inf)],
    ids=["loss", "gradient"],
)
def test_it_is_seen_that_something_broke_and_by_when(bad):
    guard = FiniteGuard()
    feed(guard, [GOOD, UNSEEN, bad, bad, GOOD])
    with pytest.raises(BrokenSince, match="at step 103, from that step or one") as e:
        guard.confirm()
    assert e.value.global_step == 103
    guard.confirm()  # what was seen is forgotten


def test_it_looks_by_itself_every_few_steps_and_at_epoch_ends():
    guard = FiniteGuard()
    bad = StepResult({"loss": math.nan}, 0.5)
    feed(guard, [bad, *[GOOD] * (CHECK_EVERY - 2)])
    with pytest.raises(BrokenSince):
        guard.after_step(Place(2, 1, CHECK_EVERY, 200), GOOD)
    feed(guard, [bad])
    with pytest.raises(BrokenSince):
        guard.after_epoch(Place(2, 2, 0, 101), {})


def test_under_loss_scaling_an_infinite_gradient_is_normal_but_no_loss_is():
    guard = FiniteGuard(loss_scaled=True)
    feed(guard, [StepResult({"loss": 1.0}, math.inf)])
    guard.confirm()
    feed(guard, [StepResult({"loss": math.inf}, 1.0)])
    with pytest.raises(BrokenSince):
        guard.confirm()


def test_on_the_way_again_the_batch_that_broke_the_loss_is_named():
    guard = FiniteGuard()
    guard.look_closely(keras.Sequential([keras.Input((2,))]), until=103)
    feed(guard, [GOOD, GOOD])
    with pytest.raises(NotFinite, match="batch 2 of epoch 1 of stage 2, step 103") as e:
        guard.after_step(Place(2, 1, 3, 103), StepResult({"loss": math.nan}, None))
    assert (e.value.batch, e.value.global_step) == ((2, 1, 2), 103)


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


def test_a_weight_that_breaks_while_loss_and_gradient_are_fine_is_found_at_its_step():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    guard = FiniteGuard()
    guard.look_closely(model, until=103)
    guard.after_step(Place(2, 1, 1, 101), GOOD)
    model.layers[0].bias.assign(np.full(1, np.nan))
    with pytest.raises(NotFinite) as error:
        guard.after_step(Place(2, 1, 2, 102), GOOD)
    assert (error.value.batch, error.value.global_step) == ((2, 1, 1), 102)
    guard.after_step(Place(2, 1, 4, 104), GOOD)  # it no longer looks that closely
