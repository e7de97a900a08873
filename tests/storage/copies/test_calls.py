"""A call that hangs is left in time; a slow one that moves is not."""

import subprocess
import sys
import threading
import time

from dist_invention.storage.copies.calls import Call, CallWasLeft, DidNotAnswer
import pytest


@pytest.fixture
def released():
    event = threading.Event()
    yield event
    event.set()


def test_a_result_comes_back():
    assert Call(lambda beat: "done").result(5.0) == "done"


def test_an_error_comes_back():
    def fail(beat):
        raise OSError("no route to host")

    with pytest.raises(OSError, match="no route"):
        Call(fail).result(5.0)


def test_a_call_that_hangs_is_left_in_time(released):
    call = Call(lambda beat: released.wait(60))
    begin = time.monotonic()
    with pytest.raises(DidNotAnswer, match=r"(?s)^Expected .* Received: .*\. Look "):
        call.result(0.05)
    assert time.monotonic() - begin < 2
    assert call.is_running


def test_a_slow_call_that_moves_is_not_left():
    def slow(beat):
        for _ in range(8):
            time.sleep(0.05)
            beat()
        return "done"

    assert Call(slow).result(silence_seconds=0.3) == "done"


def test_even_a_call_that_moves_ends_in_time():
    stop = threading.Event()

    def endless(beat):
        while not stop.is_set():
            beat()
            time.sleep(0.01)

    with pytest.raises(DidNotAnswer):
        Call(endless).result(5.0, until=time.monotonic() + 0.05)
    stop.set()


def test_a_call_that_was_left_changes_nothing_further(released):
    done = []

    def copy(beat):
        released.wait(60)
        try:
            beat()
            done.append("replaced a newer copy")
        except CallWasLeft:
            done.append("stopped")
            raise

    call = Call(copy)
    with pytest.raises(DidNotAnswer):
        call.result(0.02)
    released.set()
    while call.is_running:
        time.sleep(0.01)
    assert done == ["stopped"]


def test_a_call_that_hangs_does_not_keep_the_process():
    script = (
        "import time\n"
        "from dist_invention.storage.copies.calls import Call\n"
        "Call(lambda beat: time.sleep(600))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
