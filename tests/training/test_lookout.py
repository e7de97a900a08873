"""What looks ahead is built from a run's parts, and changes no bit of it."""

import io
import math
from types import SimpleNamespace

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.storage import open_run
from dist_invention.training.lookout import EXIT_AFTER, build_lookout
from dist_invention.training.opening import SUPERVISED
import pytest
from rich.console import Console

RESULT = StepResult({"loss": 1.0}, 0.5)


@pytest.fixture
def make(tmp_path):
    """Return a builder of the lookout of two stages of two epochs of five steps."""
    about = {"config": {}, "config_sha256": "ab"}
    with open_run(tmp_path, "small-s0", about) as folder:

        def make(deadline=math.inf):
            console = Console(file=io.StringIO(), width=1000)
            lookout = build_lookout(
                folder,
                "tensorflow",
                [SimpleNamespace(epochs=2)] * 2,
                [SimpleNamespace(steps_per_epoch=5)] * 2,
                deadline,
                SimpleNamespace(traces=1),
                console,
            )
            return lookout, folder, console

        yield make


def test_every_watcher_hears_of_steps_and_epochs(make):
    lookout, folder, console = make()
    with lookout.stall:
        for step in range(1, 6):
            for watcher in lookout.watchers:
                watcher.after_step(Place(0, 0, step, step), RESULT)
        for watcher in lookout.watchers:
            watcher.after_epoch(Place(0, 1, 0, 5), {"loss": 1.0})
    [row] = lookout.memory.journal.read()
    assert lookout.memory.journal.path == folder.path / "memory.jsonl"
    assert row["step"] == 1
    assert lookout.forecast.steps_left(Place(0, 1, 0, 5)) == 15
    assert lookout.forecast.seconds_per_step() > 0
    assert console.file.getvalue() == ""
    assert [event["event"] for event in folder.events.read()] == ["opened"]


def test_warnings_go_to_the_console_and_to_the_events(make):
    lookout, folder, console = make(deadline=0.0)
    lookout.late._look(Place(0, 0, 5, 5), now=lookout.forecast.clock())
    assert "--max-hours ends it in 0 s" in console.file.getvalue()
    assert folder.events.read()[-1]["event"] == "late_finish"


def test_only_under_a_supervisor_a_stall_ends_the_process(make, monkeypatch):
    monkeypatch.delenv(SUPERVISED, raising=False)
    assert make()[0].stall.exit_after is None
    monkeypatch.setenv(SUPERVISED, "somewhere.json")
    assert make()[0].stall.exit_after == EXIT_AFTER
