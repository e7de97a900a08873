"""What could not finish is refused before it begins, and leaves no trace."""

from dist_invention.curriculum import Constant, Place, Stage, StageChangesNothing
from dist_invention.datasets import Field, Split
from dist_invention.runtime.state import StateMismatch, read_state, variables_of
from dist_invention.storage import TooLittleRoom, atomic
from dist_invention.training.export import ExportDiffers
from dist_invention.training.preflight import (
    DoesNotLearn,
    ShapesChange,
    preflight,
    refuse_new_variables,
)
import keras
import numpy as np
import pytest


def same_state(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) for name in one
    )


def test_the_state_is_put_back_exactly_and_saved_once(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        before = read_state(session.learner)
        preflight(session)
        after = read_state(session.learner)
        assert same_state(before, after)
        assert session.step.traces == 1, "the real step was compiled once"
        arrays, manifest, path = session.checkpointer.files.newest()
        assert path.name == "g000000000.npz"
        assert Place(**manifest["about"]["place"]) == Place()
        assert all(
            np.array_equal(arrays[f"state/{name}"], value)
            for name, value in before.items()
        )
        session.step(session.batches[0].batch(0, 0))
        preflight(session)  # a second one saves nothing
        assert session.checkpointer.files.steps == [0]
    [event, _] = tiny.read(session.folder.path).named("preflight")
    assert event["variables"]["model"] == len(session.learner.variables)
    assert event["longest_steps"] == 24
    assert event["milliseconds_per_step"] > 0
    assert event["host_peak_mebibytes"] > 0
    exported = session.folder.stages / "00-untrained"
    assert sorted(path.name for path in exported.iterdir()) == [
        "model.keras",
        "model.weights.h5",
    ]


def test_too_little_room_is_named_before_any_step(tiny, tmp_path, monkeypatch):
    with tiny.session(tmp_path) as session:
        monkeypatch.setattr(atomic, "free_bytes", lambda folder: 1000)
        with pytest.raises(TooLittleRoom, match=r"Received: 0\.0 MB free"):
            preflight(session)
        assert session.step.traces == 0


def unused_branch(self, splits):
    """A model with a weight that no output depends on."""
    x = keras.Input((2,), name="x")
    unused = keras.layers.Dense(3, name="unused")(x)
    y = keras.layers.Dense(1, name="used")(x)
    joined = keras.layers.Add()([y, keras.ops.sum(0.0 * unused, -1, keepdims=True)])
    return keras.Model({"x": x}, {"y": joined})


def test_a_weight_that_never_moves_is_named(tiny, tmp_path):
    with (
        tiny.session(tmp_path, build_model=unused_branch) as session,
        pytest.raises(DoesNotLearn, match=r"no change in \['unused/kernel'.*bias'\]"),
    ):
        preflight(session)


def broken_split(name, **values):
    """A training split of other shape or content than the first stage's."""

    def build_splits(self):
        splits = {split.name: split for split in type(self).__base__.build_splits(self)}
        old = splits[name]
        arrays = {**old.arrays, **values}
        fields = tuple(Field(n, a.shape[1:], "m") for n, a in arrays.items())
        keys = np.array([f"other-{name}-{i}" for i in range(len(old))])
        new = Split(name, "train", arrays, fields, ("x",), ("y",), keys, keys)
        return [{**splits, name: new}[n] for n in splits]

    return build_splits


def test_batches_of_different_shapes_are_named_with_their_stage(tiny, tmp_path):
    build = broken_split("hard", y=np.zeros((44, 3), "float32"))
    with (
        tiny.session(tmp_path, build_splits=build) as session,
        pytest.raises(ShapesChange, match=r"stage `second` with .*\(8, 3\)"),
    ):
        preflight(session)


def test_a_gradient_that_is_not_finite_is_named(tiny, tmp_path):
    build = broken_split("easy", y=np.full((44, 1), np.inf, "float32"))
    with (
        tiny.session(tmp_path, build_splits=build) as session,
        pytest.raises(DoesNotLearn, match=r"a gradient norm of (nan|inf) in step 0"),
    ):
        preflight(session)


def test_a_stage_that_changes_nothing_is_refused(tiny, tmp_path):
    def build_stages(self, splits):
        weights = {"squared": Constant(1.0), "absolute": Constant(1.0)}
        return [
            Stage(name, splits["easy"], 2, Constant(1e-2), weights)
            for name in ("first", "second")
        ]

    with (
        tiny.session(tmp_path, build_stages=build_stages) as session,
        pytest.raises(StageChangesNothing, match="stage `second` to differ"),
    ):
        preflight(session)


class Unregistered(keras.layers.Layer):
    def call(self, inputs):
        return inputs * 2.0


def unregistered(self, splits):
    x = keras.Input((2,), name="x")
    return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(Unregistered()(x))})


def test_a_model_that_cannot_be_loaded_is_refused_at_every_attempt(tiny, tmp_path):
    for _ in range(2):
        with (
            tiny.session(tmp_path, build_model=unregistered) as session,
            pytest.raises(ExportDiffers, match="Unregistered"),
        ):
            preflight(session)
        assert session.checkpointer.files.steps == []


@pytest.mark.parametrize("group", ["model", "optimizer"])
def test_a_variable_that_appears_late_is_refused(tiny, tmp_path, group):
    with tiny.session(tmp_path) as session:
        counted = {name: len(v) for name, v in variables_of(session.learner).items()}
        refuse_new_variables(session, counted)
        counted[group] -= 1
        with pytest.raises(StateMismatch, match=rf"{group} variables after it"):
            refuse_new_variables(session, counted)
