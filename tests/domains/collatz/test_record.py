import math

from dist_invention.domains.collatz import record
from dist_invention.domains.collatz.record import (
    SMALL_WIDTHS,
    WindowTooShort,
    anchor,
    drift,
    features,
    record_network,
)
from dist_invention.domains.collatz.windows import windows
import keras
import numpy as np
import pytest

LOG2_3 = math.log2(3)
BIG = 2**125 - 99


def syracuse(n):
    if n == 1:
        return 1, 2
    raised = 3 * n + 1
    k = (raised & -raised).bit_length() - 1
    return raised >> k, k


def described(n, lookahead):
    """Features as the record writes them, one integer at a time."""
    current, valuations = n, []
    for _ in range(lookahead):
        current, k = syracuse(current)
        valuations.append(k)
    rise = lookahead * LOG2_3 - sum(valuations)
    residues = [n % 3 / 2, n % 9 / 8, n % 27 / 26, n % 81 / 80]
    clipped = [min(k, 10) / 10 for k in valuations]
    return [math.log10(n) / 40, *residues, rise / 10, *clipped]


@pytest.mark.parametrize(
    ("lookahead", "parameters"), [(10, 4_405_250), (20, 4_425_730), (100, 4_589_570)]
)
def test_the_network_has_the_record_s_number_of_parameters(
    lookahead, parameters, monkeypatch
):
    nothing = keras.initializers.Zeros()
    monkeypatch.setattr(
        keras.initializers, "RandomUniform", lambda *limits, **more: nothing
    )  # drawing 13 million numbers would take the time of the test
    for adaptive in (False, True):
        assert record_network(lookahead, adaptive=adaptive).count_params() == parameters


def test_the_scalar_of_the_drift_is_counted_and_learns_only_if_adaptive():
    fixed, adaptive = (
        record_network(10, SMALL_WIDTHS, adaptive) for adaptive in (False, True)
    )
    assert fixed.count_params() == adaptive.count_params() == 35_330
    assert len(adaptive.trainable_weights) == len(fixed.trainable_weights) + 1
    zeros = {"features": np.zeros((3, 2, 16), np.float32)}
    assert np.array(fixed(zeros)["drift_weight"]) == pytest.approx(0.35)


@pytest.mark.parametrize("n", [3, 27, 5461, 626331, BIG])
@pytest.mark.parametrize("lookahead", [0, 1, 10, 100])
def test_features_are_those_of_the_record(n, lookahead):
    rows, current, wanted = (0, 1, 4, 8), n, []
    for step in range(9):
        if step in rows:
            wanted.append(described(current, lookahead))
        current = syracuse(current)[0]
    found = features(windows([n], 8 + lookahead), lookahead, rows)
    assert found.dtype == np.float32
    assert found.shape == (1, 4, 6 + lookahead)
    assert found[0] == pytest.approx(np.array(wanted), abs=1e-6)


def test_a_long_valuation_is_cut_as_a_feature_and_whole_in_the_drift():
    found = windows([5461], 1)  # 3 * 5461 + 1 = 2**14
    assert features(found, 1, (0,))[0, 0, -1] == 1.0
    assert drift(found, 1)[0] == pytest.approx(LOG2_3 - 14)


def test_the_anchor_is_the_logarithm_and_a_share_of_the_drift():
    rise = 2 * LOG2_3 - 3  # 27 -> 41 -> 31
    found = anchor(windows([27, BIG], 2), 2)
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(math.log(27) + 0.35 * rise)
    assert anchor(windows([BIG], 0), 0)[0] == pytest.approx(math.log(BIG))


def test_the_drift_of_a_later_value_is_its_own():
    assert drift(windows([27], 4), 3, row=1) == pytest.approx(
        drift(windows([41], 3), 3)
    )


def test_windows_that_end_too_early_are_refused():
    with pytest.raises(WindowTooShort, match=r"at least 4 \+ 10 steps.*Received: 11"):
        features(windows([27], 11), 10)


def test_values_are_over_zero_and_each_row_is_on_its_own():
    network = record_network(3, (8,), seed=0)
    read = features(windows([27, 41, BIG], 11), 3)
    value = np.array(network({"features": read})["value"])
    assert value.shape == (3, 4)
    assert (value > 0).all()
    other = features(windows([27, 41, BIG], 4), 3, (0, 1))
    pair = np.array(network({"features": other})["value"])
    assert pair == pytest.approx(value[:, :2])
    assert value[0, 1] == pytest.approx(value[1, 0])  # T(27) = 41


def test_weights_begin_within_one_over_the_root_of_the_fan_in():
    network = record_network(10, (64, 32), seed=3)
    limits = [1 / 4, 1 / 4, 1 / 8, 1 / 8, 32**-0.5, 32**-0.5]  # fan-in 16, 64, 32
    for weight, limit in zip(network.trainable_weights, limits, strict=True):
        size = np.abs(np.array(weight)).max()
        assert size <= limit
        assert size > limit / 2 or weight.shape == (1,)


def test_a_seed_gives_the_same_weights_and_another_seed_others():
    first, again, other = (record_network(2, (8, 8), seed=s) for s in (1, 1, 2))
    for a, b, c in zip(first.weights, again.weights, other.weights, strict=True):
        assert np.array_equal(a, b)
        assert not np.array_equal(a, c) or a.shape == ()


def test_a_saved_network_says_the_same(tmp_path):
    network = record_network(2, (8,), adaptive=True, seed=1)
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    read = {"features": features(windows([27, 703], 3), 2, (0, 1))}
    assert np.array_equal(network(read)["value"], again(read)["value"])
    assert len(again.trainable_weights) == len(network.trainable_weights)


def test_the_record_s_constants_are_kept():
    assert record.FULL_WIDTHS == (2048, 1024, 1024, 512, 512, 512, 256, 128, 64)
    assert record.ROWS == (0, 1, 4, 8)
