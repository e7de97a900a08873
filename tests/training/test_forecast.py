"""The finish is foretold from measured steps and epoch ends, and told if too late."""

import math

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.training.forecast import Forecast, LateFinish, duration
import pytest

RESULT = StepResult({}, 0.0)


class Clock:
    def __init__(self):
        self.now = 500.0

    def __call__(self):
        return self.now


@pytest.fixture
def forecast():
    """Two stages of three epochs of 25 steps."""
    return Forecast([3, 3], [25, 25], Clock())


def epoch(watchers, index, step=2.0, end=10.0, stage=0, steps=25):
    """Let one epoch go by: steps and an end of so many seconds."""
    clock = watchers[0].clock
    first = 75 * stage + 25 * index
    for number in range(1, steps + 1):
        clock.now += step
        for watcher in watchers:
            watcher.after_step(Place(stage, index, number, first + number), RESULT)
    if steps == 25:
        clock.now += end
        for watcher in watchers:
            watcher.after_epoch(Place(stage, index + 1, 0, first + 25), {})


def test_steps_left_count_the_stages_to_come(forecast):
    assert forecast.steps_left(Place(0, 0, 0, 0)) == 150
    assert forecast.steps_left(Place(0, 0, 5, 5)) == 145
    assert forecast.steps_left(Place(1, 2, 25, 150)) == 0
    assert forecast.steps_left(Place(2, 0, 0, 150)) == 0
    assert forecast.epochs_left(Place(0, 2, 5, 55)) == 4
    assert forecast.epochs_left(Place(2, 0, 0, 150)) == 0


def test_the_finish_is_steps_and_epoch_ends_as_they_were_measured(forecast):
    epoch([forecast], 0)
    assert forecast.seconds_per_step() == 2.0
    assert forecast.seconds_per_epoch_end() == 10.0
    place = Place(0, 1, 0, 25)
    assert forecast.seconds_left(place) == 125 * 2.0 + 5 * 10.0
    epoch([forecast], 1, steps=7)
    assert forecast.seconds_left(Place(0, 1, 7, 32)) == 118 * 2.0 + 5 * 10.0


def test_a_save_or_an_export_in_between_is_no_pace(forecast):
    epoch([forecast], 0)
    forecast.clock.now += 300.0
    epoch([forecast], 1)
    forecast.clock.now += 3000.0  # a stage ends: export, another stage begins
    epoch([forecast], 0, stage=1, steps=1)
    assert forecast.seconds_per_step() == 2.0
    assert max(forecast._steps) == 302.0, "the step after the stage is not measured"


def test_epochs_of_one_step_have_a_pace_too():
    forecast = Forecast([100], [1], Clock())
    for index in range(60):
        forecast.clock.now += 0.5
        forecast.after_step(Place(0, index, 1, index + 1), RESULT)
        forecast.clock.now += 4.0
        forecast.after_epoch(Place(0, index + 1, 0, index + 1), {})
    assert forecast.seconds_per_step() == 0.5
    assert forecast.seconds_left(Place(0, 60, 0, 60)) == 40 * 4.5


def test_before_the_first_steps_the_pace_is_what_preflight_measured(forecast):
    assert forecast.seconds_per_step() == 0.0
    forecast.expect(0.25)
    assert forecast.seconds_left(Place()) == 150 * 0.25
    assert not forecast.is_known
    epoch([forecast], 0, steps=2)
    assert forecast.seconds_per_step() == 2.0


@pytest.mark.parametrize(("step", "steps"), [(0.001, 51), (2.0, 16), (100.0, 4)])
def test_the_pace_is_known_after_50_steps_or_half_a_minute(step, steps):
    forecast = Forecast([9], [1000], Clock())
    for number in range(1, steps + 1):
        assert not forecast.is_known
        forecast.clock.now += step
        forecast.after_step(Place(0, 0, number, number), RESULT)
    assert forecast.is_known


def test_epochs_that_fit_are_whole_ones(forecast):
    epoch([forecast], 0)  # an epoch takes 60 seconds
    place = Place(0, 1, 0, 25)
    assert forecast.epochs_that_fit(place, 0.0) == 0
    assert forecast.epochs_that_fit(place, 59.0) == 0
    assert forecast.epochs_that_fit(place, 60.0) == 1
    assert forecast.epochs_that_fit(place, 185.0) == 3
    assert forecast.epochs_that_fit(place, 1e9) == 5
    assert forecast.epochs_that_fit(Place(0, 1, 20, 45), 20.0) == 1


@pytest.fixture
def late(forecast):
    def make(limit):
        told = []
        made = LateFinish(
            forecast,
            forecast.clock() + limit,
            lambda text: told.append(text),
            lambda event, **details: told.append({"event": event, **details}),
        )
        made.told, made.clock = told, forecast.clock
        return made

    return make


def test_a_finish_after_the_limit_is_told_early_and_once(forecast, late):
    watcher = late(200.0)
    epoch([forecast, watcher], 0, steps=16)
    event, text = watcher.told
    assert event == {
        "event": "late_finish",
        "step": 16,
        "forecast_seconds": 268.0,
        "limit_seconds": 168.0,
        "epochs_that_fit": 4,
    }
    assert text == (
        "At this pace training takes another 4 min 28 s, but --max-hours ends it in "
        "2 min 48 s, after 4 of the 6 epochs left. It saves and stops then with exit "
        "code 75, and the same command goes on."
    )
    epoch([forecast, watcher], 1)
    assert len(watcher.told) == 2


def test_a_finish_that_gets_worse_by_half_is_told_again(forecast, late):
    watcher = late(200.0)
    epoch([forecast, watcher], 0)
    assert len(watcher.told) == 2
    epoch([forecast, watcher], 1, step=4.0)
    epoch([forecast, watcher], 2, step=4.0)
    assert len(watcher.told) == 4
    first, second = watcher.told[0], watcher.told[2]
    assert second["step"] > first["step"]
    assert second["epochs_that_fit"] < first["epochs_that_fit"]


def test_epoch_ends_can_make_a_finish_late(forecast, late):
    watcher = late(320.0)  # steps alone take 300 seconds
    epoch([forecast, watcher], 0)
    assert watcher.told == []
    epoch([forecast, watcher], 1, steps=3)
    assert watcher.told[0]["event"] == "late_finish"


@pytest.mark.parametrize("limit", [math.inf, 400.0])
def test_a_finish_in_time_is_not_worth_a_word(forecast, late, limit):
    watcher = late(limit)
    for stage in (0, 1):
        for index in range(3):
            epoch([forecast, watcher], index, stage=stage)
    assert watcher.told == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (61, "1 min 1 s"), (3599.9, "1 h 0 min"), (7380, "2 h 3 min")],
)
def test_durations_read_like_speech(seconds, text):
    assert duration(seconds) == text
