"""The only training loop: bit-equal to fit, and never past a batch that failed."""

from dist_invention.curriculum import Place
from dist_invention.datasets import Batches
from dist_invention.runtime.step import build_step
from dist_invention.training.loop import BatchFailed, Lesson, run_lesson
import keras
import numpy as np
import pytest

EPOCHS = 5


@pytest.fixture
def data(tiny):
    """Batches of a split with a ragged tail, and validation arrays."""
    select = tiny.make_split("select")
    batches = Batches(tiny.make_split("easy"), 8, seed=0, stage="01-easy")
    return batches, (select.input_arrays(), select.target_arrays())


def make_model(rate):
    keras.utils.set_random_seed(3)
    x = keras.Input((2,), name="x")
    hidden = keras.layers.Dense(8, "tanh")(x)
    hidden = keras.layers.BatchNormalization()(hidden)
    hidden = keras.layers.Dropout(0.3)(hidden)
    model = keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})
    adam = keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.9)
    model.compile(adam, {"y": "mse"}, metrics={"y": ["mae"]}, jit_compile=False)
    return model


def one_after_the_other(batches):
    """The same batches, epoch by epoch, for fit."""
    for epoch in range(EPOCHS):
        yield from batches.epoch(epoch)


def adaptive():
    """Stock callbacks that turn the rate and stop early."""
    return [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=0.5),
        keras.callbacks.EarlyStopping(
            patience=2, min_delta=0.5, restore_best_weights=True
        ),
    ]


def everything(model):
    variables = [*model.variables, *model.optimizer.variables]
    return [np.asarray(keras.ops.convert_to_numpy(v.value)) for v in variables]


@pytest.mark.parametrize(
    ("rate", "callbacks"),
    [
        (lambda: keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.8), list),
        (lambda: 0.05, adaptive),
    ],
    ids=["schedule and averages", "stock callbacks"],
)
def test_the_loop_is_bit_equal_to_fit(data, rate, callbacks):
    batches, validation = data
    fitted = make_model(rate())
    history = fitted.fit(
        one_after_the_other(batches),
        steps_per_epoch=batches.steps_per_epoch,
        epochs=EPOCHS,
        shuffle=False,
        validation_data=validation,
        validation_batch_size=8,
        callbacks=callbacks(),
        verbose=0,
    )
    model = make_model(rate())
    lesson = Lesson(batches, EPOCHS, callbacks(), {"val_": validation})
    step = build_step(model)
    place = run_lesson(model, step, lesson, Place())
    for ours, theirs in zip(everything(model), everything(fitted), strict=True):
        assert np.array_equal(ours, theirs)
    assert model.history.history == history.history
    assert model.history.epoch == history.epoch
    assert place.epoch == len(history.epoch)
    assert (callbacks is adaptive) == (place.epoch < EPOCHS), "it stopped early"
    assert step.traces == 1


class Seen:
    def __init__(self):
        self.steps, self.epochs = [], []

    def after_step(self, place, result):
        self.steps.append(place)

    def after_epoch(self, place, logs):
        self.epochs.append((place, sorted(logs)))


def lesson_of(data, watcher, **values):
    batches, validation = data
    return Lesson(
        batches, 2, validation={"val_": validation}, watchers=[watcher], **values
    )


def test_watchers_are_told_the_place_reached(data):
    model, seen = make_model(0.01), Seen()
    run_lesson(model, build_step(model), lesson_of(data, seen), Place(1, 0, 0, 100))
    assert seen.steps[0] == Place(1, 0, 1, 101)
    assert seen.steps[-1] == Place(1, 1, 6, 112)
    assert [place for place, _ in seen.epochs] == [
        Place(1, 1, 0, 106),
        Place(1, 2, 0, 112),
    ]
    assert seen.epochs[0][1] == ["loss", "mae", "val_loss", "val_mae"]


def test_a_batch_to_skip_is_passed_over_and_counts_as_no_step(data):
    model, seen = make_model(0.01), Seen()
    skips = {(0, 0, 2), (0, 1, 5), (1, 0, 0)}
    run_lesson(model, build_step(model), lesson_of(data, seen, skips=skips), Place())
    assert [(p.epoch, p.step) for p in seen.steps if p.epoch == 0] == [
        (0, 1),
        (0, 2),
        (0, 4),
        (0, 5),
        (0, 6),
    ]
    assert seen.steps[-1] == Place(0, 1, 5, 10)


def test_an_epoch_of_nothing_but_skipped_batches_is_no_loss_of_zero(data):
    model, seen = make_model(0.01), Seen()
    skips = {(0, 1, index) for index in range(6)}
    with pytest.raises(BatchFailed, match="epoch 1 of stage 0, whose 6 batches"):
        run_lesson(
            model, build_step(model), lesson_of(data, seen, skips=skips), Place()
        )


def test_a_failing_batch_is_named_with_its_index_and_shapes(data):
    model, seen = make_model(0.01), Seen()
    step = build_step(model)

    def third_fails(batch, look=True):
        if len(seen.steps) == 2:
            raise RuntimeError("no memory left")
        return step(batch, look)

    third_fails.ready = step.ready
    with pytest.raises(BatchFailed) as error:
        run_lesson(model, third_fails, lesson_of(data, seen), Place())
    said = str(error.value)
    assert "no memory left in batch 2 of epoch 0 of stage 0" in said
    assert "(8, 2), (8, 1), (8,)" in said
    assert isinstance(error.value.__cause__, RuntimeError)


def test_a_callback_that_stops_ends_the_epoch_as_fit_does(data):
    class StopAtTwo(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model, seen = make_model(0.01), Seen()
    lesson = lesson_of(data, seen, callbacks=[StopAtTwo()])
    place = run_lesson(model, build_step(model), lesson, Place())
    assert place == Place(0, 1, 0, 2)
    assert [sorted(logs) for _, logs in seen.epochs] == [
        ["loss", "mae", "val_loss", "val_mae"]
    ]
