import json

from dist_invention.curriculum import Constant, Cosine, Linear, Place
from dist_invention.curriculum.callbacks import ApplyStage
from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import Learner
from dist_invention.datasets import Batches, Field, Stream
from dist_invention.domains.collatz.plateau import PlateauPerBatch, record_patience
from dist_invention.runtime.step import build_step
from dist_invention.training.loop import Lesson, run_lesson
import keras
import numpy as np
import pytest

STEPS = 8


def reference(losses, rate, patience, factor=0.5, threshold=1e-4, eps=1e-8):
    """The rule of torch.optim.lr_scheduler.ReduceLROnPlateau, mode min, relative."""
    best, bad, rates = float("inf"), 0, []
    for loss in losses:
        if loss < best * (1 - threshold):
            best, bad = loss, 0
        else:
            bad += 1
        if bad > patience:
            new = max(rate * factor, 0)
            if rate - new > eps:
                rate = new
            bad = 0
        rates.append(rate)
    return rates


@pytest.mark.parametrize("patience", [0, 3, 20])
def test_the_rate_is_that_of_the_record_s_scheduler(patience):
    random = np.random.default_rng(0)
    losses = np.exp(-np.arange(2000) / 300) + 0.2 * random.random(2000)
    plateau = PlateauPerBatch(patience=patience)
    plateau.rate, rates = 1e-3, []
    for loss in losses:
        plateau.see(float(loss))
        rates.append(plateau.rate)
    wanted = reference(losses, 1e-3, patience)
    assert rates == wanted
    assert len(set(wanted)) > 3
    assert [item["rate"] for item in plateau.changes] == sorted(set(wanted))[-2::-1]


def test_the_rate_stops_where_a_change_would_be_too_small():
    plateau = PlateauPerBatch(patience=0)
    plateau.rate = 1e-3
    for _ in range(100):
        plateau.see(1.0)
    assert 1e-8 <= plateau.rate < 2e-8
    assert len(plateau.changes) == 16


def squared(inputs, targets, outputs):
    return (outputs["y"] - targets["y"])[:, 0] ** 2


def noise(generator, count):
    x = generator.normal(size=(count, 2)).astype(np.float32)
    return {"x": x, "y": (x[:, :1] + generator.normal(size=(count, 1))).astype("f4")}


@pytest.fixture(scope="module")
def learner():
    x = keras.Input((2,), name="x")
    start = keras.initializers.Constant(0.1)
    y = keras.layers.Dense(1, kernel_initializer=start)(x)
    learner = Learner(keras.Model({"x": x}, {"y": y}), {"squared": squared})
    learner.compile(keras.optimizers.SGD(1.0), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)
    return learner, build_step(learner)


class Losses(keras.callbacks.Callback):
    """Notes the exact loss and the rate of each batch."""

    def __init__(self, batches):
        super().__init__()
        self.batches, self.epoch = batches, 0
        self.exact, self.rates = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        inputs, targets, _ = self.batches.batch(self.epoch, batch)
        outputs = self.model(inputs)
        self.exact.append(float(np.mean(squared(inputs, targets, outputs))))
        self.rates.append(float(self.model.optimizer.learning_rate.numpy()))


def parts(schedule, epochs=3, patience=2):
    fields = (Field("x", (2,), "1"), Field("y", (1,), "1"))
    stream = Stream("noise", noise, fields, ("x",), ("y",), 4 * STEPS)
    stage = Stage("one", stream, epochs, schedule, {"squared": Constant(1.0)})
    batches = Batches(stream, 4, seed=0, stage="one")
    plateau = PlateauPerBatch(patience=patience)
    watch = Losses(batches)
    return Lesson(batches, epochs, [ApplyStage(stage, STEPS), plateau, watch]), plateau


def test_it_sees_the_loss_of_each_batch_and_not_their_mean(learner):
    model, step = learner
    lesson, plateau = parts(Constant(0.01))
    seen = []
    plateau.see = seen.append
    run_lesson(model, step, lesson, Place())
    assert len(seen) == 3 * STEPS
    assert seen == pytest.approx(lesson.callbacks[2].exact, rel=1e-5)


@pytest.mark.parametrize("schedule", [Constant(0.01), Cosine(0.01, 0), Linear(0.01, 1)])
def test_it_wins_over_the_schedule_of_its_stage(learner, schedule):
    model, step = learner
    lesson, plateau = parts(schedule)
    run_lesson(model, step, lesson, Place())
    watch = lesson.callbacks[2]
    rates = [0.01, *reference(watch.exact, 0.01, 2)][:-1]  # the next batch has it
    assert watch.rates == pytest.approx(rates)
    assert len(plateau.changes) > 1


def test_it_goes_on_in_the_middle_of_an_epoch():
    losses = [(2.0, 1.0, 1.5), (3.0, 1.0, 1.0)]

    def tell(plateau, epoch, batches):
        means = np.cumsum(losses[epoch]) / np.arange(1, 4)
        for index in batches:
            plateau.on_train_batch_end(index, {"loss": means[index]})

    whole = PlateauPerBatch(patience=1)
    whole.rate = 0.1
    for epoch in range(2):
        whole.on_epoch_begin(epoch)
        tell(whole, epoch, range(3))
    first, second = PlateauPerBatch(patience=1), PlateauPerBatch(patience=1)
    first.rate = 0.1
    first.on_epoch_begin(0)
    tell(first, 0, range(3))
    first.on_epoch_begin(1)
    tell(first, 1, range(1))
    second.on_epoch_begin(1)
    second.set_state(json.loads(json.dumps(first.get_state())))
    tell(second, 1, range(1, 3))
    assert second.get_state() == whole.get_state()
    assert whole.changes == [{"step": 4, "rate": 0.05}, {"step": 6, "rate": 0.025}]


def test_patience_is_scaled_to_the_run():
    assert record_patience(100_000) == 2_000
    assert record_patience(2_000) == 40
    assert record_patience(10) == 1


@pytest.mark.parametrize("wrong", [{"factor": 1.0}, {"factor": 0}, {"patience": -1}])
def test_a_plateau_that_lowers_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="to keep the rate"):
        PlateauPerBatch(**wrong)
