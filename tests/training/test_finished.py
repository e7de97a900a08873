"""A finished run answers for what was asked then, and says so when asked again."""

from dist_invention.storage import Problem, RunFolder
from dist_invention.training.finished import (
    Finished,
    OtherQuestion,
    describe_script,
    refuse_other_question,
)
import pytest


def test_an_extra_file_harms_nothing_but_a_missing_one_and_a_late_copy_do(tmp_path):
    extra, missing = Problem(".DS_Store", "extra"), Problem("run.json", "missing")
    row = {"url": "copies", "complete": False}
    assert Finished(tmp_path, True, [extra], []).is_sound
    assert not Finished(tmp_path, True, [missing], []).is_sound
    assert not Finished(tmp_path, False, [], [row]).is_sound


def test_the_code_of_a_run_is_the_commit_and_the_script_that_defines_it(tiny, tmp_path):
    code = describe_script(tiny.start(tmp_path))
    assert set(code) == {"commit", "dirty", "changes_sha256", "script_sha256"}
    assert code["script_sha256"] is None or len(code["script_sha256"]) == 64


def test_other_code_is_said_and_other_data_is_refused(tiny, monkeypatch):
    folder = RunFolder(tiny.whole.path)
    same = tiny.start(tiny.whole.path.parent)
    refuse_other_question(same, folder)
    assert same.console.file.getvalue() == ""
    other = {"commit": "f" * 40, "dirty": False, "script_sha256": None}
    monkeypatch.setattr(
        "dist_invention.training.finished.describe_script", lambda _: other
    )
    refuse_other_question(same, folder)
    assert "are the results of then; --again starts another" in (
        same.console.file.getvalue()
    )
    asked = tiny.start(
        tiny.whole.path.parent, build_splits=lambda self: [tiny.make_split("select", 9)]
    )
    with pytest.raises(OtherQuestion, match=r"Received: others .*'select'.* --again"):
        refuse_other_question(asked, folder)


def test_damaged_results_are_named_whatever_the_code(tiny, tmp_path, monkeypatch):
    left = tiny.run(tmp_path)
    (left.path / "results.json").write_text("{")
    other = {"commit": "f" * 40, "dirty": False, "script_sha256": None}
    monkeypatch.setattr(
        "dist_invention.training.finished.describe_script", lambda _: other
    )
    finished = tiny.start(tmp_path).run()
    assert [problem.file for problem in finished.problems] == ["results.json"]
    assert not finished.is_sound
