"""Windows against exact Python integers, entry by entry."""

import math
import random

from dist_invention.domains.collatz import windows as module
from dist_invention.domains.collatz.limbs import Limbs
from dist_invention.domains.collatz.rules import LOG2_3, syracuse
from dist_invention.domains.collatz.windows import LOW_BITS, TRITS, Windows, windows
import numpy as np
import pytest

NAMES = ("size", "height", "residue", "low", "valuation")
EDGES = [1, 3, 27, 2**32 - 1, 2**64 - 1, 2**96 - 1, 2**125 - 1, 2**192 - 1]
LONG_FALLS = [(2**k - 1) // 3 for k in (32, 64, 190)]


def odd_integers(n, bits=192, seed=4):
    generator = random.Random(seed)
    return [generator.getrandbits(generator.randint(1, bits)) | 1 for _ in range(n)]


def exact_windows(values, steps):
    """The same windows from Python integers."""
    entries, valuations = [list(values)], []
    for _ in range(steps):
        images = [syracuse(n) for n in entries[-1]]
        entries.append([n for n, _ in images])
        valuations.append([k for _, k in images])
    log2 = np.array([[math.log2(n) for n in column] for column in entries]).T
    residue = np.array([[n % 3**19 for n in column] for column in entries]).T
    low = np.array([[n % 2**24 for n in column] for column in entries]).T
    valuation = np.array(valuations, np.int64).reshape(steps, len(values)).T
    return Windows(log2[:, 0], log2 - log2[:, :1], residue, low, valuation)


def assert_same(ours, exact):
    for name in ("residue", "low", "valuation"):
        assert np.array_equal(getattr(ours, name), getattr(exact, name)), name
    assert np.allclose(ours.size, exact.size, rtol=0, atol=1e-12)
    assert np.abs(ours.height - exact.height).max(initial=0) < 1e-9


@pytest.mark.parametrize("steps", [0, 1, 11, 101])
def test_windows_hold_what_exact_integers_say(steps):
    values = [*EDGES, *LONG_FALLS, *odd_integers(300)]
    assert_same(windows(values, steps), exact_windows(values, steps))


def test_heights_stay_accurate_over_a_thousand_steps():
    values = [2**192 - 1, *odd_integers(20)]
    ours, exact = windows(values, 1000), exact_windows(values, 1000)
    assert np.abs(ours.height - exact.height).max() < 1e-11


def test_shapes_and_types_are_the_declared_ones():
    seen = windows(odd_integers(7), 5)
    assert len(seen) == 7
    shapes = {name: getattr(seen, name).shape for name in NAMES}
    assert shapes.pop("size") == (7,)
    assert shapes.pop("valuation") == (7, 5)
    assert set(shapes.values()) == {(7, 6)}
    types = {name: getattr(seen, name).dtype for name in NAMES}
    assert types.pop("size") == types.pop("height") == np.float64
    assert set(types.values()) == {np.dtype(np.int64)}
    assert (TRITS, LOW_BITS) == (19, 24)
    assert (seen.height[:, 0] == 0).all()


def test_rows_stay_at_one_without_moving_a_bit():
    seen = windows([27, 1], 60)
    assert (seen.residue[0, 41:] == 1).all()
    assert (seen.valuation[0, 41:] == 2).all()
    assert (seen.height[0, 41:] == seen.height[0, 41]).all()
    assert seen.height[0, 41] == pytest.approx(-seen.size[0], abs=1e-12)
    assert (seen.height[1] == 0).all()


def test_a_large_entry_moves_by_its_growth_less_its_valuation():
    seen = windows([2**150 + 1, 2**150 + 3], 3)
    moves = np.diff(seen.height, axis=1)
    assert np.allclose(moves, LOG2_3 - seen.valuation, atol=1e-13)


def test_a_row_is_the_same_to_the_bit_in_any_company(monkeypatch):
    values = odd_integers(100)
    together = windows(values, 20)
    for row in (0, 41, 99):
        alone = windows([values[row]], 20)
        for name in NAMES:
            assert np.array_equal(getattr(together, name)[[row]], getattr(alone, name))
    monkeypatch.setattr(module, "CHUNK", 7)
    in_chunks = windows(values, 20)
    for name in NAMES:
        assert np.array_equal(getattr(together, name), getattr(in_chunks, name))


def test_integers_lists_arrays_and_limbs_give_the_same_windows():
    values = odd_integers(20, bits=60)
    for given in (Limbs.of(values), np.array(values), tuple(values)):
        assert_same(windows(given, 4), exact_windows(values, 4))


def test_rows_are_taken_by_number_mask_and_slice():
    values = odd_integers(9)
    seen = windows(values, 4)
    picked = seen.take([8, 0])
    assert_same(picked, exact_windows([values[8], values[0]], 4))
    assert_same(seen.take(np.arange(9) > 6), exact_windows(values[7:], 4))
    assert_same(seen.take(slice(2)), exact_windows(values[:2], 4))


def test_no_integers_are_no_rows():
    seen = windows([], 3)
    assert seen.height.shape == (0, 4)
    assert seen.valuation.shape == (0, 3)


@pytest.mark.parametrize("steps", [0, 3])
def test_even_integers_are_refused_by_row(steps):
    with pytest.raises(ValueError, match=r"Received: 10 in row 2\. Reduce"):
        windows([2**90 + 1, 7, 10], steps)
    with pytest.raises(ValueError, match="Received: 0 in row 0"):
        windows([0], steps)


def test_negative_requests_are_refused():
    with pytest.raises(ValueError, match="Received: steps=-1"):
        windows([3], -1)
    with pytest.raises(ValueError, match="Received: -3 among 1 values"):
        windows([-3], 1)
