"""Numbers at a fixed cadence in steps, and a line that says how the run does."""

import io
import time
from types import SimpleNamespace

from dist_invention.curriculum import Place
from dist_invention.runtime.step import StepResult
from dist_invention.storage import open_run
from dist_invention.training.forecast import Forecast
from dist_invention.training.recorder import LOG_EVERY, Recorder
import pytest
from rich.console import Console


@pytest.fixture
def recorder(tmp_path):
    """A recorder of two stages of two epochs of 25 steps."""
    stages = [SimpleNamespace(name=name, epochs=2) for name in ("first", "second")]

    class Curriculum(SimpleNamespace):
        def __len__(self):
            return 2

    learner = SimpleNamespace(
        optimizer=SimpleNamespace(learning_rate=0.25),
        weights_of_terms=lambda: {"squared": 1.0, "absolute": 0.5},
    )
    about = {"config": {}, "config_sha256": "ab"}
    began = time.monotonic()
    with open_run(tmp_path, "small-s0", about) as folder:
        yield Recorder(
            folder,
            Curriculum(stages=stages),
            Forecast([2, 2], [25, 25]),
            lambda: began,
            learner,
            Console(file=io.StringIO(), width=400),
        )


def said(recorder):
    return recorder.console.file.getvalue()


def test_every_tenth_step_is_a_row_without_times(recorder):
    for step in range(1, 26):
        place = Place(0, 0, step, step)
        recorder.after_step(place, StepResult({"loss": float(step)}, 0.5))
    rows = recorder.folder.metrics.read()
    assert [row["step"] for row in rows] == [LOG_EVERY, 2 * LOG_EVERY]
    assert rows[0] == {
        "kind": "train",
        "step": 10,
        "stage": "first",
        "epoch": 0,
        "values": {"loss": 10.0, "gradient_norm": 0.5},
    }


def test_an_epoch_row_holds_rate_weights_and_the_share_of_each_term(recorder):
    logs = {"loss": 4.0, "squared": 3.0, "absolute": 2.0, "val_loss": 5.0}
    recorder.after_epoch(Place(1, 1, 0, 75), logs)
    [row] = recorder.folder.metrics.read()
    assert (row["kind"], row["stage"], row["step"]) == ("epoch", "second", 75)
    assert row["values"] == {
        **logs,
        "learning_rate": 0.25,
        "weight/squared": 1.0,
        "weight/absolute": 0.5,
        "share/squared": 0.75,
        "share/absolute": 0.25,
    }


def test_a_number_that_is_not_finite_is_written_as_a_word(recorder):
    place = Place(0, 0, 10, 10)
    recorder.after_step(place, StepResult({"loss": float("nan")}, float("inf")))
    [row] = recorder.folder.metrics.read()
    assert row["values"] == {"loss": "nan", "gradient_norm": "inf"}


def test_the_line_says_stage_epoch_speed_memory_checkpoint_and_time_left(recorder):
    for step in (1, 2):
        recorder._said = 0.0
        place = Place(1, 0, step, 50 + step)
        recorder.forecast.after_step(place, StepResult({"loss": 0.5}, 0.1))
        recorder.after_step(place, StepResult({"loss": 0.5}, 0.1))
    line = said(recorder).splitlines()[-1]
    assert line.startswith("stage 2/2 second  epoch 1/2  step 2/25  loss 0.5  ")
    for part in (" ms/step", " GiB", "saved 0 s ago", " left"):
        assert part in line


def test_it_does_not_speak_at_every_step(recorder):
    for step in range(1, 20):
        recorder.after_step(Place(0, 0, step, step), StepResult({"loss": 1.0}, 0.1))
    assert said(recorder).count("\n") == 1
