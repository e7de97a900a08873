"""Seeds and groups in one interval: both kinds of doubt are seen."""

from dist_invention.statistics.bootstrap import bootstrap_groups
from dist_invention.statistics.hierarchical import bootstrap_seeds_and_groups
from dist_invention.statistics.seeds import TooFewSeeds, over_seeds
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def test_where_only_seeds_differ_it_is_the_interval_over_seeds():
    seeds = generator(1).normal(size=6)
    values = np.repeat(seeds[:, None], 40, axis=1)
    found = bootstrap_seeds_and_groups(values, np.arange(40), seed=0, resamples=4000)
    known = over_seeds(seeds)
    assert found.value == pytest.approx(known.value)
    assert np.ptp(found.as_list()) == pytest.approx(np.ptp(known.as_list()), rel=0.1)


def test_where_only_groups_differ_it_is_the_interval_over_groups():
    groups = np.arange(90) // 3
    values = np.repeat(generator(2).normal(size=30), 3)
    found = bootstrap_seeds_and_groups(
        np.repeat(values[None], 4, axis=0), groups, seed=0, resamples=4000
    )
    known = bootstrap_groups(values, groups, "mean", seed=0, resamples=4000)
    assert found.value == pytest.approx(known.value)
    assert found.as_list() == pytest.approx(known.as_list(), abs=0.05)


def test_both_kinds_of_noise_make_it_wider_than_either_alone():
    rng = generator(3)
    seeds, groups = rng.normal(size=(5, 1)), rng.normal(size=(1, 12))
    widths = [
        np.ptp(
            bootstrap_seeds_and_groups(
                part + 1e-6 * rng.normal(size=(5, 12)), np.arange(12), seed=0
            ).as_list()
        )
        for part in (seeds, groups, seeds + groups)
    ]
    assert widths[2] > max(widths[:2])


def test_groups_of_unequal_size_count_by_their_examples():
    values = np.array([[0.0, 0.0, 0.0, 8.0, 4.0]] * 3) + np.arange(3)[:, None]
    found = bootstrap_seeds_and_groups(values, np.array(list("aaabc")), seed=0)
    assert found.value == pytest.approx(3.4)


def test_the_root_of_a_mean_keeps_its_ends_at_zero_or_above():
    squares = generator(4).exponential(size=(3, 30)) ** 4
    found = bootstrap_seeds_and_groups(squares, np.arange(30), "root_mean", seed=0)
    assert found.value == pytest.approx(np.sqrt(squares.mean()))
    assert 0.0 <= found.low < found.value < found.high


def test_equal_seeds_give_equal_intervals_and_no_noise_gives_none():
    values = generator(5).normal(size=(4, 20))
    first, again, other = (
        bootstrap_seeds_and_groups(values, np.arange(20), seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    still = bootstrap_seeds_and_groups(np.ones((3, 9)), np.arange(9), seed=0)
    assert still.as_list() == [1.0, 1.0]


def test_resamples_in_pieces_are_as_good(monkeypatch):
    values = generator(6).normal(size=(4, 20))
    whole = bootstrap_seeds_and_groups(values, np.arange(20), seed=0, resamples=3000)
    monkeypatch.setattr("dist_invention.statistics.hierarchical._CELLS", 1000)
    parts = bootstrap_seeds_and_groups(values, np.arange(20), seed=0, resamples=3000)
    assert parts.as_list() == pytest.approx(whole.as_list(), abs=0.05)


def test_too_few_seeds_groups_or_resamples_are_refused():
    with pytest.raises(
        TooFewSeeds, match=r"at least 3 seeds.*shape \(2, 9\).*Run more"
    ):
        bootstrap_seeds_and_groups(np.ones((2, 9)), np.arange(9), seed=0)
    with pytest.raises(ValueError, match=r"at least 3 groups.*Received: 2"):
        bootstrap_seeds_and_groups(np.ones((3, 4)), np.array([0, 0, 1, 1]), seed=0)
    with pytest.raises(ValueError, match="resamples=1"):
        bootstrap_seeds_and_groups(np.ones((3, 4)), np.arange(4), seed=0, resamples=1)
    with pytest.raises(ValueError, match="one group a row"):
        bootstrap_seeds_and_groups(np.ones((3, 4)), np.arange(5), seed=0)
    with pytest.raises(ValueError, match="statistic='median'"):
        bootstrap_seeds_and_groups(np.ones((3, 4)), np.arange(4), "median", seed=0)
