"""What a run says is kept, and no broken terminal ever reaches the run."""

import errno
import io
import logging
import os
import re
import subprocess
import sys
import threading

from dist_invention.storage import TerminalLog
from dist_invention.storage.terminal import SafeStream, let_go, plain_line
import pytest
from rich.console import Console


class Broken(io.StringIO):
    """A terminal that fails as a lost connection does."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, text):
        raise self.error

    def flush(self):
        raise self.error

    def isatty(self):
        raise self.error


@pytest.fixture
def path(tmp_path):
    return tmp_path / "terminal.log"


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_what_was_said_before_there_is_a_file_stands_in_it(path):
    terminal = io.StringIO()
    log = TerminalLog(terminal)
    print("first", file=log)
    log.attach(path)
    print("second", file=log)
    assert terminal.getvalue() == "first\nsecond\n"
    header, *rest = lines(path)
    assert re.fullmatch(rf"== 20\S+\+00:00 process {os.getpid()}", header)
    assert rest == ["first", "second"]


def test_each_line_is_on_disk_at_once_and_only_whole(path):
    log = TerminalLog(io.StringIO())
    log.attach(path)
    log.write("one\ntw")
    assert lines(path)[1:] == ["one"]
    log.write("o\n")
    assert lines(path)[1:] == ["one", "two"]


def test_each_attempt_appends_under_a_header_of_its_own(path):
    for word in ("before", "after"):
        log = TerminalLog(io.StringIO())
        log.attach(path)
        print(word, file=log)
        log.close()
    header, before, again, after = lines(path)
    assert (before, after) == ("before", "after")
    assert header.startswith("== ")
    assert again.startswith("== ")


def test_a_line_that_a_kill_cut_off_does_not_merge_with_the_next(path):
    path.write_text("half a li")
    TerminalLog(io.StringIO()).attach(path)
    first, header = lines(path)
    assert first == "half a li"
    assert header.startswith("== ")


def test_after_detach_the_file_stays_as_it_is(path):
    terminal = io.StringIO()
    log = TerminalLog(terminal)
    log.attach(path)
    log.write("no end of line")
    log.detach()
    log.detach()
    sealed = path.read_bytes()
    assert sealed.endswith(b"no end of line\n")
    print("the table", file=log)
    assert path.read_bytes() == sealed
    assert "the table" in terminal.getvalue()


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("\x1b[33mold code\x1b[0m", "old code"),
        ("\x1b]0;title\x07text", "text"),
        ("10 %\r99 %\rdone", "done"),
        ("from windows\r", "from windows"),
        ("\x1b[2K\x1b[1A", ""),
    ],
)
def test_the_file_holds_what_a_reader_saw(said, seen):
    assert plain_line(said) == seen


def test_a_line_without_an_end_does_not_fill_the_memory(path):
    log = TerminalLog(io.StringIO())
    log.attach(path)
    for _ in range(12):
        log.write("x" * 1000)
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize(
    "error",
    [BrokenPipeError(), OSError(errno.EIO, "gone"), ValueError("closed file")],
)
def test_a_broken_terminal_never_raises_and_the_file_goes_on(path, error):
    log = TerminalLog(Broken(error))
    log.attach(path)
    print("still here", file=log, flush=True)
    assert lines(path)[1:] == ["still here"]
    assert not log.isatty()


def test_a_closed_terminal_and_none_at_all_never_raise(path):
    closed = io.StringIO()
    closed.close()
    for terminal in (closed, None):
        log = TerminalLog(terminal)
        print("said to nobody", file=log, flush=True)
        assert log.encoding == "utf-8"
        assert not log.isatty()
        with pytest.raises((OSError, ValueError)):
            log.fileno()


def test_a_full_disk_ends_the_file_and_not_the_run(path, monkeypatch):
    terminal = io.StringIO()
    log = TerminalLog(terminal)
    log.attach(path)

    def full(handle, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        print("one", file=log)
        print("two", file=log)
    said = terminal.getvalue()
    assert said.count("Expected to keep what is said here") == 1
    assert "No space left on device. The run goes on; free some room." in said
    assert said.endswith("two\n")


def test_a_file_that_cannot_be_made_is_said_and_no_more(tmp_path):
    terminal = io.StringIO()
    TerminalLog(terminal).attach(tmp_path / "missing" / "terminal.log")
    assert "Received: [Errno 2]" in terminal.getvalue()


def test_it_is_the_terminal_for_rich(path):
    class Tty(io.StringIO):
        encoding = "utf-16"

        def isatty(self):
            return True

        def fileno(self):
            return 1

    log = TerminalLog(Tty())
    assert log.isatty()
    assert log.encoding == "utf-16"
    assert log.fileno() == 1
    log.attach(path)
    Console(file=log, color_system="standard").print("a warning", style="yellow")
    assert "\x1b[33ma warning" in log.terminal.getvalue()
    assert lines(path)[1:] == ["a warning"]


def test_a_logger_speaks_there(path):
    log = TerminalLog(io.StringIO())
    log.attach(path)
    logger = logging.getLogger("dist_invention.tests.terminal")
    handler = log.handler()
    logger.addHandler(handler)
    logger.warning("a checkpoint is damaged")
    logger.removeHandler(handler)
    assert lines(path)[1:] == ["WARNING: a checkpoint is damaged"]


def test_threads_do_not_mix_their_lines(path):
    log = TerminalLog(io.StringIO())
    log.attach(path)

    def speak(word):
        for _ in range(200):
            log.write(f"{word * 40}\n")

    threads = [threading.Thread(target=speak, args=(word,)) for word in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lines(path)[1:]) == sorted(w * 40 for w in "abcd" for _ in range(200))


ENDS = """
import sys
from dist_invention.storage.terminal import SafeStream, let_go
sys.stdin.read()
print("text in a buffer")
if "safe" in sys.argv:
    print("more", file=SafeStream(sys.stdout), flush=True)
    let_go(sys.stdout)
sys.exit(3)
"""


@pytest.mark.parametrize(("word", "code"), [("safe", 3), ("as Python is", 120)])
def test_a_pipe_that_nobody_reads_does_not_change_the_exit_code(word, code):
    process = subprocess.Popen(
        [sys.executable, "-E", "-c", ENDS, word],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.close()
    process.stdin.close()
    assert process.wait(30) == code


def test_letting_go_of_a_healthy_stream_only_flushes_it():
    stream = io.StringIO("x")
    let_go(stream)
    let_go(None)
    stream.close()
    let_go(stream)
    assert SafeStream(stream).write("four") == 4
