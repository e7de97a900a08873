"""Two commands ask for the same, or they do not."""

from pathlib import Path
import sys

from dist_invention.campaigns.command import asked, full_command, names_folder
import pytest

WORDS = ["train.py", "--seed", "1", "--stages", "easy", "hard"]


@pytest.mark.parametrize(
    "other",
    [
        ["train.py", "--stages", "easy", "hard", "--seed", "1"],
        ["/elsewhere/train.py", "--seed=1", "--stages", "easy", "hard"],
        [*WORDS, "--runs-dir", "moved"],
        [*WORDS, "--runs_dir=moved"],
    ],
)
def test_order_spelling_and_folder_change_nothing(other):
    assert asked(other) == asked(WORDS)


@pytest.mark.parametrize(
    "other",
    [
        ["train.py", "--seed", "2", "--stages", "easy", "hard"],
        ["train.py", "--seed", "1", "--stages", "hard", "easy"],
        ["train.py", "--seed", "1"],
        ["train.py", "extra", *WORDS[1:]],
    ],
)
def test_a_value_an_order_of_values_or_a_flag_changes_it(other):
    assert asked(other) != asked(WORDS)


def test_passwords_are_stars_as_they_are_in_the_record_of_a_run():
    known = ["train.py", "--destinations", "sftp://me:***@host/copies"]
    given = ["train.py", "--destinations", "sftp://me:secret@host/copies"]
    assert asked(given) == asked(known)


def test_a_negative_number_is_a_value():
    assert asked(["train.py", "--low", "-1"]) == [["--low", "-1"]]


def test_the_command_is_run_by_this_python_with_its_folder():
    command = full_command(WORDS, Path("runs/a"))
    assert command == [sys.executable, *WORDS, "--runs-dir", "runs/a"]
    assert names_folder(command[1:])
    assert not names_folder(WORDS)
