"""Words and rows of numbers become tokens; padding and the way they are kept do not."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.fingerprints import is_tokens
from dist_invention.evaluation.tokens import join, mix, token_names, tokens_of
import numpy as np
import pytest


def split_of(**arrays):
    n = len(next(iter(arrays.values())))
    fields = tuple(Field(name, a.shape[1:], "1") for name, a in arrays.items())
    ids = np.array([f"k{i}" for i in range(n)])
    return Split("s", "test", arrays, fields, tuple(arrays), (), ids, ids)


@pytest.mark.parametrize(
    ("array", "tokens"),
    [
        (np.array(["walk twice"]), True),
        (np.array([["walk", "twice"]]), True),
        (np.array([b"walk"]), True),
        (np.zeros((1, 3), np.int32), True),
        (np.zeros((1, 1), np.int32), False),
        (np.zeros(1, np.int32), False),
        (np.zeros((1, 3, 3), np.uint8), False),
        (np.zeros((1, 3), np.float32), False),
        (np.zeros((1, 3), bool), False),
    ],
)
def test_texts_and_rows_of_whole_numbers_are_tokens(array, tokens):
    assert is_tokens(array) is tokens


def test_one_text_kept_in_four_ways_has_the_same_tokens():
    ways = [
        np.array(["walk twice", "run"]),
        np.array(["  walk   twice ", "run"]),
        np.array([["walk", "twice", ""], ["run", "", ""]]),
        np.array([b"walk twice", b"run"]),
    ]
    found = [tokens_of(split_of(x=array), ["x"]) for array in ways]
    for tokens in found:
        assert tokens.lengths.tolist() == [2, 1]
        assert np.array_equal(tokens.flat, found[0].flat)


def test_padding_at_the_end_is_no_token_and_a_zero_inside_is_one():
    rows = np.array([[5, 0, 7, 0], [0, 0, 0, 0], [1, 2, 3, 4]], np.uint8)
    tokens = tokens_of(split_of(x=rows), ["x"])
    assert tokens.lengths.tolist() == [3, 1, 4]
    assert tokens.flat[3] == 0
    wide = tokens_of(split_of(x=np.pad(rows, ((0, 0), (0, 5)))), ["x"])
    assert np.array_equal(wide.flat, tokens.flat)


def test_a_bag_forgets_the_order_and_nothing_else():
    rows = np.array([[1, 2, 2], [2, 1, 2], [1, 1, 2], [1, 2, 0]])
    bags = tokens_of(split_of(x=rows), ["x"]).bags()
    assert bags[0] == bags[1]
    assert len(set(bags.tolist())) == 3


def test_the_same_word_in_two_inputs_is_two_tokens():
    one = split_of(a=np.array(["walk"]), b=np.array(["run"]))
    two = split_of(a=np.array(["run"]), b=np.array(["walk"]))
    names = token_names(one)
    assert names == ["a", "b"]
    first, second = tokens_of(one, names), tokens_of(two, names)
    assert first.lengths.tolist() == [2]
    assert first.bags() != second.bags()


def test_tokens_are_taken_and_joined_row_by_row():
    tokens = tokens_of(split_of(x=np.array(["a b c", "d", "", "e f"])), ["x"])
    part = tokens.take(np.array([3, 0]))
    assert part.lengths.tolist() == [2, 3]
    assert np.array_equal(part.flat, np.r_[tokens.flat[5:7], tokens.flat[:3]])
    both = join([part, tokens])
    assert both.lengths.tolist() == [2, 3, 3, 1, 1, 2]
    assert np.array_equal(both.take(np.arange(2, 6)).flat, tokens.flat)


def test_mixed_numbers_differ_and_do_not_depend_on_the_process():
    mixed = mix(np.arange(10_000))
    assert len(set(mixed.tolist())) == 10_000
    assert int(mixed[0]) == 0xE220A8397B1DCDAF  # of the reference implementation
