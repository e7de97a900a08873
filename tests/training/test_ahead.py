"""Batches are made ahead, in order, and never after nobody wants them any more."""

from contextlib import closing
import threading
import time

from dist_invention.training.ahead import ahead
import pytest


def names():
    return [thread.name for thread in threading.enumerate()]


def counting(made, until=100):
    for number in range(until):
        made.append(number)
        yield number


def until(holds):
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)


def test_every_item_comes_in_order_with_what_was_made_of_it():
    found = list(ahead(counting([]), lambda number: -number))
    assert found == [(number, -number) for number in range(100)]
    assert "batches ahead" not in names()


def test_a_few_items_are_ready_before_they_are_asked_for_and_no_more():
    made = []
    with closing(ahead(counting(made), str, depth=2)) as pairs:
        assert next(pairs) == (0, "0")
        until(lambda: len(made) == 3)  # the one in use and two that are ready
        time.sleep(0.05)
        assert len(made) == 3


def test_nothing_is_made_after_the_reader_has_left():
    made = []
    with closing(ahead(counting(made), str)) as pairs:
        next(pairs)
    known = list(made)
    assert "batches ahead" not in names()
    time.sleep(0.05)
    assert made == known


def test_an_exception_reaches_the_reader_at_its_place():
    def broken():
        yield 1
        raise ZeroDivisionError("the second item")

    pairs = ahead(broken(), str)
    assert next(pairs) == (1, "1")
    with pytest.raises(ZeroDivisionError, match="the second item"):
        next(pairs)
    assert "batches ahead" not in names()


def test_what_cannot_be_made_ready_is_an_exception_too():
    with pytest.raises(ValueError, match="invalid literal"):
        list(ahead(iter(["a"]), int))


def test_nothing_to_look_ahead_in_is_no_item():
    assert list(ahead(iter([]), str)) == []
