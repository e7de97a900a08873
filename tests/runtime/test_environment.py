import json
import subprocess
import sys

from dist_invention.runtime import environment
from dist_invention.runtime.environment import describe_code, describe_environment
import pytest

NOTHING = {"commit": None, "dirty": None, "changes_sha256": None}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that no checkout surrounds, with git alone with its settings."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def checkout(folder):
    """A checkout with one commit."""

    def git(*words):
        who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        subprocess.run(
            ["git", *who, *words], cwd=folder, check=True, capture_output=True
        )

    git("init")
    (folder / "code.py").write_text("x = 1\n")
    git("add", ".")
    git("commit", "-m", "Begin")
    return folder


def test_a_clean_checkout_is_known_by_its_commit(checkout):
    inside = checkout / "inside"
    inside.mkdir()
    code = describe_code(inside)
    assert len(code["commit"]) == 40
    assert code["dirty"] is False


def test_a_changed_file_makes_a_checkout_dirty(checkout):
    clean = describe_code(checkout)
    (checkout / "code.py").write_text("x = 2\n")
    found = describe_code(checkout)
    assert (found["commit"], found["dirty"]) == (clean["commit"], True)
    assert clean["changes_sha256"] is None
    (checkout / "code.py").write_text("x = 3\n")  # dirty as before, but not the same
    assert describe_code(checkout)["changes_sha256"] != found["changes_sha256"]


def test_outside_a_checkout_nothing_is_claimed(folder):
    assert describe_code(folder) == NOTHING


def test_without_git_nothing_is_claimed(folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert describe_code(folder) == NOTHING


def test_a_checkout_is_not_called_clean_when_git_does_not_answer(monkeypatch, folder):
    answers = {"rev-parse": "0" * 40, "status": None}
    monkeypatch.setattr(environment, "_git", lambda folder, word, *_: answers[word])
    assert describe_code(folder) == {**NOTHING, "commit": "0" * 40}


def test_the_environment_is_plain_json(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/some/where/train.py", "--seed", "1"])
    record = describe_environment()
    assert json.loads(json.dumps(record)) == record
    assert record["command"] == ["train.py", "--seed", "1"]
    assert record["packages"]["numpy"]
    assert record["memory_bytes"] > 0
