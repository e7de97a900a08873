import copy
import json

from dist_invention.curriculum import (
    ApplyStage,
    Constant,
    LeaveStage,
    Linear,
    WhenReaches,
)
from dist_invention.datasets import Batches
import keras
import numpy as np
import pytest


class Watch(keras.callbacks.Callback):
    """Notes rate and weights as each batch sees them."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        rate = float(self.model.optimizer.learning_rate.numpy())
        self.seen.append((rate, self.model.weights_of_terms()))


def fit(learner, stage, callbacks, **options):
    batches = Batches(stage.data, 4, seed=0, stage=stage.name)

    def endless():
        for epoch in range(100):
            yield from batches.epoch(epoch)

    learner.fit(
        endless(),
        epochs=stage.epochs,
        steps_per_epoch=batches.steps_per_epoch,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
        **options,
    )


def test_fit_follows_the_schedules_of_a_stage(make_learner, make_stage):
    weights = {"error": Constant(1.0), "size": Linear(0.0, 0.5)}
    stage = make_stage(learning_rate=Linear(0.1, 0.05), weights=weights)
    learner, watch = make_learner(), Watch()
    fit(learner, stage, [ApplyStage(stage, steps_per_epoch=3), watch])
    rates = [rate for rate, _ in watch.seen]
    sizes = [weights["size"] for _, weights in watch.seen]
    assert rates == pytest.approx(np.linspace(0.1, 0.05, 6))
    assert sizes == pytest.approx(np.linspace(0.0, 0.5, 6))
    assert {weights["error"] for _, weights in watch.seen} == {1.0}


def test_a_rate_that_another_callback_lowered_stays_low(make_learner, make_stage):
    class Halve(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rate = self.model.optimizer.learning_rate
            rate.assign(rate / 2)

    stage, watch = make_stage(learning_rate=Constant(0.5)), Watch()
    fit(make_learner(), stage, [ApplyStage(stage, 3), Halve(), watch])
    assert [rate for rate, _ in watch.seen] == [0.5] * 3 + [0.25] * 3


def test_a_restored_callback_does_not_overrule_either(make_learner, make_stage):
    stage, learner = make_stage(learning_rate=Constant(0.5)), make_learner()
    first = ApplyStage(stage, 3)
    first.set_model(learner)
    first.on_epoch_begin(0)
    first.on_train_batch_begin(0)
    learner.optimizer.learning_rate.assign(0.25)
    second = ApplyStage(stage, 3)
    second.set_model(learner)
    second.set_state(json.loads(json.dumps(first.get_state())))
    second.on_epoch_begin(0)
    second.on_train_batch_begin(1)
    assert float(learner.optimizer.learning_rate.numpy()) == 0.25


def test_a_new_stage_writes_all_its_values(make_learner, make_stage):
    learner = make_learner()
    for rate, term in ((0.5, "error"), (0.125, "size")):
        stage = make_stage(learning_rate=Constant(rate), weights={term: Constant(1.0)})
        callback = ApplyStage(stage, 3)
        callback.set_model(learner)
        callback.on_epoch_begin(0)
        callback.on_train_batch_begin(0)
    assert float(learner.optimizer.learning_rate.numpy()) == 0.125
    assert learner.weights_of_terms() == {"error": 0.0, "size": 1.0}


def test_fit_stops_when_the_stage_is_to_be_left(make_learner, make_stage):
    stage = make_stage(epochs=5, leave=WhenReaches("val_loss", 1e9, "min"))
    leave = LeaveStage(stage)
    held_out = (stage.data.input_arrays(), stage.data.target_arrays())
    fit(
        make_learner(),
        stage,
        [ApplyStage(stage, 3), leave],
        validation_data=held_out,
    )
    assert len(leave.history) == 1
    assert set(leave.history[0]) >= {"loss", "error", "val_loss", "val_error"}
    assert leave.reason.startswith("val_loss=")


def test_a_stage_without_a_rule_runs_to_its_end(make_learner, make_stage):
    stage = make_stage(epochs=2)
    leave = LeaveStage(stage)
    fit(make_learner(), stage, [ApplyStage(stage, 3), leave])
    assert leave.reason == "2 of 2 epochs done"


def test_the_record_of_a_stage_survives_a_round_trip(make_learner, make_stage):
    stage = make_stage(epochs=2)
    whole, first = LeaveStage(stage), LeaveStage(stage)
    for callback in (whole, first):
        callback.set_model(make_learner())
        callback.on_epoch_end(0, {"loss": np.float32(0.5)})
    second = LeaveStage(stage)
    second.set_model(make_learner())
    second.set_state(json.loads(json.dumps(first.get_state())))
    for callback in (whole, second):
        callback.on_epoch_end(1, {"loss": 0.25})
    assert second.get_state() == whole.get_state()
    assert second.reason == "2 of 2 epochs done"


def test_a_state_that_was_taken_does_not_change_later(make_learner, make_stage):
    leave = LeaveStage(make_stage(epochs=3))
    leave.set_model(make_learner())
    leave.on_epoch_end(0, {"loss": 0.5})
    state = leave.get_state()
    kept = copy.deepcopy(state)
    leave.on_epoch_end(1, {"loss": 0.25})
    assert state == kept
