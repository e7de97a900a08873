"""A verdict is whole only if nothing is missing and nothing more is to come."""

from pathlib import Path

from dist_invention.storage import Inspection, Problem, Verdict
from dist_invention.storage.archives.verdict import nothing_at, of_run


def test_only_harmless_problems_leave_it_whole():
    extra, missing = Problem("a", "extra"), Problem("b", "missing")
    assert Verdict("x", "finished", 1, (extra,)).is_whole
    assert not Verdict("x", "finished", 1, (extra, missing)).is_whole
    assert not Verdict("x", "running", 1).is_whole


def test_the_verdict_on_a_run_is_its_inspection():
    files = (("a.json", Path("run/a.json")),)
    seen = Inspection(Path("run"), "finished", files, 3, ())
    assert of_run(seen, "s3://copies/run") == Verdict("s3://copies/run", "finished", 1)


def test_a_place_that_holds_nothing_is_not_whole():
    assert not nothing_at("x", "no bundle and no run").is_whole
    assert nothing_at("x", "no answer", "unreadable").problems[0].what == "unreadable"
