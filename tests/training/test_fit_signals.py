"""A signal during fit waits for the next batch; otherwise it goes where it went."""

import os
import signal
import threading

from dist_invention.training.fit_signals import FitSignals
import pytest


@pytest.fixture
def signals():
    signals = FitSignals()
    yield signals
    signals.hush()


def send(number):
    os.kill(os.getpid(), number)


def test_a_signal_is_remembered_and_a_second_one_changes_nothing(signals):
    signals.listen(None)
    send(signal.SIGTERM)
    send(signal.SIGTERM)
    send(signal.SIGHUP)
    assert signals.reason == "received SIGTERM"
    signals.listen(None)
    assert signals.reason is None


def test_a_second_ctrl_c_interrupts(signals):
    before = signal.getsignal(signal.SIGINT)
    signals.listen(None)
    send(signal.SIGINT)
    assert signals.reason == "received SIGINT"
    with pytest.raises(KeyboardInterrupt):
        send(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_old_handlers_come_back(signals):
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]
    signals.listen(None)
    assert signal.getsignal(signal.SIGTERM) not in before
    signals.hush()
    signals.hush()
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == before


def test_after_an_exception_has_left_fit_a_signal_goes_to_the_old_handler(signals):
    def fit():
        signals.listen(fit.__code__)
        send(signal.SIGINT)
        assert signals.reason == "received SIGINT"
        signals.reason = None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit()
    with pytest.raises(KeyboardInterrupt):
        send(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_ignored(signals):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        signals.listen(None)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signals.hush()
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_no_handler_is_touched(signals):
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=signals.listen, args=(None,))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
