"""A reader sees at once what is whole, what is not, and what only goes on."""

from pathlib import Path

from dist_invention.storage import (
    Arrival,
    Bundle,
    Inspection,
    LeftOut,
    Problem,
    Verdict,
)
from dist_invention.storage.archives.inspection import UNSEALED
from dist_invention.storage.archives.summary import (
    MOST_LINES,
    end_lines,
    inspection_lines,
    left_out_lines,
    problem_lines,
    verdict_lines,
)


def run(name, status, *problems, note=""):
    files = (("a.json", Path(name) / "a.json"),)
    return Inspection(Path("runs") / name, status, files, 1234567, problems, note)


WHOLE = run("whole", "finished")
LIVE = run("live", "running", note="as of step 7, 3 lines of metrics")
LOST = run("lost", "unfinished", Problem("results.json", "missing"))
HALF = run("half", "unfinished", Problem("results.json", "missing", UNSEALED))
OLD = run("old", "older version", Problem(".", "older version", "schema 0"))
TOOL = run("tool", "other tool", Problem("pipe", "extra", "a fifo"))


def test_each_run_has_a_line_and_each_problem_one():
    lines = inspection_lines([WHOLE, LIVE, LOST, OLD, TOOL])
    rows = [" ".join(line.split()) for line in lines]
    assert "whole finished 1 1.23 whole" in rows
    assert "live running 1 1.23 not finished yet" in rows
    assert "lost unfinished 1 1.23 problems: 1" in rows
    assert "old older version 1 1.23 kept as it is" in rows
    assert "runs/tool other tool 1 1.23 saved as it is" in rows
    assert "  runs/lost: results.json: missing" in lines
    assert (
        "  runs/live: saved as of step 7, 3 lines of metrics; save again later" in lines
    )


def test_runs_of_one_name_are_told_apart_by_their_path():
    twin = Inspection(Path("other/whole"), "finished", (), 0, ())
    rows = [line.split()[:1] for line in inspection_lines([WHOLE, twin, OLD])]
    assert rows[2:5] == [["runs/whole"], ["other/whole"], ["old"]]


def test_problems_of_one_kind_share_a_line():
    missing = [Problem(name, "missing", "it is not sealed") for name in ("a", "b")]
    lines = problem_lines("x: ", [missing[0], Problem("c", "changed"), missing[1]])
    assert lines == ["  x: a, b: missing (it is not sealed)", "  x: c: changed"]


def test_thousands_of_problems_are_counted_not_printed():
    problems = [Problem(str(n), "missing", str(n)) for n in range(MOST_LINES + 5)]
    lines = problem_lines("a: ", problems)
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "  a: and 5 more"
    [line] = problem_lines("a: ", [Problem(str(n), "missing") for n in range(1000)])
    assert line == "  a: 0, 1, 2, 3, 4 and 995 more: missing"


def bundle(*seen):
    return Bundle(Path("out/all.zip"), "ab12", 3, seen)


def test_the_end_says_what_is_not_whole():
    there = [Arrival("out")]
    lines, is_all = end_lines(bundle(WHOLE), there, 0)
    assert is_all
    assert lines[-1] == "Everything is whole and verified at every destination."
    for seen, arrivals, lost, said in (
        ([HALF], there, 0, "1 not sealed, so not finished"),
        ([LOST], there, 0, "1 with problems"),
        ([LIVE, WHOLE], there, 0, "1 still running, which is no damage"),
        ([OLD], there, 0, "1 of another version"),
        (
            [WHOLE],
            [Arrival("s3://x", "OSError: gone")],
            0,
            "1 destinations that failed",
        ),
        ([WHOLE], there, 2, "2 not searched or left out"),
    ):
        lines, is_all = end_lines(bundle(*seen), arrivals, lost)
        assert not is_all
        assert lines[-1].startswith("NOT everything")
        assert said in lines[-1]


def test_a_local_copy_that_nobody_asked_for_is_named():
    lines, _ = end_lines(bundle(WHOLE), [Arrival("memory://x")], 0)
    assert "out: verified (kept here, since it is local)" in lines
    lines, _ = end_lines(bundle(WHOLE), [Arrival("out")], 0)
    assert "kept here" not in "".join(lines)


def test_what_was_passed_over_is_told_apart_from_what_was_lost():
    left_out = [LeftOut(Path("w/.venv"), "a virtual environment")]
    unsearched = [
        Problem("w/up", "extra", "it leads up"),
        Problem("w/closed", "unreadable", "Permission denied"),
    ]
    assert left_out_lines(left_out, unsearched) == [
        *("", "Left out:", "  w/.venv: a virtual environment", "  w/up: it leads up"),
        *("", "Not searched:", "  w/closed: unreadable (Permission denied)"),
    ]
    assert left_out_lines([], []) == []


def test_parts_of_a_bundle_stand_below_it():
    verdicts = [
        Verdict("out/all.zip", "bundle", 9),
        Verdict("out/all.zip", "running", 4, (Problem("x", "changed"),), "live"),
    ]
    lines = verdict_lines(verdicts)
    assert lines[2].split() == ["out/all.zip", "bundle", "9", "whole"]
    assert lines[3].startswith("  live")
    assert "  all.zip: live: x: changed" in lines
