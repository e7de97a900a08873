"""Signals and the clock stop a run cleanly, once its state is saved."""

from contextlib import suppress
import os
import signal

from dist_invention.curriculum import Place
from dist_invention.runtime.signals import STOP_SIGNALS
from dist_invention.runtime.step import StepResult
from dist_invention.training import stopping
from dist_invention.training.stopping import (
    StopGuard,
    StopInValidation,
    StoppedEarly,
)
import pytest

GOOD = StepResult({"loss": 1.0}, 0.5)


class Saver:
    def __init__(self, is_quick=True):
        self.places = []
        self.is_quick = is_quick

    def save_within(self, place, seconds):
        self.places.append(place)
        return self.is_quick


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_is_noticed_at_the_next_step_and_saved_first(number):
    before = signal.getsignal(number)
    with StopGuard(None) as guard:
        guard.checkpointer = Saver()
        with suppress(StoppedEarly), guard.taking_steps():
            guard.after_step(Place(0, 0, 1, 1), GOOD)
            os.kill(os.getpid(), number)
            os.kill(os.getpid(), signal.SIGTERM)  # a second one changes nothing
            with pytest.raises(StoppedEarly, match=f"received {number.name}") as stop:
                guard.after_step(Place(0, 0, 2, 2), GOOD)
        assert guard.checkpointer.places == [Place(0, 0, 2, 2)]
    assert stop.value.exit_code == 75
    assert signal.getsignal(number) is before


def test_the_time_limit_stops_a_run_at_an_epoch_end_too():
    guard = StopGuard(max_hours=1e-12)
    guard.checkpointer = Saver()
    with pytest.raises(StoppedEarly, match="time limit of 1e-12 hours"):
        guard.after_epoch(Place(0, 1, 0, 6), {})
    assert guard.checkpointer.places == [Place(0, 1, 0, 6)]


def test_without_a_limit_the_clock_never_stops_a_run():
    StopGuard(None).after_step(Place(0, 0, 1, 1), GOOD)


def test_between_steps_everything_is_saved_and_a_signal_stops_at_once():
    with StopGuard(None):
        with pytest.raises(StoppedEarly, match="received SIGTERM"):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)  # a second one changes nothing


def test_a_signal_after_the_last_step_stops_before_the_next_stage():
    with StopGuard(None) as guard, pytest.raises(StoppedEarly), guard.taking_steps():
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_hang_up_that_is_ignored_stays_ignored():
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with StopGuard(None) as guard:
            os.kill(os.getpid(), signal.SIGHUP)
            assert guard.reason is None
    finally:
        signal.signal(signal.SIGHUP, old)


def test_a_long_validation_is_left_soon_after_a_signal_and_a_short_one_is_not(
    monkeypatch,
):
    with StopGuard(None) as guard:
        callback = StopInValidation(guard)
        with suppress(StoppedEarly), guard.taking_steps():
            os.kill(os.getpid(), signal.SIGTERM)
            callback.on_test_batch_end(0)
            monkeypatch.setattr(stopping, "VALIDATION_SECONDS", -1.0)
            with pytest.raises(StoppedEarly):
                callback.on_test_batch_end(1)
    assert callback.get_state() == {}


def test_a_disk_that_hangs_does_not_keep_a_run_from_stopping():
    guard = StopGuard(max_hours=1e-12)
    guard.checkpointer = Saver(is_quick=False)
    with pytest.raises(StoppedEarly, match="the disk did not take the last state"):
        guard.after_step(Place(0, 1, 0, 6), GOOD)


def test_nobody_who_catches_errors_catches_a_stop():
    assert not issubclass(StoppedEarly, Exception)
    with StopGuard(None) as guard:
        with suppress(StoppedEarly):
            os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StoppedEarly):  # even one that was swallowed
            guard.raise_if_asked()
