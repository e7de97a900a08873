"""However a run is broken off, it ends as if it never had been."""

import json
import os
import signal

from dist_invention.curriculum import Constant, Stage
from dist_invention.storage import CheckpointFolder
from dist_invention.training import StoppedEarly
import keras
import pytest

MOMENTS = [
    ("step", "first", 6, 5),
    ("epoch", "first", 0, 5),
    ("stage", "first", 0, 12),
    ("step", "second", 14, 12),
    ("epoch", "second", 1, 18),
    ("stage", "second", 0, 24),
]


@pytest.mark.parametrize(("kind", "stage", "number", "from_step"), MOMENTS)
def test_a_run_that_dies_ends_as_if_it_had_not(
    tiny, tmp_path, kind, stage, number, from_step
):
    dead = tiny.kill(tmp_path, (kind, stage, number))
    assert dead.results is None
    found = tiny.run(tmp_path)
    tiny.assert_same(found, tiny.whole)
    assert found.results["resumes"] == 1
    assert found.results["last_resume_step"] == from_step
    assert f"resumed at step {from_step}" in found.said
    [resumed] = found.named("resumed")
    assert resumed["place"]["global_step"] == from_step


def test_a_run_that_dies_three_times_ends_as_if_it_had_not(tiny, tmp_path):
    for number in (3, 9, 17):
        stage = "first" if number < 12 else "second"
        given = {"checkpoint_seconds": 1e-9}
        tiny.kill(tmp_path, ("step", stage, number), **given)
    found = tiny.run(tmp_path, checkpoint_seconds=1e-9)
    tiny.assert_same(found, tiny.whole)
    assert found.results["resumes"] == 3
    assert found.results["last_resume_step"] >= 12


def test_a_run_that_is_asked_to_stop_goes_on_from_that_very_step(tiny, tmp_path):
    def tell(kind, stage, number):
        if (kind, number) == ("step", 16):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(StoppedEarly, match="received SIGTERM"):
        tiny.start(tmp_path, tell=tell).run()
    [path] = tmp_path.iterdir()
    stopped = tiny.read(path)
    assert stopped.named("stopped")[0]["reason"] == "received SIGTERM"
    found = tiny.run(tmp_path)
    assert found.results["last_resume_step"] == 16
    tiny.assert_same(found, tiny.whole)


def test_each_stage_is_sealed_with_models_and_a_report(tiny):
    folders = sorted((tiny.whole.path / "stages").iterdir())
    assert [folder.name for folder in folders] == [
        "00-untrained",
        "01-first",
        "02-second",
    ]
    report = json.loads((folders[2] / "report.json").read_text())
    assert report["reason"] == "2 of 2 epochs done"
    assert (report["epochs"], report["steps"], report["last_step"]) == (2, 12, 24)
    assert report["terms"] == {"squared": 1.0, "absolute": 0.5}
    assert tiny.whole.results["stages"][1] == report
    kept = CheckpointFolder(tiny.whole.path / "checkpoints").steps
    assert {12, 18, 24} <= set(kept)  # the ends of stages, and the last two


def test_a_refusal_at_a_stage_end_is_repeated_at_the_next_attempt(tiny, tmp_path):
    class Refused(ValueError):
        pass

    def after_stage(self, session, stage):
        raise Refused(stage.name)

    for _ in range(2):
        with pytest.raises(Refused, match="first"):
            tiny.start(tmp_path, after_stage=after_stage).run()


def test_a_stage_that_a_callback_ends_says_so(tiny, tmp_path):
    def build_callbacks(self, stage):
        return [keras.callbacks.EarlyStopping("val_loss", patience=0, mode="max")]

    def build_stages(self, splits):
        weights = {"squared": Constant(1.0), "absolute": Constant(0.5)}
        return [Stage("only", splits["easy"], 9, Constant(1e-2), weights)]

    found = tiny.run(
        tmp_path, build_callbacks=build_callbacks, build_stages=build_stages
    )
    [stage] = found.results["stages"]
    assert stage["reason"] == "stopped by a callback"
    assert stage["epochs"] < 9
