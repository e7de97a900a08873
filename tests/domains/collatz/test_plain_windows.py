"""The plain reference agrees with the vectorised windows, and sees a difference."""

from dist_invention.domains.collatz.plain_windows import of_row, plain_windows
from dist_invention.domains.collatz.rules import trajectory
from dist_invention.domains.collatz.windows import windows
import pytest

VALUES = [1, 3, 27, 2**24 + 1, 2**125 - 1, 2**190 + 3]


def test_it_follows_the_trajectory():
    [seen] = plain_windows([27], 41)
    assert seen.residue == trajectory(27)
    assert seen.residue[-1] == 1


@pytest.mark.parametrize("steps", [0, 1, 11, 101])
def test_vectorised_windows_are_equal_to_it(steps):
    seen = windows(VALUES, steps)
    for row, plain in enumerate(plain_windows(VALUES, steps)):
        assert plain.is_equal(of_row(seen, row))


@pytest.mark.parametrize("name", ["size", "height", "residue", "low", "valuation"])
def test_any_difference_is_seen(name):
    seen = windows([27], 5)
    [plain] = plain_windows([27], 5)
    getattr(seen, name)[..., -1] += 1
    assert not plain.is_equal(of_row(seen, 0))
