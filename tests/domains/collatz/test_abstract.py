"""Abstract windows obey the map without any integer behind them."""

from dist_invention.domains.collatz.abstract import LOW, MODULUS, draw
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest


def test_residues_follow_the_map_modulo_the_power_of_three():
    paths = draw(np.random.default_rng(0), 50, 12, 0.59, is_mid_path=True)
    for row in range(50):
        for step in range(12):
            n, k = int(paths.residue[row, step]), int(paths.valuation[row, step])
            following = (3 * n + 1) * pow(2, -k, MODULUS) % MODULUS
            assert int(paths.residue[row, step + 1]) == following


def test_low_bits_say_the_valuations_that_follow():
    paths = draw(np.random.default_rng(1), 200, 6)
    for n, k in zip(paths.low[:, :-1].ravel(), paths.valuation.ravel(), strict=True):
        raised = 3 * int(n) + 1
        if k < 24:
            assert (raised & -raised).bit_length() - 1 == k


def test_low_bits_follow_the_map_where_they_are_known():
    paths = draw(np.random.default_rng(2), 100, 4)
    for row in range(100):
        n, k = int(paths.low[row, 0]), int(paths.valuation[row, 0])
        known = LOW >> k  # T(n) is fixed by n modulo this
        assert ((3 * n + 1) >> k) % known == int(paths.low[row, 1]) % known


def test_valuations_have_the_geometric_law_that_was_asked_for():
    for rate in (0.5, 0.59):
        mean = draw(np.random.default_rng(3), 4000, 20, rate).valuation.mean()
        assert mean == pytest.approx(1 / rate, rel=0.02)


def test_the_law_of_uniform_integers_is_that_of_real_ones():
    rng = np.random.default_rng(4)
    values = [int(n) | 1 for n in rng.integers(2**50, 2**51, 4000)]
    real = windows(values, 5)
    found = draw(rng, 4000, 5)
    for k in (1, 2, 3):
        share = np.mean(real.valuation == k)
        assert np.mean(found.valuation == k) == pytest.approx(share, abs=0.015)
    zeros = np.mean(real.residue[:, 0] % 3 == 0), np.mean(found.residue[:, 0] % 3 == 0)
    assert zeros[0] == pytest.approx(zeros[1], abs=0.03)


def test_a_value_on_its_way_is_no_multiple_of_three_and_a_random_one_may_be():
    rng = np.random.default_rng(5)
    assert (draw(rng, 300, 2, is_mid_path=True).residue % 3).min() == 1
    assert (draw(rng, 300, 2).residue[:, 0] % 3).min() == 0


def test_heights_are_the_sum_of_rises():
    paths = draw(np.random.default_rng(6), 10, 7)
    rises = np.log2(3) - paths.valuation
    np.testing.assert_allclose(np.diff(paths.height, axis=1), rises, atol=1e-12)
    assert np.all(paths.height[:, 0] == 0)


@pytest.mark.parametrize("wrong", [{"valuation_rate": 1.0}, {"count": 0}, {"steps": 0}])
def test_a_law_that_cannot_be_is_refused(wrong):
    asked = {"count": 3, "steps": 2, **wrong}
    with pytest.raises(ValueError, match=r"Expected .* Received: .* Give"):
        draw(np.random.default_rng(0), **asked)
