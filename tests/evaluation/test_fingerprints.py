"""Equal content has equal hashes, whatever its dtype, layout or key."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.fingerprints import content_hashes, numeric_inputs
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
