from dist_invention.datasets import Field, Mixture
from dist_invention.runtime.seeds import stream
import numpy as np
import pytest


def test_the_realised_ratio_is_that_of_the_weights_whatever_the_sizes(make_split):
    small, large = make_split(10, "small"), make_split(1000, "large", start=10)
    mixture = Mixture("both", (large, small), {"small": 0.7, "large": 0.3})
    shares = mixture.realised(stream(0), 20_000)
    assert shares["small"] == pytest.approx(0.7, abs=0.015)
    drawn = mixture.draw(stream(0), 20_000)["x"]
    assert np.mean(drawn < 10) == pytest.approx(shares["small"])
    assert set(drawn[drawn < 10]) == set(range(10))


def test_weights_are_relative(make_split):
    parts = (make_split(5, "a"), make_split(5, "b"))
    ten = Mixture("ten", parts, {"a": 10, "b": 30})
    one = Mixture("one", parts, {"a": 0.25, "b": 0.75})
    assert ten.realised(stream(0), 500) == one.realised(stream(0), 500)


def test_a_draw_keeps_the_columns_of_an_example_together(make_split):
    parts = (make_split(5, "a"), make_split(5, "b", start=5))
    drawn = Mixture("both", parts, {"a": 1, "b": 1}).draw(stream(0), 100)
    assert np.array_equal(drawn["y"][:, 0], 10 * drawn["x"])
    assert drawn["x"].dtype == np.float32


def test_a_split_that_comes_up_in_no_draw_is_no_trouble(make_split):
    parts = (make_split(5, "a"), make_split(5, "b", start=5))
    mixture = Mixture("both", parts, {"a": 1e-9, "b": 1})
    assert mixture.draw(stream(0), 4)["y"].shape == (4, 2)
    assert mixture.realised(stream(0), 4) == {"a": 0.0, "b": 1.0}


@pytest.mark.parametrize(
    "weights",
    [{"a": 1.0}, {"a": 1, "c": 1}, {"a": 1, "b": 0}, {"a": 1, "b": float("nan")}],
    ids=["missing", "unknown", "zero", "nan"],
)
def test_each_split_has_one_positive_weight(weights, make_split):
    parts = (make_split(5, "a"), make_split(5, "b"))
    with pytest.raises(ValueError, match=r"one positive weight.*\['a', 'b'\].*Name"):
        Mixture("both", parts, weights)


def test_a_mixture_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"one positive weight"):
        Mixture("none", (), {})


def test_splits_of_another_layout_are_refused(make_split):
    split = make_split(5, "a")
    x, y = split.arrays["x"], split.arrays["y"]
    others = [
        make_split(5, "b", inputs=("x", "y")),
        make_split(5, "b", arrays={"x": x.astype(np.float64), "y": y}),
        make_split(5, "b", fields=(Field("x", (), "cm"), split.fields[1])),
        make_split(
            5,
            "b",
            arrays={"x": x, "y": y[:, :1]},
            fields=(split.fields[0], Field("y", (1,), "J")),
        ),
    ]
    for other in others:
        with pytest.raises(ValueError, match=r"same inputs and targets.*one layout"):
            Mixture("both", (split, other), {"a": 1, "b": 1})


def test_an_epoch_is_all_examples_or_what_is_said(make_split):
    parts = (make_split(5, "a"), make_split(7, "b"))
    assert len(Mixture("both", parts, {"a": 1, "b": 1})) == 12
    assert len(Mixture("both", parts, {"a": 1, "b": 1}, examples_per_epoch=3)) == 3


def test_the_role_is_train_only_if_every_split_is_for_training(make_split):
    train, select = make_split(5, "a"), make_split(5, "b", role="select")
    assert Mixture("m", (train,), {"a": 1}).role == "train"
    assert Mixture("m", (train, select), {"a": 1, "b": 1}).role == "mixed"


def test_its_identity_names_parts_weights_and_hashes(make_split):
    parts = (make_split(5, "a"), make_split(5, "b", start=5))
    sheet = Mixture("both", parts, {"a": 1, "b": 3}).identity()
    assert sheet["datasheet"]["weights"] == {"a": 1, "b": 3}
    assert sheet["datasheet"]["parts"] == {part.name: part.sha256 for part in parts}
