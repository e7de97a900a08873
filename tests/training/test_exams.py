"""What each stage remembers of the others, measured without leaving a trace."""

from dataclasses import replace

from dist_invention.curriculum import Constant, Stage
from dist_invention.datasets import Blend, Mixture, Stream
from dist_invention.runtime.state import read_state
from dist_invention.training import exams
from dist_invention.training.exams import Exams
import keras
import numpy as np
import pytest

ONE = Constant(1.0)


def stage(name, data, **weights):
    return Stage(name, data, 1, ONE, {k: Constant(v) for k, v in weights.items()})


def fresh(split):
    def draw(generator, n):
        x = generator.uniform(5, 6, (n, 2)).astype("float32")
        return {"x": x, "y": x[:, :1]}

    return Stream("fresh", draw, split.fields, ("x",), ("y",), 40)


def test_every_stage_reports_all_exams_with_the_weights_of_the_end(tiny):
    first, second = tiny.whole.results["stages"]
    for report in (first, second):
        assert list(report["exams"]) == ["first", "second"]
        assert report["exam_weights"] == {"squared": 1.0, "absolute": 0.5}
        assert report["exam_of"]["first"] == "44 examples of select"
    assert second["exams"] != first["exams"]


def test_an_exam_is_the_weighted_loss_on_its_examples(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        rows = Exams(session.curriculum.stages, session.splits.values(), 0)
        found = rows.grade(session.learner, 8)["exams"]["second"]
        split = session.splits["select"]
        outputs = session.experiment.predict(session.model, split)
        targets = split.target_arrays()
        terms = (
            tiny.squared(None, targets, outputs),
            tiny.absolute(None, targets, outputs),
        )
        assert found == pytest.approx(terms[0].mean() + 0.5 * terms[1].mean(), rel=1e-5)


def test_a_run_with_exams_ends_with_the_same_bits_as_one_without(
    tiny, tmp_path, monkeypatch
):
    monkeypatch.setattr(Exams, "grade", lambda self, learner, batch_size: {})
    without = tiny.run(tmp_path)
    tiny.assert_same(without, tiny.whole)


def test_a_model_that_counts_its_calls_is_put_back(tiny, tmp_path):
    class Counting(keras.layers.Layer):
        def build(self, shape):
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.calls.assign_add(1.0)
            return x

    def build_model(self, splits):
        x = keras.Input((2,), name="x")
        return keras.Model({"x": x}, {"y": keras.layers.Dense(1)(Counting()(x))})

    with tiny.session(tmp_path, build_model=build_model) as session:
        before, drawn = read_state(session.learner), np.random.get_state()[1]
        session.exams.grade(session.learner, 8)
        after = read_state(session.learner)
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)
        assert np.array_equal(np.random.get_state()[1], drawn)


def test_a_stream_is_examined_on_draws_that_are_never_trained_on(tiny):
    easy, select = tiny.make_split("easy"), tiny.make_split("select")
    paper = Exams([stage("a", fresh(easy), squared=1.0)], [select], 0).papers()["a"]
    assert paper[0]["x"].shape == (exams.MOST, 2)
    assert paper[2] == "256 fresh draws of fresh"
    again = Exams([stage("a", fresh(easy), squared=1.0)], [select], 0).papers()["a"]
    assert np.array_equal(paper[0]["x"], again[0]["x"])
    other = Exams([stage("a", fresh(easy), squared=1.0)], [select], 1).papers()["a"]
    assert not np.array_equal(paper[0]["x"], other[0]["x"])


def test_a_split_is_examined_on_the_select_split_of_its_tier(tiny):
    train = replace(tiny.make_split("easy"), tier="far")
    near, far = (
        replace(tiny.make_split("select"), name=f"select_{tier}", tier=tier)
        for tier in ("near", "far")
    )
    test = replace(tiny.make_split("test_far"), tier="far")

    def origin(data, *splits):
        papers = Exams([stage("a", data, squared=1.0)], splits, 0).papers()
        return papers["a"][2] if papers else None

    assert origin(train, test, near, far) == "44 examples of select_far"
    assert origin(replace(train, tier="odd"), test, near, far).endswith("select_near")
    assert origin(train, test) is None
    hard = replace(tiny.make_split("hard"), tier="near")
    mixture = Mixture("m", (hard, train), {"hard": 0.2, "easy": 0.8})
    assert origin(mixture, near, far).endswith("select_far")
    blend = Blend("b", {"m": mixture, "h": hard}, {"m": 1, "h": 3}, 8)
    assert origin(blend, near, far).endswith("select_near")


def test_a_loss_that_is_not_finite_is_no_number(tiny):
    split = tiny.make_split("select")
    rows = Exams([stage("a", split, squared=1.0)], [split], 0)
    assert rows._loss({"squared": np.inf}) is None
    assert rows._loss({"squared": 2.0}) == 2.0
