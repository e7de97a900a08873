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
    assert found.close == 6
    assert found.suspicious


def test_training_windows_of_one_trajectory_do_not_hide_a_near_copy():
    rng = generator(3)
    start = np.repeat(rng.normal(size=(200, 20)), 10, axis=0)
    x = start + 1e-4 * rng.normal(size=start.shape)  # ten windows a trajectory
    test = rng.normal(size=(200, 20))
    test[:20] = x[::100] + 1e-4 * rng.normal(size=(20, 20))
    found = near_duplicates(split_of("train", x, 10), [split_of("test", test)])["test"]
    assert found.close == 20
    assert found.suspicious


def test_shifted_examples_are_farther_than_chance_and_not_suspicious():
    rng = generator(4)
    train = split_of("train", rng.normal(size=(1000, 8)))
    far = split_of("far", 20.0 + rng.normal(size=(200, 8)))
    found = near_duplicates(train, [far])["far"]
    assert (found.near, found.close) == (0, 0)
    assert not found.suspicious


def test_a_feature_that_is_constant_in_training_is_left_out():
    rng = generator(5)
    x, y = rng.normal(size=(500, 4)), rng.normal(size=(200, 4))
    x[:, 0], y[:, 0] = 3.0, 9.0
    y[:10, 1:] = x[:10, 1:]
    found = near_duplicates(split_of("train", x), [split_of("test", y)])["test"]
    assert found.close == 10


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
    start = time.perf_counter()
    found = near_duplicates(train, [test])["test"]
    assert time.perf_counter() - start < 6.0
    assert found.checked == 1000
    assert found.against < 20_000
