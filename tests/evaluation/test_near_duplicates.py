"""Planted near copies are found; fresh examples of the same kind are not flagged."""

import time

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.near_duplicates import near_duplicates
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def split_of(name, x, per_group=1):
    n = len(x)
    keys = np.array([f"{name}-{i}" for i in range(n)])
    groups = np.array([f"{name}-{i // per_group}" for i in range(n)])
    role = "train" if name == "train" else "test"
    field = Field("x", x.shape[1:], "m")
    return Split(name, role, {"x": x}, (field,), ("x",), (), keys, groups)


@pytest.mark.parametrize("dim", [2, 8, 100])
def test_fresh_examples_are_flagged_at_the_calibrated_rate(dim):
    rng = generator(dim)
    train = split_of("train", rng.normal(size=(2000, dim)))
    fresh = split_of("fresh", rng.normal(size=(500, dim)))
    found = near_duplicates(train, [fresh])["fresh"]
    assert found.copies.p_value > 1e-3
    assert not found.suspicious
    assert found.near <= 15
    assert found.expected == pytest.approx(5.0, abs=1.0)
    assert 0.0 <= found.false_positive_rate < 0.04


@pytest.mark.parametrize("dim", [8, 100])
def test_a_few_copies_with_noise_are_found_in_few_and_many_dimensions(dim):
    rng = generator(dim)
    train = split_of("train", 7.0 + 3.0 * rng.normal(size=(2000, dim)))
    mixed = 7.0 + 3.0 * rng.normal(size=(300, dim))
    mixed[:6] = train.arrays["x"][:6] + 1e-4 * rng.normal(size=(6, dim))
    found = near_duplicates(train, [split_of("mixed", mixed)])["mixed"]
    assert found.copies.count == 6
    assert found.copies.is_clear
    assert found.copies.p_value < 1e-6


def test_training_windows_of_one_trajectory_do_not_hide_a_near_copy():
    rng = generator(3)
    start = np.repeat(rng.normal(size=(200, 20)), 10, axis=0)
    x = start + 1e-4 * rng.normal(size=start.shape)  # ten windows a trajectory
    test = rng.normal(size=(200, 20))
    test[:20] = x[::100] + 1e-4 * rng.normal(size=(20, 20))
    found = near_duplicates(split_of("train", x, 10), [split_of("test", test)])["test"]
    assert found.copies.count == 20
    assert found.copies.is_clear


def test_shifted_examples_are_farther_than_chance_and_not_suspicious():
    rng = generator(4)
    train = split_of("train", rng.normal(size=(1000, 8)))
    far = split_of("far", 20.0 + rng.normal(size=(200, 8)))
    found = near_duplicates(train, [far])["far"]
    assert (found.near, found.copies.count) == (0, 0)
    assert not found.suspicious


def test_a_feature_that_is_constant_in_training_is_left_out():
    rng = generator(5)
    x, y = rng.normal(size=(500, 4)), rng.normal(size=(200, 4))
    x[:, 0], y[:, 0] = 3.0, 9.0
    y[:10, 1:] = x[:10, 1:]
    found = near_duplicates(split_of("train", x), [split_of("test", y)])["test"]
    assert found.copies.count == 10
    assert found.near >= 10


def test_too_few_groups_or_other_inputs_are_not_measured():
    rng = generator(6)
    small = split_of("train", rng.normal(size=(10, 4)))
    other = split_of("other", rng.normal(size=(10, 5)))
    assert isinstance(near_duplicates(small, [other])["other"], NotMeasured)
    large = split_of("train", rng.normal(size=(100, 4)))
    assert isinstance(near_duplicates(large, [other])["other"], NotMeasured)


def test_the_cost_is_bounded_on_many_and_long_examples():
    rng = generator(7)
    train = split_of("train", rng.normal(size=(20_000, 200)).astype(np.float32))
    test = split_of("test", rng.normal(size=(2000, 200)).astype(np.float32))
    start = time.process_time()
    found = near_duplicates(train, [test])["test"]
    assert time.process_time() - start < 8.0
    assert found.checked == 2000
    assert found.against < 20_000


@pytest.mark.parametrize("dim", [1, 2, 8])
@pytest.mark.parametrize("width", [0.01, 0.2])
def test_a_test_where_training_is_dense_holds_no_copies(dim, width):
    rng = generator(10 * dim)
    train = split_of("train", rng.normal(size=(2000, dim)))
    dense = split_of("dense", width * rng.normal(size=(1000, dim)))
    found = near_duplicates(train, [dense])["dense"].copies
    assert not (found.p_value < 1e-4 and found.is_clear)


def test_examples_at_one_place_of_training_count_as_one_copy():
    rng = generator(9)
    train = rng.normal(size=(1000, 8))
    still = train[0] + 1e-5 * rng.normal(size=(400, 8))  # such as balls at rest
    found = near_duplicates(split_of("train", train), [split_of("test", still)])
    assert found["test"].copies.count == 1
    assert not found["test"].copies.is_clear
    assert found["test"].suspicious


def test_false_alarms_between_halves_of_training_are_counted():
    rng = generator(11)
    train = split_of("train", rng.normal(size=(1000, 4)))
    found = near_duplicates(train, [split_of("test", rng.normal(size=(200, 4)))])
    assert found["test"].copies.repeats == 5
    assert found["test"].copies.false_alarms <= 1


def test_rows_of_words_have_no_distances():
    words = generator(12).integers(1, 50, (100, 6))
    found = near_duplicates(split_of("train", words), [split_of("test", words)])
    assert "0 numeric features" in found["test"].reason
