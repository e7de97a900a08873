"""Words, tokens and categories are coded alike on both sides, padding left out."""

from dist_invention.evaluation.symbols import encode
import numpy as np


def phrases_of(known, asked, highest=4):
    coded = encode(np.array(known), np.array(asked))
    return {
        order: {
            (int(coded.row[place]), coded.text(place, order))
            for place in np.flatnonzero(codes >= 0)
        }
        for order, codes in coded.phrases(highest)
    }


def test_phrases_stay_within_their_row():
    found = phrases_of(["turn left", "walk"], ["turn around left"])
    assert found[1] == {
        (0, "turn"),
        (0, "left"),
        (1, "walk"),
        (2, "turn"),
        (2, "around"),
        (2, "left"),
    }
    assert found[2] == {(0, "turn left"), (2, "turn around"), (2, "around left")}
    assert found[3] == {(2, "turn around left")}
    assert found[4] == set()


def test_equal_phrases_have_one_code_on_both_sides():
    coded = encode(np.array(["a b c"]), np.array(["x a b"]))
    for order, codes in coded.phrases(2):
        if order == 2:
            assert codes[0] == codes[4]
            assert codes.tolist().count(-1) == 2


def test_rows_without_symbols_still_count_as_rows():
    coded = encode(np.array(["", "a"]), np.array(["", "b c"]))
    assert coded.lengths().tolist() == [0, 1, 0, 2]


def test_bytes_and_text_are_read_alike():
    text = np.array(["turn left", "walk"])
    coded = encode(text.astype("S"), text[:1].astype("S"))
    assert coded.words == ("turn", "left", "walk")


def test_padding_at_the_end_is_left_out():
    known = np.array([[5, 6, 0, 0], [7, 8, 9, 0], [5, 0, 0, 0]])
    coded = encode(known, np.array([[5, 6, 7, 8]]))
    assert coded.lengths().tolist() == [2, 3, 1, 4]


def test_padding_at_the_start_is_left_out():
    known = np.array([[0, 0, 5, 6], [0, 7, 8, 9], [0, 0, 0, 5]])
    assert encode(known, known[:1]).lengths().tolist() == [2, 3, 1, 2]


def test_a_symbol_that_also_stands_inside_rows_is_no_padding():
    known = np.array([[5, 0, 0], [0, 5, 6], [6, 7, 8]])
    assert encode(known, known).lengths().tolist() == [3] * 6


def test_values_of_boards_and_masks_are_symbols():
    boards = np.array([[[1, 2], [3, 1]]], np.int8)
    assert encode(boards, boards + 1).words == ("0", "1", "2", "3", "4")
    wide = np.array([7, 5_000_000_000])
    assert encode(wide, wide).words == ("7", "5000000000")
    large = np.array([2**63 + 1], np.uint64)
    assert encode(large, large).words == (str(2**63 + 1),)
    mask = np.array([True, False])
    assert encode(mask, mask).lengths().tolist() == [1, 1, 1, 1]
