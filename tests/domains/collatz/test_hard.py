"""The hard set: long paths, exact counts, and no value of a test path."""

from dist_invention.domains.collatz.hard import (
    GREATEST,
    draw_candidates,
    hard_values,
    path_steps,
)
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.seeds import test_values, touches_test
import numpy as np
import pytest

RECORD_BREAKER = 12_327_829_503
"""Its path reaches 20,722,398,914,405,051,728, above 2^64."""


@pytest.fixture(scope="module")
def rows():
    return hard_values(3)


def test_the_default_set_has_about_nine_thousand_different_transitions(rows):
    values = [n for _, n in rows]
    assert len(values) == len(set(values))
    assert 7_000 < len(values) < 13_000
    assert {path for path, _ in rows} <= set(range(60))


def test_no_row_leaves_or_enters_a_test_value(rows):
    values = [n for _, n in rows]
    assert not test_values() & {*values, *(syracuse(n)[0] for n in values)}
    assert min(values) > 1


def test_rows_follow_their_paths_and_stop_where_an_earlier_path_is_met(rows):
    starts, seen = {}, set()
    for path, n in rows:
        starts.setdefault(path, n)
    assert list(starts) == sorted(starts)
    for path, start in starts.items():
        expected = [n for n in trajectory(start)[:-1] if n not in seen]
        clean = [n for n in expected if not touches_test(n)]
        assert clean == [n for place, n in rows if place == path]
        seen.update(expected)


def test_the_first_path_is_the_longest_for_its_size():
    drawn = np.unique(draw_candidates(5, 2_000)).tolist()
    by_length = sorted(
        drawn, key=lambda n: (len(trajectory(n)) - 1) / np.log2(n), reverse=True
    )
    rows = hard_values(5, candidates=2_000, paths=3)
    firsts = dict(reversed(rows))
    assert [firsts[path] for path in sorted(firsts)] == by_length[:3]


def test_a_seed_names_one_set():
    sizes = {"candidates": 300, "paths": 4}
    assert hard_values(0, **sizes) == hard_values(0, **sizes)
    assert hard_values(0, **sizes) != hard_values(1, **sizes)


def test_candidates_are_odd_and_fill_every_bit_length_alike():
    drawn = draw_candidates(0, 24_000)
    assert (drawn % 2 == 1).all()
    lengths = np.floor(np.log2(drawn)).astype(int) + 1
    counts = np.bincount(lengths)[25:]
    assert len(counts) == 12  # 25 to 36 bits
    assert (abs(counts - 2_000) < 250).all()


def test_steps_are_those_of_exact_integers():
    values = np.concatenate([[3, 5, 27], draw_candidates(1, 500)])
    exact = [len(trajectory(int(n))) - 1 for n in values]
    assert path_steps(values).tolist() == exact


def test_a_path_that_leaves_64_bits_is_counted_and_does_not_wrap():
    path = trajectory(RECORD_BREAKER)
    assert max(path) > int(GREATEST)
    assert 3 * int(GREATEST) + 1 < 2**64 <= 3 * (int(GREATEST) + 1) + 1
    counted = path_steps(np.array([27, RECORD_BREAKER, 31]))
    assert counted.tolist() == [41, len(path) - 1, 39]


def test_more_paths_than_candidates_are_refused():
    with pytest.raises(ValueError, match="paths=3, candidates=2"):
        hard_values(0, candidates=2, paths=3)
    with pytest.raises(ValueError, match="paths=0"):
        hard_values(0, paths=0)
