"""The virtual past is the true one after valuations 1 and 2, if digits last."""

from itertools import pairwise

from dist_invention.domains.collatz import look_behind
from dist_invention.domains.collatz.rules import syracuse
from dist_invention.domains.collatz.seeds import TEST_SEEDS
from dist_invention.domains.collatz.seeds import test_transitions as steps_of_record
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest


def least_past(n, steps):
    """Return the values that n may have come from, by the least branch, exactly."""
    past = []
    while n % 3 and len(past) < steps:
        n = ((2 if n % 3 == 2 else 4) * n - 1) // 3
        past.append(n)
    return past


def test_the_floor_is_the_least_of_the_exact_past():
    values = [27, 41, 31, 703, 26623, 2407427729, 7, 5, 1]
    residue = look_behind.deep_residues([[n] for n in values])[:, 0]
    found = look_behind.floor_behind(residue, 37, np.log2(values))
    least = [min([n, *least_past(n, 37)]) for n in values]
    assert np.allclose(found, np.log2(least) - np.log2(values), atol=37 * 2e-4)


def test_each_value_of_the_past_leads_to_the_next():
    for n in (41, 35452673, 2**61 - 1):
        path = [n, *least_past(n, 30)]
        assert all(syracuse(p)[0] == q for q, p in pairwise(path))


def test_without_the_size_the_past_of_large_numbers_is_the_same():
    values = [2**55 + 2 * k + 1 for k in range(300)]
    residue = look_behind.deep_residues([values])[0]
    rough = look_behind.floor_behind(residue, 37)
    exact = look_behind.floor_behind(residue, 37, np.log2(values))
    assert np.allclose(rough, exact, atol=37 * look_behind.ROUGH_AGE)


def failed(rule, trits, values, with_size=True):
    pairs = np.array([[n, syracuse(n)[0]] for n in values], dtype=object)
    residue = pairs % 3**trits
    if trits <= look_behind.MOST_TRITS:
        residue = residue.astype(np.int64)
    height = np.log2(pairs.astype(np.float64))
    value = height + rule(residue, trits, height if with_size else None)
    return value[:, 0] <= value[:, 1]


def test_a_step_of_valuation_one_or_two_fails_only_where_digits_end():
    values = [row.n for row in steps_of_record()]
    valuation = np.array([syracuse(n)[1] for n in values])
    found = failed(look_behind.floor_behind, 200, values)
    assert not found[valuation <= 2].any()
    assert 0.3 < found[valuation >= 3].mean() < 0.5


def test_more_digits_fail_less_on_the_429_steps():
    values = [row.n for row in steps_of_record()]
    counts = [
        int(failed(look_behind.floor_behind, trits, values).sum())
        for trits in (5, 10, 19, 37)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[-2:] == [26, 25]


def test_the_peak_of_96_steps_back_has_its_known_counts():
    rows = steps_of_record()
    found = failed(look_behind.peak_behind, 97, [row.n for row in rows], False)
    seeds = np.array([row.seed for row in rows])
    assert [int(found[seeds == seed].sum()) for seed in TEST_SEEDS] == [2, 2, 5, 6, 13]


def test_more_digits_than_the_integers_hold_are_refused():
    with pytest.raises(look_behind.NoRoomForTrits, match="trits=38"):
        look_behind.floor_behind(np.array([5]), 38)
    with pytest.raises(look_behind.NoRoomForTrits, match="trits=0"):
        look_behind.peak_behind(np.array([5]), 0)


def test_residues_along_a_path_are_those_of_its_integers():
    rng = np.random.default_rng(7)
    starts = [int.from_bytes(rng.bytes(14), "little") | 1 for _ in range(60)] + [1, 27]
    found = windows(starts, 12)
    paths = []
    for n in starts:
        path = [n]
        for _ in range(12):
            path.append(syracuse(path[-1])[0])
        paths.append(path)
    first = np.array([n % look_behind.DEEP for n in starts])
    np.testing.assert_array_equal(
        look_behind.deep_path(first, found.valuation), look_behind.deep_residues(paths)
    )
