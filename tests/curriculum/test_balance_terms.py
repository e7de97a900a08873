"""A balancer sees the losses of `fit()` and turns the weights; its state survives."""

import json

from dist_invention.curriculum import ApplyStage, Balancer, BalanceTerms, Constant
from dist_invention.datasets import Batches
import keras
import pytest

BOTH = {"error": Constant(1.0), "size": Constant(0.5)}


class Doubling(Balancer):
    """Doubles every weight at each look, and keeps what it saw."""

    def update(self, state, look):
        doubled = {name: 2 * m for name, m in state["multipliers"].items()}
        seen = [*state.get("seen", []), [look.progress, dict(look.losses)]]
        return {"multipliers": doubled, "seen": seen}


class Watch(keras.callbacks.Callback):
    """Notes the weights of each step and the logs of each epoch."""

    def __init__(self):
        super().__init__()
        self.weights, self.logs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(self.model.weights_of_terms()["error"])

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


@pytest.fixture
def fit(make_learner, make_stage):
    """Fit two epochs of three steps with a balancer."""

    def run(balance, own=ApplyStage):
        stage = make_stage(weights=BOTH, balance=balance)
        learner, watch, callback = make_learner(), Watch(), own(stage, 3)
        batches = Batches(stage.data, 4, seed=0, stage=stage.name)
        learner.fit(
            (batch for epoch in range(2) for batch in batches.epoch(epoch)),
            epochs=2,
            steps_per_epoch=3,
            callbacks=[callback, watch],
            shuffle=False,
            verbose=0,
        )
        return getattr(callback, "balance", callback), watch

    return run


def test_a_look_an_epoch_sees_its_means_and_acts_from_the_next_step_on(fit):
    balance, watch = fit(Doubling(cap=1.0))
    assert watch.weights == [1.0] * 3 + [2.0] * 3
    seen = balance.get_state()["controller"]["state"]["seen"]
    assert [progress for progress, _ in seen] == [0.5, 1.0]
    for (_, losses), logs in zip(seen, watch.logs, strict=True):
        assert losses == pytest.approx({name: logs[name] for name in BOTH})


def test_a_look_every_few_steps_sees_the_means_since_the_last_one(fit):
    """Steps 1 and 2, then 3 alone and 4: the epoch ends between them."""
    balance, watch = fit(Doubling(every=1, cap=1.0))
    ones = [losses["error"] for _, losses in _seen(balance)]
    assert watch.weights == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert sum(ones[:3]) / 3 == pytest.approx(watch.logs[0]["error"], rel=1e-5)
    assert sum(ones[3:]) / 3 == pytest.approx(watch.logs[1]["error"], rel=1e-5)
    balance, watch = fit(Doubling(every=2, cap=1.0))
    assert watch.weights == [1.0, 1.0, 2.0, 2.0, 4.0, 4.0]
    assert [round(progress * 6) for progress, _ in _seen(balance)] == [2, 4, 6]


def _seen(balance):
    return balance.get_state()["controller"]["state"]["seen"]


def test_the_callback_works_on_its_own(fit):
    _, watch = fit(Doubling(cap=1.0), own=BalanceTerms)
    assert watch.weights == [1.0] * 3 + [2.0] * 3


def test_the_cap_holds_at_the_losses_that_were_seen(fit):
    balance, watch = fit(Balancer(cap=0.6))
    weights, logs = balance.controller.weights(), watch.logs[1]
    parts = {name: weights[name] * logs[name] for name in BOTH}
    assert max(parts.values()) / sum(parts.values()) <= 0.6 + 1e-6


def test_the_state_of_apply_stage_holds_that_of_the_balancer(make_learner, make_stage):
    stage = make_stage(weights=BOTH, balance=Doubling(every=1, cap=1.0))
    learner, first = make_learner(), ApplyStage(stage, 3)

    def step(callback, batch):
        callback.on_train_batch_begin(batch)
        callback.on_train_batch_end(batch, {"error": 1.0, "size": 1.0})

    first.set_model(learner)
    first.on_epoch_begin(0)
    step(first, 0)
    state = json.loads(json.dumps(first.get_state()))
    second = ApplyStage(stage, 3)
    second.set_model(learner)
    second.on_epoch_begin(0)
    second.set_state(state)
    for callback in (first, second):
        step(callback, 1)
    assert second.get_state() == first.get_state()
    assert learner.weights_of_terms() == {"error": 2.0, "size": 1.0}


def test_a_stage_without_a_balancer_has_no_state_of_one(make_learner, make_stage):
    callback = ApplyStage(make_stage(), 3)
    callback.set_model(make_learner())
    callback.on_epoch_begin(0)
    callback.on_train_batch_begin(0)
    assert set(callback.get_state()) == {"rate", "weights"}
    with pytest.raises(ValueError, match=r"`first` to have a balancer.*balance=None"):
        BalanceTerms(make_stage(), 3)
