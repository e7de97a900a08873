"""Lists of integers: what is read, and which line is wrong."""

from dist_invention.domains.collatz import listed
from dist_invention.domains.collatz.exported import ExportedTable, score
from dist_invention.domains.collatz.listed import (
    CannotBeJudged,
    NoSuchList,
    integers_of,
    judged_windows,
    read_integers,
)
import numpy as np
import pytest


def test_comments_and_empty_lines_are_passed_over(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_bytes(b"\xef\xbb\xbf# two paths\r\n27\r\n\r\n  703 # long\r\n27\n")
    assert read_integers(path) == [27, 703, 27]


def test_integers_of_any_length_up_to_the_limit_are_read():
    largest = 2**listed.MOST_BITS - 1
    assert integers_of(str(largest)) == [largest]
    [seen] = judged_windows([largest], 100)
    assert seen.height.shape == (1, 102)


@pytest.mark.parametrize(
    "word",
    ["28", "1", "-3", "5.0", "1_001", "+7", "3 5", "٣", "9" * 5000, str(2**512 + 1)],
)
def test_a_bad_line_is_named(tmp_path, word):
    path = tmp_path / "mine.txt"
    path.write_text(f"27\n\n{word}\n", encoding="utf-8")
    with pytest.raises(CannotBeJudged, match="on line 3 of") as caught:
        read_integers(path)
    assert len(str(caught.value)) < 400


def test_a_file_without_integers_is_refused(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("# nothing yet\n\n")
    with pytest.raises(CannotBeJudged, match="no integer"):
        read_integers(path)


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "absent.txt", tmp_path):
        with pytest.raises(NoSuchList, match="which is no file"):
            read_integers(path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CannotBeJudged, match="UTF-8"):
        read_integers(path)


@pytest.mark.parametrize("value", [4, 1, 0, -3, 2**130, 5.0, "27"])
def test_what_has_no_step_to_judge_is_refused(value):
    with pytest.raises(CannotBeJudged, match="at place 1"):
        list(judged_windows([27, value], 3))


def test_an_empty_list_is_refused():
    with pytest.raises(CannotBeJudged, match="none"):
        list(judged_windows([], 3))


def test_parts_are_the_whole_in_order(monkeypatch):
    values = list(range(3, 203, 2))
    [whole] = judged_windows(values, 5)
    table = ExportedTable(2, 0, 0, 1e-3, np.linspace(-1, 1, 9))
    expected = score(table, values, 5)
    monkeypatch.setattr(listed, "CHUNK_VALUES", 50)
    parts = [part.residue for part in judged_windows(values, 5)]
    assert len(parts) == 15
    np.testing.assert_array_equal(np.concatenate(parts), whole.residue)
    assert score(table, values, 5) == expected
