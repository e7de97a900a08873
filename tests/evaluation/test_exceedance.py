"""The chance of rows beyond training is what counting orders gives."""

from itertools import permutations
from math import comb

from dist_invention.evaluation.exceedance import chance_beyond
import numpy as np
import pytest


def test_the_chance_is_the_share_of_orders_in_which_it_happens():
    tested, trained = 3, 4
    for order in (1, 2):
        counts = [
            sum(x > sorted(row[tested:])[-order] for x in row[:tested])
            for row in permutations(range(tested + trained))
        ]
        for count in range(tested + 1):
            share = np.mean([found >= count for found in counts])
            assert chance_beyond(count, tested, trained, order) == pytest.approx(share)


def test_all_of_the_tested_beyond_training_is_one_choice_among_all():
    chance = chance_beyond(8, 8, 3000)
    assert chance == pytest.approx(1 / comb(3008, 8), rel=1e-6)


def test_it_takes_arrays_and_grows_less_likely():
    chance = chance_beyond(np.arange(5), 20, 100)
    assert chance[0] == 1.0
    assert np.all(np.diff(chance) < 0)


def test_fresh_draws_reach_a_small_chance_rarely():
    rng = np.random.Generator(np.random.Philox(key=[1, 0]))
    draws = rng.normal(size=(2000, 150))
    beyond = (draws[:, :50] > draws[:, 50:].max(axis=1, keepdims=True)).sum(axis=1)
    assert np.mean(chance_beyond(beyond, 50, 100) <= 0.05) <= 0.06
