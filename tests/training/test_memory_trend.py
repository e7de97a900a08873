"""Leaks are told apart from everything else that memory does."""

import math

from dist_invention.training.memory_trend import REACH, SHORTEST, growth, steps_until
import numpy as np
import pytest

N = 360


def noise(seed, size=N, spread=5.0):
    return spread * np.random.Generator(np.random.Philox(seed)).normal(size=size)


def stairs(count, size=N):
    """Rise in equal stairs, as when ever longer batches come."""
    return np.floor(np.arange(size) * (count + 1) / size) * 200.0


LEVELS = {
    "level": np.full(N, 800.0),
    "spikes": np.where(np.arange(N) % 30 == 7, 4000.0, 800.0),
    "settling": 800 + 3000 * (1 - np.exp(-np.arange(N) / 60)),
    "falling": 4000 - 5.0 * np.arange(N),
    "wave": 800 + 500 * np.sin(np.arange(N) / 9),
    **{f"{count} stairs": 800 + stairs(count) for count in (1, 2, 3)},
}


@pytest.mark.parametrize("name", LEVELS)
def test_what_does_not_grow_steadily_is_no_leak(name):
    for seed in range(20):
        assert growth(range(N), list(LEVELS[name] + noise(seed))) is None


@pytest.mark.parametrize("count", [SHORTEST, 100, N])
@pytest.mark.parametrize("slope", [0.5, 40.0])
def test_the_slope_of_a_leak_is_found_in_noise_and_spikes(count, slope):
    steps = np.arange(count) * 100.0
    for seed in range(20):
        values = 800 + slope * steps / 10 + noise(seed, count)
        values[:: count // 8] += 3000
        found = growth(list(steps), list(values))
        assert found == pytest.approx(slope / 10, rel=0.1)


def test_a_leak_at_each_epoch_end_is_a_leak_too():
    found = growth(range(N), list(800 + stairs(20) + noise(0)))
    assert found == pytest.approx(200 * 21 / N, rel=0.15)


def test_noise_alone_hardly_ever_looks_like_growth():
    found = [growth(range(N), list(noise(seed))) for seed in range(500)]
    assert sum(slope is not None for slope in found) <= 2


@pytest.mark.parametrize("count", [0, 1, SHORTEST - 1])
def test_a_few_readings_say_nothing(count):
    assert growth(range(count), list(range(count))) is None
    assert steps_until(range(count), list(range(count)), 1.0) is None


def test_readings_at_one_step_say_nothing():
    assert growth([7] * N, list(range(N))) is None


def test_the_end_is_where_the_room_is_used_up():
    left, slope = steps_until(range(0, 10 * N, 10), [2.0 * n for n in range(N)], 800.0)
    assert (left, slope) == (pytest.approx(4000), pytest.approx(0.2))


def test_a_leak_that_has_just_begun_is_found_in_the_latest_readings():
    values = [800.0] * 300 + [800.0 + 10 * n for n in range(60)]
    assert growth(range(N), values) is None
    left, slope = steps_until(range(N), values, 500.0)
    assert slope == pytest.approx(10.0)
    assert left == pytest.approx(50)


def test_a_forecast_does_not_reach_further_than_what_was_seen_allows():
    values = [float(n) for n in range(N)]
    assert steps_until(range(N), values, REACH * N - REACH) is not None
    assert steps_until(range(N), values, REACH * N + 1) is None
    left, _ = steps_until(range(N), values, 0.0)
    assert left == 0
    assert math.isfinite(left)
