"""TensorBoard's own reader finds each step once, also after a kill."""

from importlib.util import find_spec
import random

from dist_invention.training.tracker import Subject
from dist_invention.training.tracking_tensorboard import TensorBoardTracker
import numpy as np
import pytest

pytestmark = [
    pytest.mark.skipif(
        find_spec("tensorboard") is None, reason="the extra `tracking` is not installed"
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def row(step, kind="train", **values):
    return {"kind": kind, "step": step, "values": values or {"loss": 1.0 / step}}


@pytest.fixture
def subject(tmp_path):
    def place(name):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    return Subject("tiny-s0", "tiny", {"seed": 3, "stages": [], "model": ""}, place)


def read(subject):
    """Return what TensorBoard's own reader sees in the folder."""
    from tensorboard.backend.event_processing import event_accumulator

    folder = str(subject.place("tensorboard/events").parent)
    found = event_accumulator.EventAccumulator(
        folder, size_guidance={event_accumulator.TENSORS: 0}
    )
    found.Reload()
    return found


def points(subject, tag):
    found = read(subject)
    if tag in found.Tags()["scalars"]:
        return [(event.step, event.value) for event in found.Scalars(tag)]
    return [
        (event.step, event.tensor_proto.float_val[0]) for event in found.Tensors(tag)
    ]


def test_rows_scores_and_settings_are_read_back(subject):
    tracker = TensorBoardTracker(subject)
    assert tracker.begin() == 0
    tracker.log(1, [row(10), row(20), row(20, "epoch", val_loss=0.5, loss="nan")])
    tracker.end({"test_far/mse": 2.0})
    assert [step for step, _ in points(subject, "train/loss")] == [10, 20]
    assert points(subject, "epoch/val_loss") == [(20, 0.5)]
    assert points(subject, "test_far/mse") == [(20, 2.0)]
    content = read(subject).SummaryMetadata("_hparams_/session_start_info")
    assert content.plugin_data.plugin_name == "hparams"


def test_the_next_attempt_goes_on_after_the_rows_that_are_there(subject):
    first = TensorBoardTracker(subject)
    first.begin()
    first.log(1, [row(10), row(20)])
    first._writer.flush()  # and here it is killed
    second = TensorBoardTracker(subject)
    assert second.begin() == 2
    second.log(3, [row(30)])
    second.end({"test_far/mse": 2.0})
    assert [step for step, _ in points(subject, "train/loss")] == [10, 20, 30]
    third = TensorBoardTracker(subject)
    assert third.begin() == 3
    third.end({"test_far/mse": 1.0})
    assert points(subject, "test_far/mse")[-1] == (30, 1.0), "read again for a reason"


def test_a_record_that_a_kill_cut_short_does_not_count(subject):
    first = TensorBoardTracker(subject)
    first.begin()
    first.log(1, [row(10), row(20)])
    first.end(None)
    [file] = subject.place("tensorboard/events").parent.iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    assert TensorBoardTracker(subject).begin() == 1


def test_no_global_random_number_is_drawn(subject):
    before = random.getstate(), np.random.get_state()[1].tolist()
    tracker = TensorBoardTracker(subject)
    tracker.begin()
    tracker.log(1, [row(10)])
    tracker.end({})
    assert before == (random.getstate(), np.random.get_state()[1].tolist())
