"""Trivial predictors predict what they say, in the shape of the target."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.trivial import (
    always,
    constant,
    copy_input,
    fitted_on_train,
    train_mean,
)
import numpy as np
import pytest


def split_of(role="train", **arrays):
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    fields = tuple(Field(name, a.shape[1:], "m") for name, a in arrays.items())
    keys = np.arange(len(arrays["y"])).astype(str)
    return Split(role, role, arrays, fields, (), ("y",), keys, keys)


def test_a_constant_is_the_same_number_everywhere_also_beside_whole_numbers():
    found = constant({"y": 0.5}).predict(split_of(y=[[1, 2], [3, 4], [5, 6]]))["y"]
    assert found.tolist() == [[0.5, 0.5]] * 3
    with pytest.raises(ValueError, match=r"at least one target.*Name it"):
        constant({})


def test_the_mean_is_that_of_training_at_each_place():
    train = split_of(y=[[0.0, 1.0], [2.0, 5.0]])
    test = split_of("test", y=[[9.0, 9.0]])
    assert train_mean(train).predict(test)["y"].tolist() == [[1.0, 3.0]]
    longer = split_of("test", y=[[9.0, 9.0, 9.0]])
    with pytest.raises(ValueError, match=r"`train mean`.*`test`, \(1, 3\).*\(1, 2\)"):
        train_mean(train, "y").predict(longer)


def test_nothing_is_fitted_on_a_test_split():
    with pytest.raises(ValueError, match=r"role 'train'.*role 'test'.*knows no test"):
        train_mean(split_of("test", y=[1.0]))
    fitted_on_train(split_of(y=[1.0]))


def test_a_copy_has_the_shape_of_the_target():
    split = split_of(x=[[1.0, 2.0], [3.0, 4.0]], y=[[0.0, 0.0], [0.0, 0.0]])
    baseline = copy_input("x", "y")
    assert baseline.predict(split)["y"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert (baseline.name, baseline.kind) == ("copy x", "trivial")
    other = split_of(x=[[1, 2], [3, 4]], y=[[0, 0, 0], [0, 0, 0]])
    with pytest.raises(ValueError, match=r"`x` to have the shape.*\(2, 3\).*\(2, 2\)"):
        baseline.predict(other)


@pytest.mark.parametrize(
    ("length", "known"), [(3, [[1, 2, 0], [3, 4, 0]]), (1, [[1], [3]])]
)
def test_a_copied_sequence_is_cut_or_filled_up(length, known):
    split = split_of(x=[[1, 2], [3, 4]], y=np.zeros((2, length), int))
    found = copy_input("x", "y", pad=0).predict(split)["y"]
    assert found.tolist() == known


def test_one_answer_is_given_to_every_example():
    baseline = always({"y": np.array([7.0, 8.0])}, "fixed")
    found = baseline.predict(split_of("test", y=np.zeros((3, 2))))["y"]
    assert found.tolist() == [[7.0, 8.0]] * 3
