"""The registry remembers each run once, wherever the process stands."""

from pathlib import Path
import subprocess
import sys

from dist_invention.storage import registry


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
