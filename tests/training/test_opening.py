"""A run's folder is opened once, brought back where it is gone, and logged."""

import io
import json
import logging
import shutil
import time

from dist_invention.runtime import prepare
from dist_invention.storage import RunFolder
from dist_invention.training.opening import (
    BEGAN,
    SUPERVISED,
    logged,
    open_folder,
    seconds_before,
)
from dist_invention.training.stopping import StopGuard
from rich.console import Console


def test_a_supervisor_is_told_where_the_run_lies(tiny, tmp_path, monkeypatch):
    awaited = tmp_path / "handover.json"
    monkeypatch.setenv(SUPERVISED, str(awaited))
    with open_folder(tiny.start(tmp_path / "runs"), prepare(0)) as folder:
        assert json.loads(awaited.read_text()) == {"run": str(folder.path.absolute())}


def test_no_password_is_written_down(tiny, tmp_path):
    url = "memory://me:secret@host/copies"
    experiment = tiny.start(tmp_path, destinations=(url,))
    with open_folder(experiment, prepare(0)) as folder:
        assert "secret" not in (folder.path / "run.json").read_text()
        assert folder.about["destinations"] == ["memory://me:***@host/copies"]


def test_what_is_said_and_warned_of_is_kept_attempt_by_attempt(tmp_path):
    about = {"config": {}, "config_sha256": "ab"}
    console = Console(file=io.StringIO(), width=200)
    for attempt in ("first", "second"):
        with RunFolder.open(tmp_path, "small-s0", about) as folder:
            with logged(console) as log_file:
                console.print(f"said in the {attempt}")
                log_file.attach(folder.path / "terminal.log")
                logging.getLogger("dist_invention.training").warning("warned of")
            console.print("said after it")
            log = (folder.path / "terminal.log").read_text()
    assert log.count("said in the first") == log.count("said in the second") == 1
    assert log.count("warned of") == 2
    assert "said after it" not in log
    assert console.file.getvalue().count("said") == 4


def test_a_sealed_run_takes_no_more_lines(tiny, tmp_path):
    found = tiny.run(tmp_path)
    before = (found.path / "terminal.log").read_bytes()
    assert b"stage second is over" in before
    again = tiny.run(tmp_path)
    assert again.finished.was_finished
    assert again.finished.is_sound
    assert (found.path / "terminal.log").read_bytes() == before


def test_the_time_limit_counts_from_the_start_of_the_supervisor(monkeypatch):
    assert seconds_before() == 0.0
    monkeypatch.setenv(BEGAN, str(time.time() - 3600))
    assert 3600 <= seconds_before() < 3700
    with StopGuard(1.5, seconds_before()) as guard:
        assert guard.deadline - time.monotonic() < 1801


def test_a_run_whose_folder_is_gone_comes_back_from_a_destination(tiny, tmp_path):
    places = (str(tmp_path / "copies"),)
    runs = tmp_path / "runs"
    dead = tiny.kill(runs, ("step", "second", 14), destinations=places)
    shutil.rmtree(dead.path)
    found = tiny.run(runs, destinations=places)
    tiny.assert_same(found, tiny.whole)
    assert found.results["last_resume_step"] in (6, 12)  # what had arrived
    assert "brought back from" in found.said
    shutil.rmtree(found.path)
    again = tiny.run(runs, destinations=places)
    assert again.finished.was_finished
    assert again.finished.is_sound
    assert "the finished run" in again.said
