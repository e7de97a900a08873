"""A fit's folder: one writer, checkpoints in the background, copies, retention."""

import json
import time

from dist_invention.curriculum import Place
from dist_invention.storage import (
    DestinationNotUsable,
    RunBelongsToAnotherConfiguration,
    RunLocked,
    open_run,
)
from dist_invention.training import fit_folder
from dist_invention.training.fit_folder import FitFolder
from dist_invention.training.saved import NoCheckpoint
import numpy as np
import pytest


@pytest.fixture
def folder(tmp_path):
    folder = FitFolder(tmp_path / "mine", [tmp_path / "copies"])
    folder.hold()
    yield folder
    folder.close()


def save(folder, epoch, step=0, value=1.0):
    place = Place(0, epoch, step, 10 * epoch + step)
    arrays = {"w": np.full(3, value)}
    folder.hand_over(place, arrays, {"hello": "you"}, time.monotonic())
    folder.settle()


def test_the_newest_checkpoint_is_found(folder):
    assert folder.newest() is None
    save(folder, 1)
    save(folder, 1, step=4)
    found = folder.newest()
    assert (found.place, found.about["hello"]) == (Place(0, 1, 4, 14), "you")


def test_two_files_stay_and_the_newest_epoch_end(folder):
    for epoch, step in ((1, 0), (1, 2), (1, 4), (2, 0), (2, 1), (2, 2), (2, 3)):
        save(folder, epoch, step)
    assert folder.files.steps == [20, 22, 23]
    assert folder.newest().about["pinned"] == {"20": "epoch end"}
    folder.wait_for_copies(10.0)
    copies = folder.path.parent / "copies" / "mine" / "checkpoints"
    assert max(path.name for path in copies.iterdir()) == "g000000023.npz"


def test_each_save_is_in_the_journal(folder):
    save(folder, 1)
    lines = (folder.path / "events.jsonl").read_text().splitlines()
    [event] = [row for row in map(json.loads, lines) if row["event"] == "checkpoint"]
    assert event["place"]["epoch"] == 1
    assert {"step", "blocking_seconds", "write_seconds", "bytes"} < event.keys()


def test_saving_is_bounded_by_what_it_costs(folder, monkeypatch):
    assert folder.is_due(0.0)
    assert not folder.is_due(1000.0)
    monkeypatch.setattr(fit_folder, "TIMES_WRITING", 1e6)
    save(folder, 1)
    wait = folder._cost
    assert wait > 0
    assert not folder.is_due(0.0)
    now = time.monotonic
    monkeypatch.setattr(fit_folder.time, "monotonic", lambda: now() + wait)
    assert folder.is_due(0.0)


def test_a_damaged_file_is_passed_over_and_all_damaged_is_an_error(folder):
    save(folder, 1)
    save(folder, 2)
    folder.files.file(20).write_bytes(b"")
    assert folder.newest().place.epoch == 1
    folder.files.file(10).write_bytes(b"")
    with pytest.raises(NoCheckpoint, match=r"Received: 2 damaged ones\. Copy one back"):
        folder.newest()


def test_a_newer_object_of_the_process_takes_the_folder_over(folder):
    other = FitFolder(folder.path)
    other.hold()
    with pytest.raises(RunLocked, match="a newer SafeCheckpoint of this process"):
        folder.record("hello")
    with pytest.raises(RunLocked):
        save(folder, 1)
    assert other.newest() is None
    other.record("hello")
    other.close()


def test_the_folder_of_a_pipeline_is_refused(tmp_path):
    about = {"config": {"epochs": 3}, "config_sha256": "ab"}
    with open_run(tmp_path, "mine", about):
        pass
    with pytest.raises(RunBelongsToAnotherConfiguration):
        FitFolder(tmp_path / "mine").hold()


def test_a_destination_inside_the_folder_is_refused(tmp_path):
    with pytest.raises(DestinationNotUsable, match="outside the folder"):
        FitFolder(tmp_path / "mine", [tmp_path / "mine" / "copies"])


def test_late_destinations_are_named(folder, caplog, monkeypatch):
    monkeypatch.setattr(type(folder.mirror), "wait", lambda self, seconds: False)
    folder.wait_for_copies(0.0)
    assert "have not all arrived" in caplog.text
