"""The population equals the record's file, and what of it training may have seen."""

import gzip
from hashlib import md5, sha256
import math
from pathlib import Path

from dist_invention.domains.collatz.population import (
    SAMPLES,
    SHA256,
    Row,
    as_csv,
    population,
)
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.seeds import (
    rows_touching_test,
    test_values,
    training_values,
)
import pytest

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "collatz"
PUBLISHED = SHARED / "eval_50k.csv.gz"


@pytest.fixture(scope="module")
def rows():
    return population()


@pytest.fixture(scope="module")
def text(rows):
    return as_csv(rows).encode("ascii")


def test_the_regenerated_text_has_the_stored_digest(text):
    assert sha256(text).hexdigest() == SHA256
    assert md5(text, usedforsecurity=False).hexdigest().startswith("fa1df3ea")


def test_the_regenerated_text_is_the_published_file_byte_for_byte(text):
    if not PUBLISHED.exists():
        pytest.skip(f"the published file is not at {PUBLISHED}")
    assert gzip.decompress(PUBLISHED.read_bytes()) == text


def test_the_rows_have_the_known_shares_and_ranges(rows):
    assert len({row.n for row in rows}) == SAMPLES
    assert sum(row.is_growth for row in rows) == 24_930
    weights = [row.w_expansion for row in rows]
    assert (min(weights), max(weights)) == (1.4771, 5.8627)
    assert round(sum(weights) / SAMPLES, 4) == 1.8344
    assert max(row.sigma_n for row in rows) == 1542
    assert min(row.n for row in rows) == 3
    assert max(row.n for row in rows).bit_length() == 128


def test_rows_agree_with_the_map_step_by_step(rows):
    for row in rows[:300]:
        path, steps, greatest = trajectory(row.n), 0, row.n
        for n in path[:-1]:
            steps += 1 + syracuse(n)[1]
            greatest = max(greatest, 3 * n + 1)
        assert (row.t1, row.is_growth) == (path[1], path[1] > row.n)
        assert (row.sigma_n, row.max_n) == (steps, greatest)
        assert row.w_expansion == round(math.log10(greatest / row.n) + 1, 4)


def test_some_rows_stand_where_the_record_trained_or_tested(rows):
    values = [row.n for row in rows]
    assert sum(n in training_values() for n in values) == 206
    assert sum(n in test_values() for n in values) == 62
    assert sum(rows_touching_test(values)) == 170


def test_5133_rows_are_expected_among_the_random_training_rows_of_the_record(rows):
    draws, expected = 76_800_000, 0.0
    for row in rows:
        bits = row.n.bit_length()
        if 3 <= bits <= 125:  # two integers of 2^(bits - 1) become this odd one
            chance = 2 / 2 ** (bits - 1) / 123
            expected -= math.expm1(draws * math.log1p(-chance))
    assert round(expected) == 5_133
    assert sum(row.n.bit_length() > 125 for row in rows) == 1_216


def test_a_shorter_population_is_the_beginning_of_a_longer_one():
    assert population(40) == population(90)[:40]
    assert population(40, seed=1) != population(40)


def test_few_bits_drawn_twice_count_once():
    small = population(400, seed=0)
    assert len({row.n for row in small}) == 400
    assert {3, 5, 7} <= {row.n for row in small}


def test_a_weight_keeps_its_four_decimals_in_the_text():
    assert as_csv([Row(3, 5, True, 7, 16, 1.727)]).endswith(",1.7270\r\n")
    assert as_csv([]) == "n,t1,is_growth,sigma_n,max_n,w_expansion\r\n"


def test_a_population_of_nothing_is_refused():
    with pytest.raises(ValueError, match="samples=0"):
        population(0)
