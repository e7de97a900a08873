"""Limbs against Python integers, which are exact at any size."""

import math
import random

from dist_invention.domains.collatz.limbs import MAX_LIMBS, Limbs
from dist_invention.domains.collatz.rules import syracuse
import numpy as np
import pytest

EDGES = [1, 3, 5, 2**32 - 1, 2**32 + 1, 2**64 - 1, 2**96 - 1, 2**128 - 1, 2**192 - 1]
LONG_FALLS = [(2**k - 1) // 3 for k in (32, 64, 66, 96, 128, 190)]


def odd_integers(n=400, bits=192, seed=3):
    generator = random.Random(seed)
    return [generator.getrandbits(generator.randint(1, bits)) | 1 for _ in range(n)]


def test_integers_come_back_as_they_went_in():
    values = [0, 2, 2**31, *EDGES, *odd_integers()]
    assert Limbs.of(values).to_ints() == values
    assert len(Limbs.of(values)) == len(values)
    assert Limbs.of(values).limbs.shape == (6, len(values))
    assert Limbs.of(np.array([7, 2**62 + 1])).to_ints() == [7, 2**62 + 1]


def test_no_integers_are_no_rows():
    empty = Limbs.of([])
    assert len(empty) == 0
    assert empty.to_ints() == []
    assert [len(part) for part in empty.step()] == [0, 0]


def test_a_step_is_the_exact_map_over_hundreds_of_steps():
    exact = [*EDGES, *LONG_FALLS, *odd_integers()]
    entries = Limbs.of(exact)
    for _ in range(300):
        entries, valuation = entries.step()
        images = [syracuse(n) for n in exact]
        exact = [n for n, _ in images]
        assert valuation.tolist() == [k for _, k in images]
        assert entries.to_ints() == exact
    assert valuation.dtype == np.int64


def test_valuations_longer_than_a_limb_are_whole():
    image, valuation = Limbs.of([(2**k - 1) // 3 for k in (32, 64, 66, 190)]).step()
    assert image.to_ints() == [1, 1, 1, 1]
    assert valuation.tolist() == [32, 64, 66, 190]
    assert image.limbs.shape == (1, 4)


def test_growth_adds_a_limb_where_a_fixed_width_would_wrap():
    image, valuation = Limbs.of([2**64 - 1]).step()
    assert image.to_ints() == [(3 * (2**64 - 1) + 1) // 2]
    assert valuation.tolist() == [1]
    assert len(image.limbs) == 3


def test_growth_beyond_the_largest_width_raises():
    entries = Limbs.of([2 ** (32 * MAX_LIMBS) - 1])
    with pytest.raises(ValueError, match=r"Expected 1 to 31 limbs .* below 2\*\*992"):
        entries.step()
    with pytest.raises(ValueError, match=r"Received: uint64 of shape \(32, 1\)"):
        Limbs.of([2 ** (32 * MAX_LIMBS)])


def test_remainders_are_exact_up_to_the_largest_divisor():
    values = [0, *EDGES, *odd_integers()]
    for divisor in (1, 2, 3, 3**19, 2**24, 2**32 - 1, 2**32):
        assert Limbs.of(values).mod(divisor).tolist() == [n % divisor for n in values]


def test_logarithms_are_exact_to_rounding_and_of_one_are_zero():
    values = [*EDGES, *LONG_FALLS, *odd_integers(), 2**991 + 1]
    expected = [math.log2(n) for n in values]
    assert np.allclose(Limbs.of(values).log2(), expected, rtol=1e-15, atol=1e-15)
    assert Limbs.of([1, 2**900]).log2().tolist() == [0.0, 900.0]
    assert Limbs.of([0]).log2().tolist() == [-np.inf]


def test_a_logarithm_is_the_same_to_the_bit_in_any_company():
    values = odd_integers()
    together = Limbs.of([*values, 2**900 + 1]).log2()[:-1]
    alone = [Limbs.of([n]).log2()[0] for n in values]
    assert together.tolist() == alone


def test_bit_lengths_are_exact_next_to_powers_of_two():
    values = [0, *(2**k + d for k in range(2, 200) for d in (-1, 0, 1))]
    lengths = Limbs.of(values).bit_length()
    assert lengths.tolist() == [n.bit_length() for n in values]


def test_rows_are_taken_with_the_limbs_that_they_need():
    entries = Limbs.of([2**150 + 1, 5, 7])
    assert entries.take([2, 1]).to_ints() == [7, 5]
    assert entries.take([2, 1]).limbs.shape == (1, 2)
    assert entries.take(slice(0, 1)).to_ints() == [2**150 + 1]
    assert entries.take(np.array([False, True, False])).to_ints() == [5]


@pytest.mark.parametrize("even", [0, 10, 2**100])
def test_even_integers_have_no_step_and_are_named(even):
    with pytest.raises(ValueError, match=f"Received: {even} in row 1. Reduce"):
        Limbs.of([3, even, 5]).step()


def test_impossible_requests_are_refused():
    with pytest.raises(ValueError, match="Received: -4 among 2 values"):
        Limbs.of([3, -4])
    with pytest.raises(TypeError):
        Limbs.of([3.0])  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="Received: divisor=0"):
        Limbs.of([3]).mod(0)
    with pytest.raises(ValueError, match="highest digit 4294967296"):
        Limbs(np.array([[2**32]], np.uint64))
    with pytest.raises(ValueError, match="Received: int64 of shape"):
        Limbs(np.array([[3]]))
