"""A text with a word changed is found; texts of one template are not called copies."""

from itertools import pairwise
import time

from dist_invention.evaluation.shingles import LIMIT, TextFinder, signatures
from dist_invention.evaluation.tokens import Tokens
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def tokens_of(rows):
    lengths = np.array([len(row) for row in rows])
    flat = np.array([word for row in rows for word in row], np.uint64)
    return Tokens(flat, np.cumsum(lengths) - lengths)


def finder_of(train, test):
    groups = np.r_[np.arange(len(train)), np.full(len(test), len(train))]
    finder = TextFinder(tokens_of([*train, *test]), groups, np.arange(len(groups)))
    return finder, np.arange(len(train)), len(train) + np.arange(len(test))


def test_signatures_estimate_the_similarity_of_pairs_of_words():
    rng = generator(0)
    first = rng.integers(0, 10**6, 200)
    errors = []
    for changed in (0, 10, 40, 100, 200):
        other = first.copy()
        other[:changed] = rng.integers(0, 10**6, changed)
        a, b = ({*pairwise(row.tolist())} for row in (first, other))
        true = (len(a & b) + 1) / (len(a | b) + 2)
        one, two = signatures(tokens_of([first, other]))
        errors.append(abs(float(np.mean(one == two)) - true))
    assert max(errors) < 0.2
    assert np.mean(errors) < 0.08


def test_the_order_of_words_counts_and_equal_texts_have_equal_signatures():
    one, two, three = signatures(tokens_of([[1, 2, 3], [1, 2, 3], [3, 2, 1]]))
    assert np.array_equal(one, two)
    assert np.mean(one == three) < 0.3


@pytest.mark.parametrize("length", [10, 100])
def test_a_text_with_a_word_changed_is_found_and_fresh_ones_are_not(length):
    rng = generator(length)
    train = rng.integers(0, 500, (1000, length))
    test = rng.integers(0, 500, (200, length))
    test[:20] = train[:20]
    test[:20, 4] = 1000
    found_by, reference, queries = finder_of(train, test)
    found = found_by.find(reference, queries)
    hits = found.score <= LIMIT
    assert hits[:20].sum() >= 19
    assert not hits[20:].any()
    assert np.array_equal(found.partner[:20][hits[:20]], np.flatnonzero(hits[:20]))


def test_sentences_of_one_template_resemble_many_and_are_no_copies():
    rng = generator(3)
    rows = np.tile(np.arange(20), (600, 1))
    rows[:, [5, 12]] = rng.integers(100, 10**6, (600, 2))
    found_by, reference, queries = finder_of(rows[:500], rows[500:])
    found = found_by.find(reference, queries)
    assert not np.any(found.score <= LIMIT)


def test_equal_contents_are_left_to_the_search_for_equal_inputs():
    rows = generator(4).integers(0, 500, (50, 12))
    groups, contents = np.r_[np.arange(50), 50], np.r_[np.arange(50), 7]
    finder = TextFinder(tokens_of([*rows, rows[7]]), groups, contents)
    found = finder.find(np.arange(50), np.array([50]))
    assert found.score.tolist() == [np.inf]


def test_ten_thousand_texts_against_as_many_take_a_few_seconds():
    rng = generator(5)
    train, test = (rng.zipf(1.3, (10_000, 60)) % 5000 for _ in range(2))
    start = time.process_time()
    found_by, reference, queries = finder_of(train, test)
    found_by.find(reference, queries[:2000])
    assert time.process_time() - start < 8.0
