"""A worker's output passes through unchanged, and its last words stay."""

import os
import signal
import subprocess
import sys
import threading
import time

from dist_invention.launch.worker import Attempt, Tail, Worker
import pytest


def worker(code, tmp_path):
    return Worker([sys.executable, "-c", code], tmp_path / "handover.json")


def test_both_streams_pass_through_byte_by_byte(tmp_path, capfdbinary):
    code = (
        "import os; os.write(1, b'10 %\\r20 %\\n\\xff\\x1b[32mgreen\\x1b[0m'); "
        "os.write(2, b'bad\\n')"
    )
    attempt = worker(code, tmp_path).run()
    said = capfdbinary.readouterr()
    assert said.out == b"10 %\r20 %\n\xff\x1b[32mgreen\x1b[0m"
    assert said.err == b"bad\n"
    assert sorted(attempt.last_lines) == ["20 %", "bad", "\ufffdgreen"]
    assert attempt.error == "bad"


def test_only_the_last_lines_stay_and_long_ones_are_cut(tmp_path, capfd):
    attempt = worker("for i in range(99): print(i, 'x' * 900)", tmp_path).run()
    assert len(attempt.last_lines) == 60
    assert attempt.last_lines[0].startswith("39 x")
    assert max(map(len, attempt.last_lines)) == 500


def test_passwords_in_urls_are_stars():
    tail = Tail()
    tail.add(2, b"cannot reach sftp://me:secret@host/copies\n")
    assert tail.lines() == ["cannot reach sftp://me:***@host/copies"]


def test_letters_that_are_cut_by_a_read_are_whole_again():
    tail = Tail()
    for byte in "é\n".encode():
        tail.add(1, bytes([byte]))
    assert tail.lines() == ["é"]


def test_prints_are_not_held_back_when_a_process_is_killed(tmp_path, capfd):
    code = "import os; print('last words'); os.kill(os.getpid(), 9)"
    assert worker(code, tmp_path).run().last_lines == ("last words",)


def test_a_crash_in_c_leaves_a_python_stack(tmp_path, capfd):
    attempt = worker("import faulthandler; faulthandler._sigsegv()", tmp_path).run()
    assert attempt.signal == "SIGSEGV"
    assert any("Segmentation fault" in line for line in attempt.last_lines)


@pytest.mark.parametrize(
    ("code", "name"),
    [(-9, "SIGKILL"), (137, "SIGKILL"), (143, "SIGTERM"), (1, None), (77, None)],
)
def test_a_signal_is_named_also_when_a_shell_reports_it(code, name):
    assert Attempt(code, 0.0).signal == name


def test_a_child_that_keeps_the_pipe_does_not_keep_the_supervisor(tmp_path, capfd):
    code = (
        "import subprocess, sys; child = 'import time; time.sleep(60)'; "
        "print(subprocess.Popen([sys.executable, '-c', child]).pid)"
    )
    before = set(threading.enumerate())
    begin = time.monotonic()
    attempt = worker(code, tmp_path).run()
    assert time.monotonic() - begin < 30
    os.kill(int(attempt.last_lines[0]), signal.SIGKILL)
    for pump in set(threading.enumerate()) - before:
        pump.join(30)


def test_where_nobody_listens_the_worker_still_comes_to_its_end(tmp_path):
    code = (
        "import sys; from pathlib import Path; "
        "from dist_invention.launch.worker import Worker; "
        'big = \'print("x" * 10**6); print("end")\'; '
        "w = Worker([sys.executable, '-c', big], Path('h')); "
        "sys.exit(7 if w.run().last_lines[-1] == 'end' else 1)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    process.stdout.close()
    assert process.wait(30) == 7


def test_the_worker_stays_in_the_process_group_and_knows_its_supervisor(
    tmp_path, capfd
):
    code = "import os; print(os.getpgrp(), os.environ['DIST_INVENTION_SUPERVISED'])"
    [line] = worker(code, tmp_path).run().last_lines
    assert line == f"{os.getpgrp()} {tmp_path / 'handover.json'}"
