"""However a run is broken off, it ends as if it never had been."""

import json
import os
import signal

from dist_invention.curriculum import Constant, Stage
from dist_invention.storage import CheckpointFolder, read_arrays, write_arrays
from dist_invention.training import StoppedEarly, checkpoint
from dist_invention.training.journey import (
    ForeignCheckpoint,
    NoCheckpoint,
)
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


def test_a_run_that_dies_three_times_ends_as_if_it_had_not(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "TIMES_BLOCKING", 0)  # a checkpoint every step
    for number in (3, 9, 17):
        stage = "first" if number < 12 else "second"
        given = {"checkpoint_seconds": 1e-9}
        tiny.kill(tmp_path, ("step", stage, number), **given)
    found = tiny.run(tmp_path, checkpoint_seconds=1e-9)
    tiny.assert_same(found, tiny.whole)
    assert found.results["resumes"] == 3
    assert found.results["last_resume_step"] == 16


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


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "second", 14))
    files = CheckpointFolder(dead.path / "checkpoints")
    assert files.steps == [6, 12]
    flip_a_bit(files.file(12))
    found = tiny.run(tmp_path)
    tiny.assert_same(found, tiny.whole)
    assert found.results["last_resume_step"] == 6
    [event] = found.named("checkpoint_rejected")
    assert event["file"] == "g000000012.npz"
    said = "g000000012.npz is damaged; the one before it is used"
    assert found.said.count(said) == 1


def test_a_run_whose_checkpoints_are_all_damaged_says_so(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "first", 8))
    for path in (dead.path / "checkpoints").iterdir():
        flip_a_bit(path)
    with pytest.raises(NoCheckpoint, match=r"Received: 2 damaged ones. Copy one back"):
        tiny.start(tmp_path).run()


def test_a_checkpoint_of_another_configuration_is_refused(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "first", 8))
    path = dead.path / "checkpoints" / "g000000006.npz"
    arrays, manifest = read_arrays(path)
    write_arrays(path, arrays, {**manifest["about"], "config_sha256": "f" * 64})
    with pytest.raises(ForeignCheckpoint, match="one of configuration ffffffff"):
        tiny.start(tmp_path).run()


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
    pinned = CheckpointFolder(tiny.whole.path / "checkpoints").steps
    assert pinned == [12, 18, 24]


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


def test_other_data_than_the_run_began_with_is_refused_by_name(tiny, tmp_path):
    tiny.kill(tmp_path, ("step", "second", 15))

    def other(self):
        splits = [tiny.make_split(name, self.config.seed) for name in ("easy", "hard")]
        return [*splits, *(tiny.make_split(n, 7) for n in ("select", "test_far"))]

    with pytest.raises(
        ForeignCheckpoint, match=r"Received, as \(then, now\): .*split select.*Go on"
    ):
        tiny.run(tmp_path, build_splits=other)
