"""The map against its definition and against figures that anyone can look up."""

from dist_invention.domains.collatz.rules import (
    LOG2_3,
    odd_part,
    syracuse,
    trajectory,
    transition_key,
    transitions,
)
import numpy as np
import pytest


def slow_step(n):
    n, k = 3 * n + 1, 0
    while n % 2 == 0:
        n, k = n // 2, k + 1
    return n, k


def test_a_step_triples_adds_one_and_halves_until_odd():
    for n in [*range(1, 999, 2), 2**127 - 1, (2**200 - 1) // 3, 3**120 * 2**90 + 1]:
        assert syracuse(n) == slow_step(n)


def test_one_stays_at_one_with_valuation_two():
    assert syracuse(1) == (1, 2)
    assert trajectory(1) == trajectory(64) == [1]
    assert transitions(1) == []


def test_paths_of_the_test_seeds_have_their_known_lengths_and_maxima():
    paths = [trajectory(n) for n in (111, 27, 703, 26623, 626331)]
    assert [len(path) - 1 for path in paths] == [24, 41, 62, 113, 189]
    assert [max(path) for path in paths] == [3077, 3077, 83501, 35452673, 2407427729]
    assert all(path[-1] == 1 and path.count(1) == 1 for path in paths)


def test_even_numbers_start_at_their_odd_part():
    assert odd_part(54) == 27
    assert odd_part(2**150 * 5) == 5
    assert trajectory(54) == trajectory(27)
    assert transitions(54)[0] == (27, 41)


def test_transitions_chain_and_have_keys():
    pairs = transitions(27)
    assert all(syracuse(a)[0] == b for a, b in pairs)
    assert [a for a, _ in pairs[1:]] == [b for _, b in pairs[:-1]]
    assert transition_key(27) == "27>41"
    assert len({transition_key(a) for a, _ in pairs}) == 41


def test_numpy_integers_do_not_wrap():
    n = np.int64(2**63 - 1)
    assert syracuse(n) == slow_step(2**63 - 1)
    assert type(syracuse(n)[0]) is int


def test_growth_of_a_step_is_that_of_the_formula():
    assert abs(2**LOG2_3 - 3.0) < 1e-15


@pytest.mark.parametrize("n", [0, -1, -8])
def test_integers_below_one_are_refused(n):
    for function in (syracuse, odd_part, trajectory, transition_key):
        with pytest.raises(ValueError, match=f"at least 1. Received: n={n}"):
            function(n)


def test_even_integers_have_no_step_and_fractions_are_no_integers():
    with pytest.raises(ValueError, match=r"Received: n=10. Reduce it with odd_part"):
        syracuse(10)
    with pytest.raises(TypeError):
        syracuse(7.0)  # pyright: ignore[reportArgumentType]
