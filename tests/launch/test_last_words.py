"""A second signal never turns a clean stop into a kill."""

import os
import signal

from dist_invention.launch.last_words import LastWords
from dist_invention.runtime.signals import STOP_SIGNALS
from dist_invention.training import StoppedEarly
import pytest


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_before_the_end_a_signal_stops_the_command(number, signal_handlers):
    with pytest.raises(StoppedEarly, match=f"received {number.name}"), LastWords():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is signal_handlers[number]


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_once_the_exit_code_is_known_nothing_changes_it(number):
    with LastWords() as signals:
        signals.are_over = True
        os.kill(os.getpid(), number)
    os.kill(os.getpid(), number)  # the process still says its last words
    assert signal.getsignal(number) is signal.SIG_IGN  # to the very end of Python


def test_an_ignored_signal_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with LastWords():
        os.kill(os.getpid(), signal.SIGHUP)
