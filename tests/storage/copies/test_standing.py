"""Failures wait twice as long each time, then pause; only changes are told."""

import time

from dist_invention.storage.copies.destinations import DestinationNotUsable
from dist_invention.storage.copies.standing import Patience, Standing
import pytest

PATIENCE = Patience(
    first_wait=1.0, longest_wait=8.0, failures_to_pause=6, pause_seconds=100.0
)


@pytest.fixture
def told():
    return []


@pytest.fixture
def standing(told):
    return Standing("there", PATIENCE, lambda event, **news: told.append((event, news)))


def fail(standing, error=None, is_hung=False):
    """Note a failure; return the seconds until the next try."""
    standing.failed(error or OSError("no"), "OSError: no", is_hung, waiting=3)
    return standing.not_before - time.monotonic()


def test_each_failure_waits_twice_as_long_then_it_pauses(standing):
    waits = [fail(standing) for _ in range(6)]
    assert waits == pytest.approx([1, 2, 4, 8, 8, 100], abs=0.5)
    assert (standing.state, standing.is_given_up) == ("paused", True)
    standing.worked()
    assert fail(standing) == pytest.approx(1, abs=0.5)


def test_only_a_change_of_state_is_told(standing, told):
    for _ in range(5):
        fail(standing)
    standing.tell("caught_up", None, 0)
    standing.tell("caught_up", None, 0)
    assert told == [
        (
            "mirror",
            {"url": "there", "state": "behind", "reason": "OSError: no", "waiting": 3},
        ),
        (
            "mirror",
            {"url": "there", "state": "caught_up", "reason": None, "waiting": 0},
        ),
    ]


def test_one_that_hangs_is_given_up_for_now(standing):
    assert fail(standing, is_hung=True) == pytest.approx(8, abs=0.5)
    assert (standing.state, standing.is_given_up) == ("hung", True)


def test_one_that_can_never_work_is_not_tried_six_times(standing):
    assert fail(standing, DestinationNotUsable("no driver")) > 90
    assert standing.is_given_up


def test_to_hurry_is_to_try_at_once(standing):
    fail(standing)
    standing.hurry()
    assert standing.not_before == 0.0
    assert not standing.is_given_up
    assert standing.reason == "OSError: no"


def test_a_journal_that_refuses_stops_nothing():
    def record(event, **news):
        raise OSError("the disk is full")

    fail(Standing("there", PATIENCE, record))


def test_many_failures_do_not_overflow():
    standing = Standing("there", Patience(failures_to_pause=10**6))
    for _ in range(3000):
        wait = fail(standing)
    assert wait == pytest.approx(60, abs=0.5)
