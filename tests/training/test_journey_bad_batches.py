"""A batch that is not finite is passed over as if it had never been."""

from dist_invention.datasets import Split
from dist_invention.storage import read_arrays
from dist_invention.training.journey import (
    TooManyBadBatches,
)
import keras
import numpy as np
import pytest


class OneBad:
    """Turns one batch of one stage into NaN, whatever examples are in it."""

    def __init__(self, batches, bad, factor=np.nan):
        self.batches, self.bad, self.factor = batches, bad, factor

    def __getattr__(self, name):
        return getattr(self.batches, name)

    def epoch(self, epoch, start=0):
        for index in range(start, self.batches.steps_per_epoch):
            inputs, targets, weights = self.batches.batch(epoch, index)
            if (epoch, index) in self.bad:
                inputs = {name: array * self.factor for name, array in inputs.items()}
            yield inputs, targets, weights


@keras.saving.register_keras_serializable(package="tests.bad_batches")
class Fuse(keras.layers.Layer):
    """Holds a variable that a huge input breaks, and passes its input on."""

    def build(self, input_shape):
        self.spare = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        if training:
            broken = keras.ops.where(keras.ops.max(inputs) > 1e3, np.nan, 0.0)
            self.spare.assign_add(broken)
        return inputs


def spoilt(tiny, bad, skips=(), factor=np.nan):
    """An experiment in which some (epoch, step) of stage `second` are NaN."""

    class Spoilt(tiny.Experiment):
        def _say_resume(self, session, saved):
            session.batches[1] = OneBad(session.batches[1], bad, factor)
            session.skips |= set(skips)
            super()._say_resume(session, saved)

    return Spoilt


def test_a_bad_batch_is_passed_over_as_if_it_never_was(tiny, tmp_path):
    bad = {(0, 3), (1, 1)}
    skips = [(1, epoch, step) for epoch, step in sorted(bad)]
    found = tiny.run(tmp_path / "a", of=spoilt(tiny, bad))
    without = tiny.run(tmp_path / "b", of=spoilt(tiny, bad, skips))
    tiny.assert_same(found, without)
    assert [tuple(event["batch"]) for event in found.named("rolled_back")] == skips
    assert without.named("rolled_back") == []
    assert "Rolled back; it is passed over." in found.said
    assert found.results["stages"][1]["steps"] == 10
    assert b"nan" not in found.metrics
    for path in (found.path / "checkpoints").iterdir():
        for name, value in read_arrays(path)[0].items():
            assert np.isfinite(value).all(), f"{path.name}: {name}"


def test_what_was_passed_over_stays_so_after_a_kill(tiny, tmp_path):
    bad = {(0, 3)}
    kind = spoilt(tiny, bad)
    tiny.kill(tmp_path / "a", ("step", "second", 20), of=kind)
    found = tiny.run(tmp_path / "a", of=kind)
    without = tiny.run(tmp_path / "b", of=spoilt(tiny, bad, [(1, 0, 3)]))
    tiny.assert_same(found, without)


def test_a_variable_that_breaks_unseen_is_traced_to_its_batch(tiny, tmp_path):
    """Loss and gradient stay finite; only a snapshot shows the NaN."""
    given = {"bad": {(0, 3)}, "factor": 1e6}

    def build_model(self, splits):
        x = keras.Input((2,), name="x")
        hidden = keras.layers.Dense(16, "tanh")(Fuse()(x))
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(hidden)})

    kind = spoilt(tiny, **given)
    found = tiny.run(tmp_path / "a", of=kind, build_model=build_model)
    without = spoilt(tiny, skips=[(1, 0, 3)], **given)
    tiny.assert_same(
        found, tiny.run(tmp_path / "b", of=without, build_model=build_model)
    )
    [looked] = found.named("looking_for_batch")
    assert looked["until"] == 18
    assert [event["batch"] for event in found.named("rolled_back")] == [[1, 0, 3]]


def test_after_three_bad_batches_the_next_one_ends_the_run(tiny, tmp_path):
    bad = {(0, 1), (0, 3), (0, 4), (1, 2)}
    with pytest.raises(TooManyBadBatches) as error:
        tiny.start(tmp_path, of=spoilt(tiny, bad)).run()
    said = str(error.value)
    assert "Expected at most 3 batches" in said
    assert "batch 2 of epoch 1 of stage 1" in said
    assert "[(1, 0, 1), (1, 0, 3), (1, 0, 4)]" in said
    [path] = tmp_path.iterdir()
    assert tiny.read(path).events[-1]["event"] == "failed"


def test_an_example_that_is_not_a_number_is_found_in_real_data(tiny, tmp_path):
    def build_splits(self):
        for split in type(self).__base__.build_splits(self):
            x = split.arrays["x"].copy()
            if split.name == "hard":
                x[17] = np.nan
            arrays = {**split.arrays, "x": x}
            names = (split.fields, split.inputs, split.targets, split.keys)
            yield Split(split.name, split.role, arrays, *names, split.keys)

    found = tiny.run(tmp_path, build_splits=build_splits)
    events = found.named("rolled_back")
    assert [event["batch"][:2] for event in events] == [[1, 0], [1, 1]]
    assert [row["n"] for row in found.results["scores"]] == [44, 44]
