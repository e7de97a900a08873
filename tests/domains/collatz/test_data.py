"""Splits by values: nothing that is judged is chosen on or trained on."""

from itertools import combinations

from dist_invention.domains.collatz import data
from dist_invention.domains.collatz.record_data import values_of
from dist_invention.domains.collatz.rules import syracuse
from dist_invention.domains.collatz.seeds import test_values as values_on_test_paths
from dist_invention.evaluation.isolation import find_leaks
import numpy as np
import pytest


@pytest.fixture(scope="module")
def splits():
    with pytest.MonkeyPatch.context() as patch:  # smaller sets of the same recipes
        patch.setattr(data, "_hard", small_hard)
        patch.setattr(data, "SELECT_POPULATION", 300)
        yield data.make_splits(0, 3, samples=400)


def small_hard(seed):
    return tuple(data.hard_values(seed, candidates=3000, paths=6))


def judged(splits):
    return {name: split for name, split in splits.items() if split.role != "train"}


def test_no_transition_stands_in_two_judged_splits(splits):
    for a, b in combinations(judged(splits).values(), 2):
        assert not set(a.keys) & set(b.keys)


def test_no_select_value_steps_onto_a_test_value(splits):
    tests = {n for s in splits.values() if s.role == "test" for n in values_of(s)}
    for split in splits.values():
        if split.role == "select":
            for n in values_of(split):
                assert n not in tests
                assert syracuse(n)[0] not in tests


def test_only_the_trajectories_hold_values_of_the_test_paths(splits):
    for name, split in judged(splits).items():
        shared = set(values_of(split)) & values_on_test_paths()
        assert bool(shared) is (name == "test_trajectories")


def test_the_audit_finds_no_leak(splits):
    assert find_leaks(list(splits.values())).verdict == "clean"


def test_the_trajectories_are_the_429_steps_with_their_strata(splits):
    split = splits["test_trajectories"]
    assert len(split) == 429
    assert len(set(split.keys)) == 340
    assert np.sum(split.strata["record"] == "fresh") == 157
    assert np.sum(split.strata["step"] == "growth") == 255
    counts = {
        seed: int(np.sum(split.strata["seed"] == f"seed {seed}"))
        for seed in (111, 27, 703, 26623, 626331)
    }
    assert counts == {111: 24, 27: 41, 703: 62, 26623: 113, 626331: 189}


def test_what_reads_the_same_stays_in_one_split(splits):
    rows = [set(data._read(split)) for split in splits.values()]
    for a, b in combinations(rows, 2):
        assert not a & b


def test_two_integers_that_read_the_same_are_one_question():
    """After a climb n + 1 is divisible by a power of three: residues repeat."""
    first, second = 3**20 * 2 - 1, 3**20 * 4 - 1
    assert first % 3**19 == second % 3**19


def test_the_population_keeps_its_weights(splits):
    weight = splits["test_population"].arrays["weight"]
    assert weight.min() > 1
    assert weight.max() > 2


def test_the_training_sample_differs_between_seeds_and_the_judged_do_not(splits):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "_hard", small_hard)
        patch.setattr(data, "SELECT_POPULATION", 300)
        other = data.make_splits(1, 3, samples=400)
    for name, split in splits.items():
        assert (split.sha256 == other[name].sha256) is (name != "train")
