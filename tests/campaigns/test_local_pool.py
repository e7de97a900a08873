"""Processes on this machine: what they find around them and how they end."""

import os
import signal
import sys
import time

from dist_invention.campaigns import LocalPool, local_pool
import pytest


def wait(process, seconds=20):
    end = time.monotonic() + seconds
    while process.poll() is None:
        assert time.monotonic() < end, "it never ended"
        time.sleep(0.01)
    return process.poll()


def python(code):
    return [sys.executable, "-S", "-c", code]


@pytest.fixture
def pool(monkeypatch):
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.delenv(name, raising=False)
    made = LocalPool(workers=2, threads=3)
    made.start()
    return made


def test_both_streams_go_into_the_log_and_the_exit_code_comes_back(pool, tmp_path):
    code = "import os, sys; os.write(1, b'out\\n'); os.write(2, b'err\\n'); sys.exit(3)"
    log = tmp_path / "a" / "output.log"
    assert wait(pool.submit(python(code), {}, log)) == 3
    header, *said = log.read_text().splitlines()
    assert header.startswith("== ")
    assert said == ["out", "err"]


def test_a_process_knows_its_threads_and_what_it_is_told(pool, tmp_path, monkeypatch):
    monkeypatch.setenv("GONE", "1")
    code = (
        "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['MORE'], "
        "'GONE' in os.environ, os.read(0, 1))"
    )
    log = tmp_path / "output.log"
    wait(pool.submit(python(code), {"MORE": "more", "GONE": None}, log))
    assert log.read_text().splitlines()[-1] == "3 more False b''"


def test_there_is_room_for_so_many_and_again_when_one_ends(pool, tmp_path):
    sleep = python("import time; time.sleep(60)")
    ones = [pool.submit(sleep, {}, tmp_path / f"{n}.log") for n in range(2)]
    assert not pool.has_room()
    ones[0].stop()
    assert wait(ones[0]) == -signal.SIGTERM
    assert pool.has_room()
    ones[1].kill()
    assert wait(ones[1]) == -signal.SIGKILL
    ones[1].stop()  # it is over, and nothing happens
    ones[1].kill()


def test_each_run_has_a_card_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(local_pool, "visible_cards", lambda: ["0", "GPU-ab"])
    pool = LocalPool(threads=1)
    pool.start()
    assert pool.workers <= 2
    pool.workers = 2
    code = (
        "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text("
        "os.environ['CUDA_VISIBLE_DEVICES']); time.sleep(60)"
    )

    def submit(name):
        told = tmp_path / name
        one = pool.submit([*python(code), str(told)], {}, tmp_path / "log")
        while not (told.exists() and told.read_text()):
            time.sleep(0.01)
        return one, told.read_text()

    first, second = submit("first"), submit("second")
    first[0].kill()
    wait(first[0])
    assert pool.has_room()
    third = submit("third")  # the place of the first is free again
    for one, _ in (second, third):
        one.kill()
        wait(one)
    assert [card for _, card in (first, second, third)] == ["0", "GPU-ab", "0"]


def test_the_share_is_sized_to_the_machine_and_recorded():
    pool = LocalPool()
    pool.start()
    record = pool.as_json()
    assert record["workers"] * record["threads"] <= (os.cpu_count() or 1)
    assert record["executor"] == "local"


def test_a_campaign_that_goes_on_keeps_its_threads():
    pool = LocalPool()
    pool.take_up({"threads": 7})
    pool.start()
    assert pool.threads == 7
    asked = LocalPool(threads=2)
    asked.take_up({"threads": 7})
    assert asked.threads == 2


def test_a_program_that_is_not_there_is_an_error_at_once(pool, tmp_path):
    with pytest.raises(OSError, match="nothing-there"):
        pool.submit(["/nothing-there"], {}, tmp_path / "log")
