"""What may hang is given up in time, and ends in the thread that began it."""

import threading
import time

from dist_invention.campaigns import ExecutorNotReady
from dist_invention.campaigns.ray_keeper import Keeper, first_line
import pytest


def test_it_begins_and_ends_in_one_thread_that_lives_between():
    seen = []

    def note():
        seen.append(threading.current_thread())

    keeper = Keeper(note, note)
    keeper.start(5)
    assert seen[0].is_alive()
    keeper.close(5)
    assert seen == [seen[0], seen[0]]
    assert not seen[0].is_alive()
    assert seen[0] is not threading.main_thread()


def test_a_start_that_hangs_is_given_up_and_ends_when_it_comes_up_late():
    go_on, ends = threading.Event(), []
    keeper = Keeper(lambda: go_on.wait(20), lambda: ends.append(1))
    begin = time.monotonic()
    with pytest.raises(ExecutorNotReady, match="no answer within 0 s"):
        keeper.start(0.05)
    assert time.monotonic() - begin < 5
    keeper.close(20)  # nothing to wait for
    assert time.monotonic() - begin < 5
    go_on.set()
    keeper._thread.join(5)
    assert ends == [1]


def test_a_start_that_fails_is_told_in_three_sentences():
    def fails():
        raise ConnectionError("no cluster at 10.0.0.1.\nmore")

    keeper = Keeper(fails, lambda: None)
    with pytest.raises(ExecutorNotReady) as caught:
        keeper.start(5)
    assert str(caught.value) == (
        "Expected Ray to be ready. Received: ConnectionError: no cluster at 10.0.0.1. "
        "Look at the address of the cluster, its token (RAY_AUTH_MODE=token) and free "
        "memory, or leave out --executor."
    )


def test_an_error_without_words_says_so():
    assert first_line(ValueError()) == "no more words"
