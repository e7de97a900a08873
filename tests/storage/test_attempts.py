"""run.json: the part that never changes, and one entry an attempt."""

import json
import os

from dist_invention.storage import attempts
from dist_invention.storage.hashing import CorruptFile
import pytest


def about(commit="c0", **config):
    return {
        "config": {"seed": 0, "model": {"width": 8}, **config},
        "config_sha256": f"hash of {sorted(config.items())}",
        "code": {"commit": commit, "dirty": False},
        "argv": ["train.py"],
    }


def test_the_first_attempt_writes_what_was_asked(tmp_path):
    attempt = attempts.add(tmp_path, about())
    content = json.loads((tmp_path / "run.json").read_text())
    assert content["schema"] == 1
    assert content["run_id"] == tmp_path.name
    assert content["config"] == {"seed": 0, "model": {"width": 8}}
    assert content["attempts"] == [attempt]
    assert (attempt["attempt"], attempt["pid"]) == (1, os.getpid())
    assert content["created_utc"].endswith("+00:00")


def test_a_later_attempt_changes_nothing_but_the_list(tmp_path):
    attempts.add(tmp_path, about())
    first = attempts.read(tmp_path)
    attempts.add(tmp_path, {**about(), "argv": ["train.py", "--max-hours", "1"]})
    second = attempts.read(tmp_path)
    assert [a["attempt"] for a in second["attempts"]] == [1, 2]
    assert second["attempts"][1]["argv"] == ["train.py", "--max-hours", "1"]
    assert {**second, "attempts": None} == {**first, "attempts": None}


def test_changed_code_is_warned_about_with_both_commits_on_record(tmp_path, caplog):
    attempts.add(tmp_path, about("old1"))
    same = attempts.add(tmp_path, about("old1"))
    assert "code_changed" not in same
    assert caplog.text == ""
    changed = attempts.add(tmp_path, about("new2"))
    assert changed["code_changed"] == ["old1", "new2"]
    assert "old1 before, new2 now" in caplog.text
    commits = [a["code"]["commit"] for a in attempts.read(tmp_path)["attempts"]]
    assert commits == ["old1", "old1", "new2"]


def test_another_configuration_is_refused_by_each_key_and_both_values(tmp_path):
    attempts.add(tmp_path, about(lr=0.1, epochs=(1, 2)))
    attempts.check_same(tmp_path, about(lr=0.1, epochs=(1, 2)))
    other = about(lr=0.2, epochs=(1, 2), model={"width": 16})
    with pytest.raises(attempts.RunBelongsToAnotherConfiguration) as error:
        attempts.check_same(tmp_path, other)
    assert "lr: 0.1 there, 0.2 asked; model.width: 8 there, 16 asked" in str(
        error.value
    )
    assert "epochs" not in str(error.value)


def test_a_key_on_one_side_only_is_a_difference():
    pairs = attempts.differences({"a": 1}, {"b": "x"})
    assert list(pairs) == [("a", "1", "nothing"), ("b", "nothing", '"x"')]


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "/a"])
def test_a_name_that_is_no_folder_is_refused(run_id):
    with pytest.raises(ValueError, match="name of one folder"):
        attempts.check(run_id, about())


def test_a_run_without_its_configuration_is_refused():
    with pytest.raises(ValueError, match=r"without \['config_sha256'\]"):
        attempts.check("a", {"config": {}})


@pytest.mark.parametrize("text", ["", "[]", '{"config": {}}'])
def test_a_damaged_run_json_is_named(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(CorruptFile, match=r"run\.json"):
        attempts.read(tmp_path)


def test_another_script_is_a_change_of_code_as_another_commit_is():
    old = {"commit": "a", "dirty": False, "script_sha256": "1"}
    assert attempts.code_change(old, {**old, "dirty": True}) is None
    assert attempts.code_change(old, {**old, "script_sha256": "2"}) == ["1", "2"]
    assert attempts.code_change(old, {**old, "commit": "b"}) == ["a", "b"]
