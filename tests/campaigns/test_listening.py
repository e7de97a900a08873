"""Signals and the clock ask a campaign to stop; each says so in words."""

import os
import signal
import threading

from dist_invention.campaigns.listening import Listening
import pytest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_a_reason_and_handlers_come_back(number):
    before = signal.getsignal(number)
    with Listening() as listening:
        assert listening.why == ""
        os.kill(os.getpid(), number)
        assert listening.why == f"received {number.name}"
        os.kill(os.getpid(), signal.SIGTERM)
        assert listening.why == f"received {number.name}"
    assert signal.getsignal(number) is before


def test_signals_are_taken_back_from_a_library():
    with Listening() as listening:
        signal.signal(signal.SIGTERM, lambda *_: None)
        listening.again()
        os.kill(os.getpid(), signal.SIGTERM)
        assert listening.why == "received SIGTERM"


def test_a_time_limit_is_a_reason_too():
    with Listening(max_hours=1e-9) as listening:
        assert listening.why == "the time limit of 1e-09 hours is reached"


def test_in_another_thread_there_is_only_the_clock():
    seen = []

    def listen():
        with Listening(max_hours=1e-9) as listening:
            seen.append(listening.why)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join(10)
    assert len(seen) == 1
