"""Everything that remembers is saved whole, finite and on time, or not at all."""

from dist_invention.curriculum import Place
from dist_invention.runtime.state import read_state
from dist_invention.runtime.step import StepResult
from dist_invention.storage import Mirror, NotFiniteState, open_run
from dist_invention.training import checkpoint
from dist_invention.training.checkpoint import BEST, HOUR, STAGE_END, Checkpointer
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
        saver = Checkpointer(folder, mirror, model, 1000.0, {}, lambda: None)
        yield saver
        saver.close()
        mirror.close()


def test_a_checkpoint_holds_the_whole_state_and_the_place(saver):
    saver.record["stages"] = [{"name": "first"}]
    saver.save(Place(1, 2, 3, 40), pin=STAGE_END, wait=True)
    arrays, manifest, path = saver.files.newest()
    about = manifest["about"]
    assert path.name == "g000000040.npz"
    assert about["place"] == {"stage": 1, "epoch": 2, "step": 3, "global_step": 40}
    assert about["record"]["stages"] == [{"name": "first"}]
    assert (about["pinned"], about["config_sha256"]) == ({"40": "stage end"}, "ab")
    for name, value in read_state(saver.model).items():
        assert np.array_equal(arrays[f"state/{name}"], value)


def test_a_state_with_nan_is_never_saved_and_the_last_one_stays(saver):
    saver.save(Place(0, 0, 5, 5), wait=True)
    bias = saver.model.layers[0].bias
    bias.assign([0.0, np.nan])
    with pytest.raises(NotFiniteState, match="in `state/model/0001`"):
        saver.save(Place(0, 0, 6, 6), wait=True)
    saver.save(Place(0, 0, 7, 7))  # in the background it is heard of a step later
    saver.writer.wait()
    with pytest.raises(NotFiniteState):
        saver.after_step(Place(0, 0, 8, 8), RESULT)
    saver.settle()
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
        saver.save(Place(0, 0, step, step), pin=STAGE_END if step == 2 else None)
    saver.close()
    assert saver.mirror.wait(10)
    assert saver.files.steps == [2, 5, 6]
    copies = tmp_path / "copy" / "small-s0" / "checkpoints"
    copied = {int(path.stem[1:]) for path in copies.iterdir()}
    assert {2, 6} <= copied <= {2, 5, 6}  # 6 may have taken the place of 5


def test_damaged_later_checkpoints_do_not_crowd_out_new_ones(saver):
    for step in (4, 20, 30):
        pin = STAGE_END if step == 4 else None
        saver.save(Place(0, 0, step, step), pin=pin, wait=True)
    for step in (20, 30):
        path = saver.files.file(step)
        path.write_bytes(path.read_bytes()[:-100])
    _, manifest, _ = saver.files.newest()
    saver.take_up(manifest["about"])
    for step in (5, 6, 7):
        saver.save(Place(0, 0, step, step), wait=True)
    assert saver.files.newest()[2].name == "g000000007.npz"
    assert saver.files.steps == [4, 6, 7, 20, 30]


@pytest.fixture
def clock(saver, monkeypatch):
    """A clock that the test turns; disks and copies take no time by it."""
    now = [saver.saved_at]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now[0])
    return now


def steps_after(saver, step, *, epoch=False, **logs):
    """Take one step or end one epoch there; return what is on disk then."""
    if epoch:
        saver.after_epoch(Place(0, 1, 0, step), logs)
    else:
        saver.after_step(Place(0, 0, step, step), RESULT)
    saver.writer.wait()
    return saver.files.steps


def test_it_saves_early_then_in_time_and_at_epoch_ends(saver, clock):
    for step in range(1, 10):
        found = steps_after(saver, step)
    assert found == [checkpoint.EARLY_STEP]
    clock[0] += 1001
    assert steps_after(saver, 10) == [5, 10]
    assert steps_after(saver, 11) == [5, 10]
    assert steps_after(saver, 12, epoch=True) == [10, 12]


@pytest.mark.parametrize(
    ("blocking", "writing", "bound"), [(0.03, 0.0, 3.0), (0.0, 2.0, 4.0)]
)
def test_saving_comes_no_closer_than_its_cost_allows(
    saver, clock, monkeypatch, blocking, writing, bound
):
    monkeypatch.setattr(checkpoint, "TIMES_BLOCKING", 100)
    monkeypatch.setattr(checkpoint, "TIMES_WRITING", 2)
    take, write = saver._snapshot.take, saver.files.write

    def slow_take(model):
        clock[0] += blocking
        return take(model)

    def slow_write(*given):
        clock[0] += writing
        return write(*given)

    monkeypatch.setattr(saver._snapshot, "take", slow_take)
    monkeypatch.setattr(saver.files, "write", slow_write)
    saver.seconds = 0.001
    assert steps_after(saver, 5) == [5]
    began = saver.saved_at
    clock[0] = began + bound - 0.1
    assert steps_after(saver, 6) == [5]
    assert steps_after(saver, 6, epoch=True) == [5]
    clock[0] = began + bound + 0.1
    assert steps_after(saver, 7) == [5, 7]


def test_the_epoch_of_the_lowest_select_loss_is_kept_and_only_that(saver):
    for step, loss in enumerate([3.0, 1.0, 2.0, 2.5, 2.6], 1):
        saver.after_epoch(Place(0, step, 0, step), {"val_loss": loss})
        saver.writer.wait()
    assert saver.pins == {2: BEST}
    assert saver.files.steps == [2, 4, 5]


def test_one_checkpoint_an_hour_is_kept_and_those_of_a_day(saver, clock):
    for half_hour in range(1, 60):
        clock[0] += 1800
        saver.save(Place(0, 0, half_hour, half_hour), wait=True)
    kept = sorted(saver.pins)
    assert set(saver.pins.values()) == {HOUR}
    assert len(kept) == 24
    assert kept[0] in (12, 13)  # the clock of a float may be just short of an hour
    assert saver.files.steps == sorted({*kept, 58, 59})


def test_seconds_of_earlier_attempts_count(saver):
    saver.take_up({"record": {"seconds": 500.0}, "pinned": {"3": STAGE_END}})
    assert saver.seconds_trained() >= 500.0
    assert saver.pins == {3: STAGE_END}


def test_a_copied_checkpoint_never_lacks_the_lines_that_it_counts(saver, monkeypatch):
    order = []
    monkeypatch.setattr(
        saver.mirror,
        "copy_newest",
        lambda files, root: order.extend(p.name for p in files),
    )
    saver.folder.metrics.append({"step": 1})
    saver.save(Place(0, 0, 1, 1), wait=True)
    assert order[-1] == "g000000001.npz"
    assert {"run.json", "events.jsonl", "metrics.jsonl"} == set(order[:-1])


def test_what_was_passed_over_is_part_of_the_state(saver):
    saver.skips.add((0, 1, 2))
    saver.save(Place(0, 1, 3, 9), wait=True)
    assert saver.files.newest()[1]["about"]["skips"] == [[0, 1, 2]]


def test_the_cost_of_a_save_is_on_record(saver):
    saver.save(Place(0, 0, 1, 1), wait=True)
    [event] = [e for e in saver.folder.events.read() if e["event"] == "checkpoint"]
    assert event["bytes"] == saver.files.file(1).stat().st_size
    assert 0 <= event["blocking_seconds"] < event["write_seconds"] + 1
