"""What other programs say is kept as they say it."""

import os
import subprocess
import sys

from dist_invention.storage import outputs
from dist_invention.storage.outputs import appended, last_lines
import pytest


def say(path, text, header="program"):
    with appended(path, header) as output:
        os.write(output, text)


def test_old_lines_stay_and_each_program_has_its_header(tmp_path):
    path = tmp_path / "new" / "output.log"
    say(path, b"one\n", "first --flag")
    say(path, b"two\n", "second")
    first, one, second, two = path.read_text().splitlines()
    assert (one, two) == ("one", "two")
    assert first.startswith("== 20")
    assert first.endswith(" first --flag")
    assert second.endswith(" second")


def test_a_line_that_was_torn_is_ended_first(tmp_path):
    path = tmp_path / "output.log"
    say(path, b"torn")
    say(path, b"whole\n")
    assert path.read_text().splitlines()[1::2] == ["torn", "whole"]


def test_a_program_writes_on_when_nobody_holds_the_file_any_more(tmp_path):
    path = tmp_path / "output.log"
    words = [sys.executable, "-S", "-c", "input(); print('still here')"]
    with appended(path, "program") as output:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=output)
    process.communicate(b"go\n", timeout=20)
    assert last_lines(path)[-1] == "still here"


def test_passwords_are_stars_in_the_header_and_in_the_lines(tmp_path):
    path = tmp_path / "output.log"
    say(path, b"at sftp://me:secret@host\n", "--destinations sftp://me:secret@host")
    assert "secret" not in path.read_text().splitlines()[0]
    assert last_lines(path)[-1] == "at sftp://me:***@host"


def test_the_last_lines_are_what_a_person_would_have_seen(tmp_path):
    path = tmp_path / "output.log"
    path.write_bytes(b"10 %\r20 %\n\n\x1b[32mgreen\x1b[0m\n\xff" + b"x" * 900)
    assert last_lines(path, 2) == ["green", "\ufffd" + "x" * 499]
    assert last_lines(path)[0] == "20 %"
    assert last_lines(path, start=path.stat().st_size - 3) == ["xxx"]
    assert last_lines(tmp_path / "missing") == []


def test_of_a_long_output_only_the_end_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "TAIL_BYTES", 20)
    path = tmp_path / "output.log"
    path.write_text("".join(f"line {n}\n" for n in range(100)))
    assert last_lines(path) == ["line 98", "line 99"]


def test_a_folder_where_a_file_should_be_is_an_error(tmp_path):
    with pytest.raises(IsADirectoryError), appended(tmp_path, "program"):
        pass
