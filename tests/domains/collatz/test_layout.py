"""Arrays of windows: what is declared is what is there."""

from dist_invention.domains.collatz.layout import (
    input_names,
    judged,
    window_arrays,
    window_fields,
)
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest


def test_judged_transitions_hold_their_window_and_their_key():
    split = judged("asked", "test", [27, 41], ["a", "b"], lookahead=2)
    assert split.arrays["height"].shape == (2, 4)
    assert split.keys.tolist() == ["27>41", "41>31"]
    assert split.arrays["residue"][0].tolist() == [27, 41, 31, 47]
    np.testing.assert_allclose(
        split.arrays["height"][0, 1], np.log2(41 / 27), atol=1e-6
    )


def test_growth_is_said_of_the_first_step():
    split = judged("asked", "test", [27, 41, 31], "abc", lookahead=0)
    assert split.arrays["growth"].tolist() == [1.0, 0.0, 1.0]


def test_weights_are_one_where_none_are_given():
    plain = judged("asked", "test", [27, 41], "ab", lookahead=0)
    heavy = judged("asked", "test", [27, 41], "ab", lookahead=0, weights=[1.5, 2.0])
    assert plain.arrays["weight"].tolist() == [1.0, 1.0]
    assert heavy.arrays["weight"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize("with_low", [True, False])
def test_every_array_is_declared_with_its_shape(with_low):
    arrays = window_arrays(windows([27, 703], 5), with_low)
    declared = {item.name: item.shape for item in window_fields(6, with_low)}
    assert {name: array.shape[1:] for name, array in arrays.items()} == declared
    assert ("low" in input_names(with_low)) is with_low


def test_large_integers_keep_their_last_digits():
    n = 3**19 * 2**40 + 5
    split = judged("asked", "test", [n], ["a"], lookahead=0, with_low=True)
    assert split.arrays["residue"][0, 0] == 5
    assert split.arrays["low"][0, 0] == 5


def test_formulas_that_look_behind_get_all_digits_and_the_size():
    n = 3**25 * 2 + 1
    split = judged("asked", "test", [n], ["a"], lookahead=1)
    assert split.arrays["deep_residue"][0, 0] == n
    assert split.arrays["size"][0] == pytest.approx(np.log2(n))
    assert not {"deep_residue", "size"} & {*split.inputs, *split.targets}
