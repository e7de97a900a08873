"""However a run is broken off, it ends as if it never had been."""

import json
import os
import signal

from dist_invention.curriculum import Constant, Stage
from dist_invention.datasets import Split
from dist_invention.storage import CheckpointFolder, read_arrays, write_arrays
from dist_invention.training import StoppedEarly, checkpoint
from dist_invention.training.journey import (
    ForeignCheckpoint,
    NoCheckpoint,
    TooManyBadBatches,
)
import keras
import numpy as np
import pytest

SAME = ("weights_sha256", "config_sha256", "task_sha256", "scores", "health")
MOMENTS = [
    ("step", "first", 6, 5),
    ("epoch", "first", 0, 5),
    ("stage", "first", 0, 12),
    ("step", "second", 14, 12),
    ("epoch", "second", 1, 18),
    ("stage", "second", 0, 24),
]


def assert_same(found, wanted):
    """Assert that two runs ended alike, bit by bit."""
    assert found.metrics == wanted.metrics
    for name in SAME:
        assert found.results[name] == wanted.results[name], name
    ours, theirs = (
        read_arrays(sorted((run.path / "checkpoints").iterdir())[-1])[0]
        for run in (found, wanted)
    )
    assert ours.keys() == theirs.keys()
    for name in ours:
        if not name.startswith("memory"):
            assert np.array_equal(ours[name], theirs[name]), name


@pytest.mark.parametrize(("kind", "stage", "number", "from_step"), MOMENTS)
def test_a_run_that_dies_ends_as_if_it_had_not(
    tiny, tmp_path, kind, stage, number, from_step
):
    dead = tiny.kill(tmp_path, (kind, stage, number))
    assert dead.results is None
    found = tiny.run(tmp_path)
    assert_same(found, tiny.whole)
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
    assert_same(found, tiny.whole)
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
    assert_same(found, tiny.whole)


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
    assert_same(found, tiny.whole)
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


class OneBad:
    """Turns one batch of one stage into NaN, whatever examples are in it."""

    def __init__(self, batches, bad):
        self.batches, self.bad = batches, bad

    def __getattr__(self, name):
        return getattr(self.batches, name)

    def epoch(self, epoch, start=0):
        for index in range(start, self.batches.steps_per_epoch):
            inputs, targets, weights = self.batches.batch(epoch, index)
            if (epoch, index) in self.bad:
                inputs = {name: array * np.nan for name, array in inputs.items()}
            yield inputs, targets, weights


def spoilt(tiny, bad, skips=()):
    """An experiment in which some (epoch, step) of stage `second` are NaN."""

    class Spoilt(tiny.Experiment):
        def _say_resume(self, session, saved):
            session.batches[1] = OneBad(session.batches[1], bad)
            session.skips |= set(skips)
            super()._say_resume(session, saved)

    return Spoilt


def test_a_bad_batch_is_passed_over_as_if_it_never_was(tiny, tmp_path):
    bad = {(0, 3), (1, 1)}
    skips = [(1, epoch, step) for epoch, step in sorted(bad)]
    found = tiny.run(tmp_path / "a", of=spoilt(tiny, bad))
    without = tiny.run(tmp_path / "b", of=spoilt(tiny, bad, skips))
    assert_same(found, without)
    assert [tuple(event["batch"]) for event in found.named("rolled_back")] == skips
    assert without.named("rolled_back") == []
    assert "Rolled back; it is passed over." in found.said
    assert found.results["stages"][1]["steps"] == 10
    assert b"nan" not in found.metrics
    for path in (found.path / "checkpoints").iterdir():
        for name, value in read_arrays(path)[0].items():
            assert np.isfinite(value).all(), f"{path.name}: {name}"


def test_what_was_passed_over_stays_so_after_a_kill(tiny, tmp_path):
    bad = {(0, 3)}
    kind = spoilt(tiny, bad)
    tiny.kill(tmp_path / "a", ("step", "second", 20), of=kind)
    found = tiny.run(tmp_path / "a", of=kind)
    without = tiny.run(tmp_path / "b", of=spoilt(tiny, bad, [(1, 0, 3)]))
    assert_same(found, without)


def test_after_three_bad_batches_the_next_one_ends_the_run(tiny, tmp_path):
    bad = {(0, 1), (0, 3), (0, 4), (1, 2)}
    with pytest.raises(TooManyBadBatches) as error:
        tiny.start(tmp_path, of=spoilt(tiny, bad)).run()
    said = str(error.value)
    assert "Expected at most 3 batches" in said
    assert "batch 2 of epoch 1 of stage 1" in said
    assert "[(1, 0, 1), (1, 0, 3), (1, 0, 4)]" in said
    [path] = tmp_path.iterdir()
    assert tiny.read(path).events[-1]["event"] == "failed"


def test_an_example_that_is_not_a_number_is_found_in_real_data(tiny, tmp_path):
    def build_splits(self):
        for split in type(self).__base__.build_splits(self):
            x = split.arrays["x"].copy()
            if split.name == "hard":
                x[17] = np.nan
            arrays = {**split.arrays, "x": x}
            names = (split.fields, split.inputs, split.targets, split.keys)
            yield Split(split.name, split.role, arrays, *names, split.keys)

    found = tiny.run(tmp_path, build_splits=build_splits)
    events = found.named("rolled_back")
    assert [event["batch"][:2] for event in events] == [[1, 0], [1, 1]]
    assert [row["n"] for row in found.results["scores"]] == [44, 44]


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
