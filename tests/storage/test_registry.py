"""The registry remembers each run once, wherever the process stands."""

from dataclasses import replace
from pathlib import Path
import subprocess
import sys

from dist_invention.storage import registry
import pytest


def test_runs_are_remembered_once_by_absolute_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    registry.register("runs/a")
    registry.register(tmp_path / "runs" / "a")
    registry.register("runs/b")
    assert registry.registered() == [tmp_path / "runs/a", tmp_path / "runs/b"]
    assert len((registry.home() / "runs.jsonl").read_text().splitlines()) == 2


def test_a_registry_that_does_not_exist_is_empty():
    assert registry.registered() == []


def test_a_run_can_be_forgotten(tmp_path):
    registry.register(tmp_path / "a")
    registry.register(tmp_path / "b")
    registry.forget([tmp_path / "a"])
    assert registry.registered() == [tmp_path / "b"]


@pytest.mark.parametrize(
    "line", [b"{torn", b"[]", b'{"run": 1}', b'{"path": 7}', b'{"path": "a\\u0000b"}']
)
def test_a_damaged_line_costs_no_other_run(tmp_path, line, caplog):
    registry.register(tmp_path / "a")
    with open(registry.home() / "runs.jsonl", "ab") as stream:
        stream.write(line + b"\n")
    registry.register(tmp_path / "b")
    assert registry.registered() == [tmp_path / "a", tmp_path / "b"]
    assert "has lost a run" in caplog.text
    [problem] = registry.read()[1]
    assert "line 2 names no run" in problem.detail
    registry.forget([tmp_path / "a"])
    assert registry.read() == ([tmp_path / "b"], [problem_at(1, problem)])
    assert line in (registry.home() / "runs.jsonl").read_bytes(), "it is kept"


def problem_at(number, problem):
    return replace(problem, detail=problem.detail.replace("line 2", f"line {number}"))


def test_a_registry_that_cannot_be_read_is_a_problem(tmp_path):
    (registry.home() / "runs.jsonl").mkdir(parents=True)
    paths, [problem] = registry.read()
    assert (paths, problem.what) == ([], "unreadable")


def test_the_home_folder_is_the_default(monkeypatch, tmp_path):
    monkeypatch.delenv("DIST_INVENTION_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert registry.home() == tmp_path / ".dist_invention"


def test_processes_that_register_together_lose_no_run(tmp_path):
    code = (
        "import sys; from dist_invention.storage import registry\n"
        "[registry.register(f'{sys.argv[1]}/{n}') for n in range(15)]"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / name)])
        for name in ("a", "b")
    ]
    assert [process.wait() for process in processes] == [0, 0]
    expected = {tmp_path / name / str(n) for name in ("a", "b") for n in range(15)}
    assert set(registry.registered()) == expected
    assert all(isinstance(path, Path) for path in registry.registered())
