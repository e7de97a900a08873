"""A problem reads as one line, whatever the name of the file holds."""

from dist_invention.storage.problems import Problem, printable


def test_a_problem_is_one_line_for_people():
    assert str(Problem("a.h5", "changed", "9 bytes")) == "a.h5: changed (9 bytes)"
    assert str(Problem("a.h5", "missing")) == "a.h5: missing"


def test_only_an_extra_file_is_harmless():
    assert Problem("a", "extra").is_harmless
    for what in ("missing", "changed", "unreadable", "link", "refused"):
        assert not Problem("a", what).is_harmless


def test_names_that_would_break_a_terminal_are_written_out():
    assert printable("a\x1b[31m\n") == r"a\x1b[31m\n"
    assert printable("n\udcff.json").encode("utf-8")
    assert printable("größe") == "größe"
