"""Memory is on record every few seconds, and a real leak is seen coming."""

import time

from dist_invention.curriculum import Place
from dist_invention.runtime.gauge import Gauge, Reading
from dist_invention.runtime.step import StepResult
from dist_invention.storage import Journal
from dist_invention.training.memory_watch import Cadence, MemoryWatch
import pytest

RESULT = StepResult({}, 0.0)


class Simulated:
    """A clock and a memory that a test turns."""

    def __init__(self):
        self.now = 1000.0
        self.host = 800.0
        self.device = None

    def seconds(self):
        return self.now

    def read(self, step):
        return Reading(step, self.now, self.host, 5000.0 - self.host, self.device)

    def device_limit(self):
        return None


@pytest.fixture
def make(tmp_path):
    def make(gauge=None, steps_left=lambda place: 10**6, **cadence):
        events = []
        watch = MemoryWatch(
            Journal(tmp_path / "memory.jsonl"),
            "tensorflow",
            lambda text: events.append(text),
            lambda event, **details: events.append({"event": event, **details}),
            steps_left,
            cadence=Cadence(**cadence),
            gauge=gauge or Simulated(),
        )
        watch.told = events
        return watch

    return make


def walk(watch, steps, seconds, grow=0.0, begin=0):
    """Take steps of so many seconds that grow by so many MiB each."""
    for step in range(begin + 1, begin + steps + 1):
        watch.gauge.now += seconds
        watch.gauge.host += grow
        watch.after_step(Place(0, 0, step, step), RESULT)


def rows(watch):
    return [row["step"] for row in watch.journal.read()]


def test_fast_steps_are_read_by_the_clock_and_by_number(make):
    watch = make()
    walk(watch, 8, seconds=1 / 1024)
    assert rows(watch) == [1], "the first step at once, so that an early end has a row"
    walk(watch, 1024, seconds=1 / 1024, begin=8)  # never more often than each second
    assert rows(watch) == [1, 1025]
    walk(watch, 1000, seconds=1 / 32, begin=1032)  # each 100 steps
    assert rows(watch)[2:5] == [1125, 1225, 1325]
    walk(watch, 100, seconds=0.5, begin=2032)  # each 5 seconds
    assert rows(watch)[-2:] == [2122, 2132]


def test_slow_steps_are_each_read(make):
    watch = make()
    walk(watch, 5, seconds=70.0)
    assert rows(watch) == [1, 2, 3, 4, 5]


def test_a_row_says_when_and_how_much(make):
    watch = make()
    watch.gauge.device = {"current": 512.04, "peak": 1024.06}
    walk(watch, 1, seconds=1.0)
    [row] = watch.journal.read()
    assert row.pop("time").startswith("20")
    assert row == {
        "step": 1,
        "host_mebibytes": 800.0,
        "available_mebibytes": 4200.0,
        "device_mebibytes": {"current": 512.0, "peak": 1024.1},
    }
    watch.gauge.device = None
    walk(watch, 1, seconds=9.0, begin=1)
    assert watch.journal.read()[1]["device_mebibytes"] is None


def test_an_epoch_end_is_read_unless_that_was_just_done(make):
    watch = make()
    walk(watch, 1, seconds=1.0)
    watch.after_epoch(Place(0, 1, 0, 1), {})
    assert rows(watch) == [1]
    watch.gauge.now += 2.0
    watch.after_epoch(Place(0, 2, 0, 2), {})
    assert rows(watch) == [1, 2]


def test_a_leak_is_told_in_time_and_once(make):
    watch = make()
    walk(watch, 600, seconds=1.0, grow=5.0)
    event, text = watch.told
    assert event["event"] == "memory_alarm"
    assert event["step"] < 300
    assert event["forecast_step"] == pytest.approx(840, abs=5)
    assert text.startswith("This process grows by 4.9 GiB every 1,000 steps.")
    assert str(watch.journal.path) in text


def test_warming_up_is_not_judged(make):
    watch = make(warm_up=1000.0)
    walk(watch, 500, seconds=1.0, grow=5.0)
    watch.after_epoch(Place(0, 1, 0, 500), {})
    walk(watch, 400, seconds=1.0, begin=500)
    assert watch.told == []


def test_a_rollback_begins_a_new_window(make):
    watch = make(warm_up=0.0)
    walk(watch, 100, seconds=1.0, grow=5.0)
    walk(watch, 100, seconds=1.0, grow=5.0, begin=40)
    assert watch.told == []
    assert watch._window[0].step <= 45


def test_the_window_in_memory_is_bounded_and_the_file_holds_all(make):
    watch = make(warm_up=0.0, readings=50)
    walk(watch, 400, seconds=6.0)
    assert len(watch._window) == 50
    assert len(rows(watch)) == 400


def test_looking_costs_next_to_nothing(make):
    watch = make(gauge=Gauge("tensorflow"))
    walk_real = [Place(0, 0, step, step) for step in range(1, 20_001)]
    watch.after_step(walk_real[0], RESULT)  # the first one loads and reads
    begin = time.perf_counter()
    for place in walk_real[1:]:
        watch.after_step(place, RESULT)
    assert (time.perf_counter() - begin) / len(walk_real) < 50e-6
    begin = time.perf_counter()
    for place in walk_real[:20]:
        watch._read(place)
    assert (time.perf_counter() - begin) / 20 < 5e-3  # once a second, at most


class Limited(Gauge):
    """The real memory of this process, under a limit that a container might set."""

    def __init__(self, room):
        super().__init__("tensorflow")
        self.limit = self.read(0).host + room

    def read(self, step):
        found = super().read(step)
        if not hasattr(self, "limit"):
            return found
        left = self.limit - found.host
        return Reading(step, found.seconds, found.host, left, found.device)


def test_a_process_that_really_leaks_is_told_before_its_limit(make):
    gauge = Limited(room=600.0)
    watch = make(gauge=gauge, seconds=0.0, shortest=0.0, warm_up=0.0)
    leak = []
    for step in range(1, 301):
        leak.append(bytearray(b"x") * (2 * 1024 * 1024))
        watch.after_step(Place(0, 0, step, step), RESULT)
        if watch.told:
            break
    event, text = watch.told
    assert event["cause"] == "host"
    assert event["mebibytes"] < gauge.limit - 300
    assert event["mebibytes_per_1000_steps"] == pytest.approx(2000, rel=0.2)
    assert event["forecast_step"] == pytest.approx(300, rel=0.2)
    assert event["processes"]["host"]
    assert text.startswith("This process grows")
