"""A copy inside the folder of runs is no copy."""

from pathlib import Path
import threading

from dist_invention.storage import DestinationNotUsable
from dist_invention.storage.copies import copies_of_itself
from dist_invention.storage.copies.copies_of_itself import refuse_copies_of_itself
import pytest


def test_a_destination_inside_the_folder_of_runs_is_refused(tmp_path):
    runs = tmp_path / "runs"
    known = [tmp_path / "copies", "memory://copies", "nosuchstore://copies"]
    refuse_copies_of_itself(known, runs)
    (tmp_path / "link").symlink_to(runs)
    for place in (runs, runs / "copies", tmp_path / "link" / "copies"):
        with pytest.raises(DestinationNotUsable, match=r"outside the folder of runs"):
            refuse_copies_of_itself([str(place)], runs)


def test_a_mount_that_hangs_keeps_nobody_waiting(tmp_path, monkeypatch):
    released = threading.Event()
    resolve = Path.resolve

    def hang(path, strict=False):
        if path.name == "mount":
            released.wait(60)
        return resolve(path, strict)

    monkeypatch.setattr(Path, "resolve", hang)
    monkeypatch.setattr(copies_of_itself, "SILENCE_SECONDS", 0.05)
    refuse_copies_of_itself([tmp_path / "mount"], tmp_path / "runs")
    released.set()
