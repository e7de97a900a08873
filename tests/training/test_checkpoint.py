"""Everything that remembers is saved whole, finite and on time, or not at all."""

from dist_invention.curriculum import Place
from dist_invention.runtime.state import read_state
from dist_invention.runtime.step import StepResult
from dist_invention.storage import Mirror, open_run
from dist_invention.training import checkpoint
from dist_invention.training.checkpoint import Checkpointer, NotFiniteState
import keras
import numpy as np
import pytest

RESULT = StepResult({}, 0.0)


@pytest.fixture
def saver(tmp_path):
    """A checkpointer over a small compiled model, which saves every 1000 seconds."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.stop_training = False
    about = {"config": {}, "config_sha256": "ab"}
    with open_run(tmp_path / "runs", "small-s0", about) as folder:
        mirror = Mirror(folder.run_id, [tmp_path / "copy"])
        yield Checkpointer(folder, mirror, model, 1000.0, {}, lambda: None)


def test_a_checkpoint_holds_the_whole_state_and_the_place(saver):
    saver.record["stages"] = [{"name": "first"}]
    saver.save(Place(1, 2, 3, 40), pin=True)
    arrays, manifest, path = saver.files.newest()
    about = manifest["about"]
    assert path.name == "g000000040.npz"
    assert about["place"] == {"stage": 1, "epoch": 2, "step": 3, "global_step": 40}
    assert about["record"]["stages"] == [{"name": "first"}]
    assert (about["pinned"], about["config_sha256"]) == ([40], "ab")
    for name, value in read_state(saver.model).items():
        assert np.array_equal(arrays[f"state/{name}"], value)


def test_a_state_with_nan_is_never_saved_and_the_last_one_stays(saver):
    saver.save(Place(0, 0, 5, 5))
    bias = saver.model.layers[0].bias
    bias.assign([0.0, np.nan])
    with pytest.raises(NotFiniteState, match="in `state/model/0001`"):
        saver.save(Place(0, 0, 6, 6))
    assert saver.files.steps == [5]


def test_nothing_is_read_before_the_steps_so_far_are_confirmed(saver):
    def refuse():
        raise FloatingPointError("not sound")

    saver.confirm = refuse
    with pytest.raises(FloatingPointError, match="not sound"):
        saver.save(Place())
    assert saver.files.steps == []


def test_two_are_kept_and_stage_ends_are_kept_for_good(saver, tmp_path):
    for step in range(1, 7):
        saver.save(Place(0, 0, step, step), pin=step == 2)
    assert saver.files.steps == [2, 5, 6]
    copies = tmp_path / "copy" / "small-s0" / "checkpoints"
    assert sorted(path.name for path in copies.iterdir()) == [
        f"g00000000{step}.npz" for step in (2, 5, 6)
    ]


def test_damaged_later_checkpoints_do_not_crowd_out_new_ones(saver):
    for step in (4, 20, 30):
        saver.save(Place(0, 0, step, step), pin=step == 4)
    for step in (20, 30):
        path = saver.files.file(step)
        path.write_bytes(path.read_bytes()[:-100])
    _, manifest, _ = saver.files.newest()
    saver.take_up(manifest["about"])
    for step in (5, 6, 7):
        saver.save(Place(0, 0, step, step))
    assert saver.files.newest()[2].name == "g000000007.npz"
    assert saver.files.steps == [4, 6, 7, 20, 30]


def test_it_saves_early_then_in_time_and_at_epoch_ends(saver, monkeypatch):
    clock = [saver.saved_at]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: clock[0])
    for step in range(1, 10):
        saver.after_step(Place(0, 0, step, step), RESULT)
    assert saver.files.steps == [checkpoint.EARLY_STEP]
    clock[0] += 1001
    saver.after_step(Place(0, 0, 10, 10), RESULT)
    saver.after_step(Place(0, 0, 11, 11), RESULT)
    assert saver.files.steps == [5, 10]
    saver.after_epoch(Place(0, 1, 0, 12), {})
    assert saver.files.steps == [10, 12]


def test_slow_saving_stretches_the_interval_to_one_per_cent(saver, monkeypatch):
    clock = [0.0]

    def slow():
        clock[0] += 30.0

    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: clock[0])
    saver.confirm = slow
    saver.save(Place(0, 0, 6, 6))
    clock[0] += 2999
    saver.after_step(Place(0, 0, 7, 7), RESULT)
    assert saver.files.steps == [6]
    clock[0] += 2
    saver.after_step(Place(0, 0, 8, 8), RESULT)
    assert saver.files.steps == [6, 8]


def test_seconds_of_earlier_attempts_count(saver):
    saver.take_up({"record": {"seconds": 500.0}, "pinned": [3]})
    assert saver.seconds_trained() >= 500.0
    assert saver.pinned == {3}


def test_a_copied_checkpoint_never_lacks_the_lines_that_it_counts(saver, monkeypatch):
    order = []
    monkeypatch.setattr(
        saver.mirror, "copy", lambda files, root: order.extend(p.name for p in files)
    )
    saver.folder.metrics.append({"step": 1})
    saver.save(Place(0, 0, 1, 1))
    assert order[-1] == "g000000001.npz"
    assert {"run.json", "events.jsonl", "metrics.jsonl"} == set(order[:-1])
