"""The test paths, and the arithmetic of the record's leak of them into training."""

from collections import Counter
from functools import cache
import math
from statistics import median

from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.seeds import (
    HARD_SEEDS,
    TEST_SEEDS,
    rows_touching_test,
    test_transitions,
    test_values,
    touches_test,
    training_values,
)
import numpy as np
import pytest

VALUES, STEPS = test_values(), test_transitions()
BATCHES, RAMP = 100_000, 50_000
HARD_ROWS, RANDOM_ROWS = 256, 768
"""Rows of a batch of the record: from the trajectories, and drawn at random."""


def by_seed(rows):
    """Number of rows of each test seed, in the order of TEST_SEEDS."""
    counts = Counter(row.seed for row in rows)
    return [counts[seed] for seed in TEST_SEEDS]


def trained():
    return [row for row in STEPS if row.n in training_values()]


def carriers(n):
    """The training seeds whose trajectories pass through n."""
    return [seed for seed in HARD_SEEDS if n in trajectory(seed)]


def active(batch):
    """How many training seeds the record uses in a batch."""
    return int(len(HARD_SEEDS) * min(1, batch / RAMP))


@cache
def drawn_at_random(n, batches=BATCHES):
    """Chance that the record's random rows hold n at least once.

    A row draws k from 2 to 124 and an integer of [2^k, 2^(k+1)), made odd by + 1.
    """
    k = n.bit_length() - 1
    chance = 2 / 2**k / 123 if 2 <= k <= 124 else 0.0
    return -math.expm1(RANDOM_ROWS * batches * math.log1p(-chance))


def hard_draws():
    """Expected draws of each value by the record's hard rows in all its batches."""
    count = np.array([active(batch) for batch in range(BATCHES)])
    share = np.where(count, HARD_ROWS / np.maximum(count, 1), 0.0)
    draws = dict.fromkeys(VALUES | training_values(), 0.0)
    for place, seed in enumerate(HARD_SEEDS):
        path = trajectory(seed)[:-1]
        for n in path:
            draws[n] += share[count > place].sum() / len(path)
    empty = HARD_ROWS * int((count == 0).sum())
    for n in trajectory(27)[:-1]:  # an empty pool falls back to the test seed 27
        draws[n] += empty / 41
    return draws, empty


def test_the_five_paths_have_429_steps_and_255_of_them_grow():
    assert by_seed(STEPS) == [24, 41, 62, 113, 189]
    growing = [row for row in STEPS if syracuse(row.n)[0] > row.n]
    assert (len(STEPS), len(growing)) == (429, 255)
    assert by_seed(growing) == [14, 24, 37, 69, 111]


def test_a_step_knows_its_place_on_its_path():
    for row in STEPS:
        assert trajectory(row.seed)[row.step] == row.n
    assert [max(trajectory(seed)) for seed in TEST_SEEDS] == [
        *(3077, 3077, 83501, 35452673, 2407427729),
    ]


def test_the_429_are_340_values_because_paths_join():
    times = Counter(row.n for row in STEPS)
    assert set(times) == VALUES
    assert Counter(times.values()) == {1: 307, 2: 1, 3: 9, 4: 22, 5: 1}
    assert min(VALUES) > 1


def test_the_training_seeds_are_49_and_none_is_a_test_seed():
    assert len(HARD_SEEDS) == len(set(HARD_SEEDS)) == 49
    assert not set(HARD_SEEDS) & set(TEST_SEEDS)
    assert list(HARD_SEEDS) == sorted(HARD_SEEDS)
    assert max(len(trajectory(seed)) for seed in HARD_SEEDS) < 300  # used to the end


def test_271_of_429_test_steps_stand_on_training_trajectories():
    assert by_seed(trained()) == [23, 41, 62, 113, 32]
    assert len(trained()) == 271
    assert len(VALUES & training_values()) == 182


def test_of_158_fresh_steps_157_are_on_626331_and_only_they_are_called_fresh():
    fresh = [row for row in STEPS if row.n not in training_values()]
    assert by_seed(fresh) == [1, 0, 0, 0, 157]
    assert [row for row in fresh if row.seed != 626331] == [(111, 0, 111)]
    assert [row for row in STEPS if row.is_fresh] == fresh[1:]
    assert len({row.n for row in fresh}) == 158


def test_each_test_path_joins_training_where_the_record_says():
    first = {}
    for row in trained():
        first.setdefault(row.seed, (row.step, row.n))
    assert first == {
        111: (1, 167),
        27: (0, 27),
        703: (0, 703),
        26623: (0, 26623),
        626331: (157, 137),
    }
    for seed, (step, _) in first.items():  # once joined, never left
        assert {row.step for row in trained() if row.seed == seed} == set(
            range(step, len(trajectory(seed)) - 1)
        )


def test_the_leak_has_a_training_seed_for_each_path():
    assert len(carriers(167)) == 32
    assert carriers(27) == [54]  # 54 is twice 27: the seed itself is trained on
    assert carriers(703) == [2463, 2919]
    assert carriers(26623) == [52527]


def test_the_curriculum_reaches_the_leaking_seeds_at_the_known_batches():
    begins = [
        next(batch for batch in range(BATCHES) if active(batch) > place)
        for place in map(HARD_SEEDS.index, (31, 54, 2463, 2919, 52527))
    ]
    assert begins == [1021, 4082, 29592, 30613, 39796]


def test_hard_rows_train_shared_transitions_thousands_of_times():
    draws, fallback = hard_draws()
    shared = {
        seed: median(draws[row.n] for row in trained() if row.seed == seed)
        for seed in (27, 703, 26623)
    }
    assert fallback == 261_376
    assert {seed: round(n) for seed, n in shared.items()} == {
        27: 375_225,
        703: 16_418,
        26623: 2_572,
    }


def test_random_rows_reach_67_of_the_158_fresh_steps_too():
    fresh = [row.n for row in STEPS if row.n not in training_values()]
    expected = {
        batches: round(sum(drawn_at_random(n, batches) for n in fresh), 1)
        for batches in (100_000, 50_000, 20_000)
    }
    assert expected == {100_000: 67.4, 50_000: 57.6, 20_000: 45.6}
    seeds_drawn = [round(drawn_at_random(seed), 3) for seed in TEST_SEEDS]
    assert seeds_drawn == [1, 1, 1, 1, 0.908]
    never = sum(1 - drawn_at_random(n) for n in fresh)
    assert round(never, 1) == 90.6  # of 429, all on 626331


def test_a_row_touches_the_test_by_its_value_or_by_its_successor():
    assert touches_test(27)
    assert 109 not in VALUES
    assert syracuse(109)[0] in VALUES
    assert touches_test(109)
    assert not touches_test(9)
    assert touches_test(626331 * 2**70)


def test_one_touches_nothing_because_every_path_ends_there():
    assert not touches_test(1)
    assert touches_test(5)


def test_rows_of_any_size_and_type_are_tested_alike():
    values = [1, 5, 54, 109, 9, 4 * 167 + 1, 2**125 - 1]
    answers = [False, True, True, True, False, True, False]
    assert rows_touching_test(values).tolist() == answers
    assert rows_touching_test(np.array(values[:-1])).tolist() == answers[:-1]
    empty = rows_touching_test([])
    assert (empty.shape, empty.dtype) == ((0,), bool)


def test_every_test_value_and_every_training_value_before_one_touches_the_test():
    assert rows_touching_test(VALUES).all()
    for seed in HARD_SEEDS:
        path = trajectory(seed)[:-1]
        clean = np.array(path)[~rows_touching_test(path)].tolist()
        assert not VALUES & {*clean, *(syracuse(n)[0] for n in clean)}


def test_a_value_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        rows_touching_test([27, 0])
