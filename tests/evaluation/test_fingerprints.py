"""Equal content has equal hashes, whatever its dtype, layout or key."""

from dataclasses import replace

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.fingerprints import (
    common_shapes,
    content_hashes,
    numeric_inputs,
    other_input_hashes,
    target_hashes,
    target_sizes,
)
import numpy as np


def split_of(inputs=("x",), **arrays):
    n = len(next(iter(arrays.values())))
    fields = tuple(Field(name, a.shape[1:], "1") for name, a in arrays.items())
    keys = np.array([f"k{i}" for i in range(n)])
    return Split("s", "test", arrays, fields, inputs, (), keys, np.arange(n))


def test_a_copy_through_float32_and_another_layout_has_the_same_hash():
    x = np.random.Generator(np.random.Philox(key=[1, 0])).normal(size=(20, 4, 2))
    copy = np.asfortranarray(x.astype(np.float32).astype(np.float64))
    assert content_hashes(split_of(x=x)) == content_hashes(split_of(x=copy))
    assert len(set(content_hashes(split_of(x=x)))) == 20


def test_the_sign_of_zero_does_not_matter_and_a_small_change_does():
    a, b, c = (np.array([[v, 1.0]]) for v in (0.0, -0.0, 1e-6))
    assert content_hashes(split_of(x=a)) == content_hashes(split_of(x=b))
    assert content_hashes(split_of(x=a)) != content_hashes(split_of(x=c))


def test_integers_of_two_widths_and_texts_are_compared_by_value():
    narrow, wide = np.array([[1, 2]], np.int8), np.array([[1, 2]], np.int64)
    assert content_hashes(split_of(x=narrow)) == content_hashes(split_of(x=wide))
    texts = content_hashes(split_of(x=np.array(["jump", "walk", "jump"])))
    assert texts[0] == texts[2] != texts[1]


def test_only_inputs_count():
    x, y = np.zeros((2, 1)), np.array([[1.0], [2.0]])
    assert len(set(content_hashes(split_of(x=x, y=y)))) == 1
    assert len(set(content_hashes(split_of(("x", "y"), x=x, y=y)))) == 2
    assert content_hashes(split_of((), x=x)) == []


def test_numeric_inputs_are_flat_rows_without_texts():
    split = split_of(
        ("b", "a", "t"),
        a=np.ones((2, 3, 2)),
        b=np.zeros((2,), bool),
        t=np.array(["u", "v"]),
    )
    rows = numeric_inputs(split)
    assert rows.shape == (2, 7)
    np.testing.assert_array_equal(rows[0], [1, 1, 1, 1, 1, 1, 0])


def test_blanks_and_padding_do_not_hide_an_equal_text():
    ways = [
        np.array(["walk twice", "run"]),
        np.array([" walk  twice", "run "]),
        np.array([b"walk twice", b"run"]),
    ]
    hashes = [content_hashes(split_of(x=array)) for array in ways]
    assert hashes[0] == hashes[1] == hashes[2]
    short, long = np.array([[3, 1, 0]]), np.array([[3, 1, 0, 0, 0, 0]], np.uint8)
    assert content_hashes(split_of(x=short)) == content_hashes(split_of(x=long))
    moved = np.array([[0, 3, 1]])
    assert content_hashes(split_of(x=short)) != content_hashes(split_of(x=moved))


def test_targets_are_hashed_apart_and_cut_to_a_common_shape():
    y = np.arange(24.0).reshape(2, 4, 3)
    long, short = (replace(split_of((), y=a), targets=("y",)) for a in (y, y[:, :2]))
    assert common_shapes([long, short], ["y", "z"]) == {"y": (2, 3)}
    assert target_hashes(long) != target_hashes(short)
    assert target_hashes(long, {"y": (2, 3)}) == target_hashes(short)
    assert target_hashes(split_of((), y=y)) == []


def test_axes_of_another_number_have_no_common_shape():
    flat, deep = split_of((), y=np.zeros((2, 3))), split_of((), y=np.zeros((2, 3, 1)))
    assert common_shapes([flat, deep], ["y"]) == {}
    assert common_shapes([flat, split_of((), y=np.zeros(2))], ["y"]) == {}
    assert common_shapes([split_of((), y=np.zeros(2))], ["y"]) == {"y": ()}


def test_the_size_of_targets_leaves_zeros_and_padding_out():
    split = split_of(
        (), y=np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]), t=np.array(["ab", ""])
    )
    assert target_sizes(replace(split, targets=("y", "t"))).tolist() == [4, 0]


def test_other_inputs_are_hashed_without_those_named():
    split = split_of(("x", "t"), x=np.array([1, 1]), t=np.array(["a", "b"]))
    assert len(set(other_input_hashes(split, ["t"]))) == 1
    assert len(set(other_input_hashes(split, ["x"]))) == 2
    assert other_input_hashes(split, ["x", "t"]) == ["", ""]


def test_numeric_inputs_may_leave_some_out():
    split = split_of(("a", "b"), a=np.ones((2, 3)), b=np.zeros((2, 2)))
    assert numeric_inputs(split, ["a"]).shape == (2, 2)
