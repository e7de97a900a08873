"""Training windows hold no integer, and the mixture that was asked for."""

from dist_invention.domains.collatz.training_data import abstract_stream, mixed_windows
import numpy as np


def test_temperatures_lie_between_the_two_that_were_asked_for():
    arrays = mixed_windows(np.random.default_rng(0), 500, 3, 0.59, (3.0, 1.3))
    tau = arrays["tau"]
    assert 1.3 <= tau.min() < 1.4
    assert 2.8 < tau.max() <= 3.0


def test_only_the_uniform_share_may_begin_at_a_multiple_of_three():
    for share, expected in ((0.25, 0.25 / 3), (0.75, 0.25)):
        arrays = mixed_windows(
            np.random.default_rng(1), 4000, 2, 0.59, (1.0, 0.1), share
        )
        found = np.mean(arrays["residue"][:, 0] % 3 == 0)
        assert abs(found - expected) < 0.03


def test_a_stream_declares_what_it_draws():
    for with_low in (True, False):
        stream = abstract_stream("soft", 7, (3.0, 1.3), 64, with_low=with_low)
        arrays = stream.draw(np.random.default_rng(2), 5)
        assert arrays["height"].shape == (5, 8)
        assert ("low" in arrays) is with_low
        assert stream.datasheet["tau"] == [3.0, 1.3]


def test_equal_generators_give_equal_windows():
    stream = abstract_stream("soft", 4, (3.0, 1.3), 64)
    first = stream.draw(np.random.default_rng(3), 6)
    again = stream.draw(np.random.default_rng(3), 6)
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
