"""An alarm says what grows, how fast, until when and what to look at; once."""

from pathlib import Path

from dist_invention.runtime.gauge import Reading
from dist_invention.training import memory_alarm
from dist_invention.training.memory_alarm import ASK_AGAIN, MemoryAlarm
import pytest

PROCESSES = {
    "host": [
        {"pid": 4242, "name": "indexer", "mebibytes": 9000.0, "ours": False},
        {"pid": 4243, "name": "python", "mebibytes": 90.0, "ours": True},
    ],
    "device": [],
}


class Card:
    """A GPU with a limit; counts how often it is asked."""

    def __init__(self, limit=None):
        self.limit = limit
        self.asked = 0

    def device_limit(self):
        self.asked += 1
        return self.limit


@pytest.fixture
def alarm(monkeypatch):
    monkeypatch.setattr(memory_alarm, "describe_processes", lambda: PROCESSES)
    said, events = [], []
    made = MemoryAlarm(
        Path("runs/a/memory.jsonl"),
        said.append,
        lambda event, **details: events.append({"event": event, **details}),
        lambda: 1,
        Card(),
    )
    made.said, made.events = said, events
    return made


def course(host=0.0, others=0.0, device=None, seconds=1.0, count=60):
    """Readings each 10 steps; slopes in MiB by reading."""
    return [
        Reading(
            10 * n,
            seconds * n,
            800.0 + host * n,
            4000.0 - (host + others) * n,
            None if device is None else {"current": 500.0 + device * n, "peak": 0.0},
        )
        for n in range(count)
    ]


def test_a_process_that_grows_is_named_with_slope_end_and_evidence(alarm):
    alarm.judge(course(host=20.0), steps_left=10**6)
    [event] = alarm.events
    assert event == {
        "event": "memory_alarm",
        "cause": "host",
        "step": 590,
        "mebibytes": 1980.0,
        "limit_mebibytes": 4800.0,
        "mebibytes_per_1000_steps": 2000.0,
        "forecast_step": 2000,
        "forecast_seconds": 141.0,
        "compilations": 1,
        "file": "memory.jsonl",
        "processes": PROCESSES,
    }
    assert alarm.said == [
        "This process grows by 2.0 GiB every 1,000 steps. This one holds 1.9 GiB and "
        "can have 4.7 GiB. If that goes on, memory ends at about step 2,000, in "
        "2 min 21 s. Look for a list that grows in a callback, a metric or the data, "
        "and for results of each batch that something keeps. The record is "
        "runs/a/memory.jsonl."
    ]


def test_it_speaks_once_by_cause(alarm):
    for _ in range(3):
        alarm.judge(course(host=20.0), 10**6)
    assert len(alarm.said) == len(alarm.events) == 1
    alarm.judge(course(host=20.0, others=10.0), 10**6)
    assert [event["cause"] for event in alarm.events] == ["host", "others"]
    assert alarm.raised == {"host", "others"}


def test_a_step_that_was_compiled_again_is_the_first_suspect(alarm):
    alarm.compilations = lambda: 31
    alarm.judge(course(host=20.0), 10**6)
    assert "The step was compiled 31 times" in alarm.said[0]
    assert alarm.events[0]["compilations"] == 31


def test_others_that_grow_are_named_by_their_processes(alarm):
    alarm.judge(course(others=20.0), 10**6)
    [event] = alarm.events
    assert (event["cause"], event["mebibytes"]) == ("others", 800.0)
    assert event["limit_mebibytes"] == pytest.approx(800 + 4000 - 59 * 20)
    assert alarm.said[0].startswith("Other processes grow by 2.0 GiB every 1,000 steps")
    assert (
        "indexer (pid 4242, 8.8 GiB), python (pid 4243, 90 MiB, a child of this"
        in (alarm.said[0])
    )


def test_memory_of_the_device_is_judged_by_the_limit_of_the_card(alarm):
    alarm.gauge = Card(limit=3000.0)
    alarm.judge(course(device=20.0), 10**6)
    [event] = alarm.events
    assert (event["cause"], event["limit_mebibytes"]) == ("device", 3000.0)
    assert event["forecast_step"] == 590 + round((3000 - 500 - 59 * 20) / 2)
    assert "on the GPU grows" in alarm.said[0]
    alarm.judge(course(device=20.0), 10**6)
    assert alarm.gauge.asked == 1


def test_the_card_is_asked_only_if_its_memory_grows_and_then_seldom(alarm):
    alarm.gauge = Card(limit=None)
    alarm.judge(course(device=0.0), 10**6)
    assert alarm.gauge.asked == 0
    growing = course(device=20.0)
    for _ in range(3):
        alarm.judge(growing, 10**6)
    assert alarm.gauge.asked == 1
    late = [
        *growing[:-1],
        Reading(600, ASK_AGAIN + 59, 800.0, 4000.0, {"current": 1e4}),
    ]
    alarm.judge(late, 10**6)
    assert alarm.gauge.asked == 2
    assert alarm.said == []


def test_a_leak_that_the_run_outlives_is_no_alarm_unless_it_is_near(alarm):
    slow = course(host=20.0, seconds=60.0)  # memory ends 141 readings after the last
    alarm.judge(slow, steps_left=1400)
    assert alarm.said == []
    alarm.judge(slow, steps_left=1410)
    assert len(alarm.said) == 1


def test_an_end_within_the_hour_is_an_alarm_however_few_steps_are_left(alarm):
    alarm.judge(course(host=20.0, seconds=20.0), steps_left=5)
    assert len(alarm.said) == 1


def test_a_level_is_no_alarm_even_where_little_is_left(alarm):
    readings = [Reading(n, 1.0 * n, 9000.0, 1.0) for n in range(60)]
    alarm.judge(readings, 10**6)
    assert alarm.said == []


def test_a_run_without_room_at_all_is_told_so(alarm):
    alarm.judge([*course(host=20.0), Reading(600, 60.0, 2000.0, 0.0)], 10**6)
    assert alarm.events[0]["forecast_step"] == 600
    assert "in 0 s" in alarm.said[0]


def test_sizes_read_well_where_nothing_of_others_is_seen(alarm, monkeypatch):
    none = {"host": [], "device": []}
    monkeypatch.setattr(memory_alarm, "describe_processes", lambda: none)
    readings = [Reading(1000 * n, n, 10.0, 80 - 0.5 * n) for n in range(60)]
    alarm.judge(readings, 10**6)
    assert "by 0.5 MiB every" in alarm.said[0]
    assert "The largest now: none that this user may see." in alarm.said[0]
