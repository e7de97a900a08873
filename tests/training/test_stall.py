"""A run that stands still says so, once, with the place where it stands."""

import subprocess
import sys
import threading
import time

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.training import stall as module
from dist_invention.training.stall import StallAlarm, stacks
import pytest

RESULT = StepResult({}, 0.0)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def make():
    """Return a builder of alarms whose clock the test turns and whose words it has."""

    def make(pace=0.1, **options):
        told = []
        made = StallAlarm(
            lambda text: told.append(text),
            lambda event, **details: told.append({"event": event, **details}),
            lambda: pace,
            **{"clock": Clock(), **options},
        )
        made.told = told
        return made

    return make


def after(alarm, seconds):
    alarm.clock.now += seconds
    alarm._look()
    return alarm.told


def test_silence_is_told_once_with_the_stacks_of_all_threads(make):
    alarm = make()
    assert after(alarm, 59.0) == []
    event, text = after(alarm, 1.0)
    assert (event["event"], event["seconds"]) == ("stalled", 60.0)
    assert event["phase"] == "training"
    assert "in after" in " ".join(event["stacks"]["MainThread"])
    assert text.startswith("No step, epoch or stage has ended for 1 min 0 s (training)")
    assert "The main thread is in " in text
    assert "exit" not in text
    assert len(after(alarm, 1000.0)) == 2


def test_it_says_when_training_goes_on_and_then_watches_again(make):
    alarm = make()
    after(alarm, 90.0)
    alarm.clock.now += 10.0
    alarm.after_step(Place(0, 0, 1, 1), RESULT)
    told = after(alarm, 1.0)
    assert told[2:] == ["Training goes on, after it stood still for 1 min 40 s."]
    assert len(after(alarm, 61.0)) == 5


@pytest.mark.parametrize("sign", ["after_step", "after_epoch", "beat"])
def test_every_sign_of_life_counts(make, sign):
    alarm = make()
    words = () if sign == "beat" else (Place(), RESULT)
    for _ in range(5):
        after(alarm, 50.0)
        getattr(alarm, sign)(*words)
    assert alarm.told == []


def test_slow_steps_are_no_stall(make):
    alarm = make(pace=30.0)
    assert after(alarm, 1499.0) == []
    assert after(alarm, 1.0)[0]["seconds_per_step"] == 30.0


def test_an_announced_pause_is_told_after_an_hour_only_and_never_ended(make):
    alarm = make(exit_after=100.0)
    with alarm.pause("evaluation"), alarm.pause("bootstrap"):
        assert after(alarm, 3599.0) == []
        event, text = after(alarm, 2.0)
        assert event["phase"] == "bootstrap"
        assert "(bootstrap)" in text
        after(alarm, 10_000.0)
    assert after(alarm, 59.0)[2].startswith("Training goes on")
    assert len(after(alarm, 1.0)) == 5, "after the pause a minute is long again"


def test_a_pause_ends_with_an_error_too(make):
    alarm = make()
    with pytest.raises(ValueError), alarm.pause("export"):
        raise ValueError
    assert alarm.limit() == 60.0


def test_under_a_supervisor_a_long_stall_ends_the_process(make, monkeypatch):
    codes = []
    monkeypatch.setattr(module.os, "_exit", codes.append)
    alarm = make(exit_after=300.0)
    _, text = after(alarm, 60.0)
    assert "In 4 min 0 s the process ends, so that it is started again." in text
    assert codes == []
    told = after(alarm, 240.0)
    assert codes == [78]
    assert told[2].startswith("Training stands still for 5 min 0 s. The process ends")


def test_a_thread_watches_and_none_is_left(make):
    before = set(threading.enumerate())
    alarm = make(clock=time.monotonic, shortest=0.05, times=1.0, pace=0.0, poll=0.01)
    with alarm:
        deadline = time.monotonic() + 10
        while len(alarm.told) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        alarm.beat()
        while len(alarm.told) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    event, _, again = alarm.told[:3]
    assert event["event"] == "stalled"
    frames = " ".join(event["stacks"]["MainThread"])
    assert "test_a_thread_watches_and_none_is_left" in frames
    assert "stall alarm" not in event["stacks"]
    assert again.startswith("Training goes on")
    assert set(threading.enumerate()) == before


def test_a_machine_that_slept_has_not_stalled(make, monkeypatch):
    clock = Clock()
    alarm = make(clock=clock)
    naps = iter([1.0, 1.0, 5000.0, 1.0])

    def nap(seconds):
        clock.now += next(naps, 0.0)
        return clock.now > 5100

    monkeypatch.setattr(alarm._over, "wait", nap)
    alarm._watch()
    assert alarm.told == []


def test_a_disk_or_terminal_that_hangs_does_not_hang_the_alarm(make, monkeypatch):
    monkeypatch.setattr(module, "SPEAKING", 0.05)
    codes, free = [], threading.Event()
    monkeypatch.setattr(module.os, "_exit", codes.append)
    alarm = make(exit_after=70.0)
    alarm.record = lambda event, **details: free.wait(10)
    alarm.say = lambda text: free.wait(10)
    after(alarm, 80.0)
    assert codes == [78]
    free.set()


def test_a_report_that_fails_is_logged(make, caplog):
    alarm = make()

    def full(event, **details):
        raise OSError(28, "No space left on device")

    alarm.record = full
    assert len(after(alarm, 80.0)) == 1  # the sentence came through
    assert "could not report ('stalled',): [Errno 28]" in caplog.text


def test_threads_of_one_name_are_kept_apart():
    free = threading.Event()
    threads = [threading.Thread(target=free.wait, name="twin") for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        found = stacks()
    finally:
        free.set()
        for thread in threads:
            thread.join()
    assert sum(name.startswith("twin") for name in found) == 2


HUNG = """
import time
from dist_invention.training.stall import StallAlarm
def say(*words, **details):
    print(*words, flush=True)
with StallAlarm(say, say, lambda: 0.0, exit_after=0.3, shortest=0.1, poll=0.02):
    time.sleep(60)
"""


@pytest.mark.slow
def test_a_hung_process_really_ends_with_exit_code_78():
    done = subprocess.run(
        [sys.executable, "-c", HUNG], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 78
    assert "Training stands still" in done.stdout
