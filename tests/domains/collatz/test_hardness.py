"""Rates of records follow from the growth of a path, and growth steps fail more."""

from dist_invention.domains.collatz import hardness
from dist_invention.domains.collatz.closed_forms import most_ahead
from dist_invention.domains.collatz.data import trajectories
from dist_invention.domains.collatz.metrics import violations
from dist_invention.domains.collatz.population import population
from dist_invention.domains.collatz.rules import LOG2_3, trajectory
from dist_invention.domains.collatz.seeds import TEST_SEEDS
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest

FAIR = LOG2_3 - 2.0  # bits a step of random integers


def test_the_law_of_records_is_that_of_a_simulated_walk():
    generator = np.random.default_rng(0)
    for rate, lookahead in ((0.5, 10), (0.59, 20), (0.59, 1)):
        valuation = generator.geometric(rate, (40_000, lookahead + 1))
        rise = np.cumsum(LOG2_3 - valuation, axis=1)
        height = np.concatenate([np.zeros((len(rise), 1)), rise], axis=1)
        found = hardness.rates(most_ahead(height), valuation[:, 0] == 1)
        law = hardness.record_rates(LOG2_3 - 1 / rate, lookahead)
        for name in ("every", "growth", "decay"):
            assert getattr(found, name) == pytest.approx(getattr(law, name), abs=0.007)


def test_a_growth_step_fails_as_often_as_all_steps_of_one_lookahead_less():
    for growth in (FAIR, -0.1):
        for lookahead in (1, 10, 30):
            law = hardness.record_rates(growth, lookahead)
            before = hardness.record_rates(growth, lookahead - 1)
            assert law.growth == pytest.approx(before.every)
            assert law.growth > law.every > law.decay


def test_without_lookahead_all_growth_steps_fail_and_no_other():
    law = hardness.record_rates(FAIR, 0)
    assert (law.every, law.growth, law.decay) == pytest.approx((0.5, 1.0, 0.0))


def test_the_law_holds_on_the_population():
    values = [row.n for row in population(4000) if row.n > 2**40]
    found = windows(values, 11)
    seen = hardness.rates(most_ahead(found.height), found.height[:, 1] > 0)
    law = hardness.record_rates(FAIR, 10)
    assert seen.every == pytest.approx(law.every, abs=0.015)


@pytest.mark.parametrize(
    ("lookahead", "growth", "decay"),
    [(0, 255, 0), (10, 44, 20), (20, 27, 6), (30, 11, 1)],
)
def test_the_formula_fails_more_often_on_growth_steps(lookahead, growth, decay):
    split = trajectories(lookahead)
    value = most_ahead(split.arrays["height"].astype(float))
    grows = split.arrays["growth"] > 0
    failed = violations(value)
    assert (failed[grows].sum(), failed[~grows].sum()) == (growth, decay)
    assert (grows.sum(), (~grows).sum()) == (255, 174)


def test_growth_and_length_of_a_path_tell_its_number_of_violations():
    split = trajectories(10)
    failed = violations(most_ahead(split.arrays["height"].astype(float)))
    for seed in TEST_SEEDS:
        climb = hardness.climb_of(trajectory(seed))
        rows = split.strata["seed"] == f"seed {seed}"
        expected = climb.steps * hardness.record_rates(climb.growth, 10).every
        assert failed[rows].sum() == pytest.approx(expected, abs=2 * expected**0.5)


def test_paths_of_the_test_seeds_fall_by_little_a_step():
    growths = [hardness.climb_of(trajectory(seed)).growth for seed in TEST_SEEDS]
    assert np.round(growths, 3).tolist() == [-0.283, -0.116, -0.153, -0.13, -0.102]
    assert hardness.climb_of(trajectory(626331)).steps_up == 46


def test_rates_by_valuation_are_those_of_the_first_step():
    height = np.log2(np.array([[27.0, 41], [41, 31], [3, 5], [5, 1]]))
    value = np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    found = hardness.rates_by_valuation(value, height)
    assert found[0] == 0.5
    assert found[1] == 0.0
    assert np.isnan(found[2])
    assert found[3] == 1.0


def test_a_growth_that_no_valuations_have_is_refused():
    with pytest.raises(ValueError, match=r"growth_bits=0\.6"):
        hardness.record_rates(0.6, 10)
