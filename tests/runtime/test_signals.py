"""Which signals are heard, whatever the parent did with them."""

import os
import signal

from dist_invention.runtime.signals import STOP_SIGNALS, hear, put_back
import pytest


@pytest.fixture
def heard():
    """Numbers of the signals that came."""
    return []


@pytest.fixture
def before(heard):
    handlers = hear(lambda number, frame: heard.append(number))
    yield handlers
    put_back(handlers)


@pytest.fixture
def ignored(request):
    old = signal.signal(request.param, signal.SIG_IGN)
    yield request.param
    signal.signal(request.param, old)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_each_is_heard_and_the_old_handler_comes_back(number, heard):
    old = signal.getsignal(number)
    before = hear(lambda number, frame: heard.append(number))
    os.kill(os.getpid(), number)
    put_back(before)
    assert heard == [number]
    assert signal.getsignal(number) is old
    put_back(before)  # nothing is left to put back
    assert before == {}


@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGINT], indirect=True)
def test_what_nohup_and_the_shell_ignore_stays_ignored(ignored, before, heard):
    os.kill(os.getpid(), ignored)
    assert heard == []
    assert ignored not in before


@pytest.mark.parametrize("ignored", [signal.SIGTERM], indirect=True)
def test_sigterm_is_heard_though_the_parent_ignored_it(ignored, before, heard):
    os.kill(os.getpid(), ignored)
    assert heard == [ignored]
    put_back(before)
    assert signal.getsignal(ignored) is signal.SIG_IGN
