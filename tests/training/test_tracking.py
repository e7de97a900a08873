"""Trackers mirror a run, change no bit of it, and cannot stop it."""

from pathlib import Path
import threading
import time

from dist_invention.training import tracking
from dist_invention.training.tracking import TrackerMissing, refuse_missing
import pytest


class Notes:
    """A tracker in memory, one record a run, as a server keeps it."""

    records = {}

    def __init__(self, subject):
        self.subject = subject

    def begin(self):
        self.record = self.records.setdefault(self.subject.run_id, [])
        return len(self.record)

    def log(self, first, rows):
        assert first == len(self.record) + 1
        self.record += rows

    def end(self, scores):
        self.scores = scores
        self.records["scores"] = scores


class Broken(Notes):
    def log(self, first, rows):
        raise ConnectionError("the server is gone")


class Stuck(Notes):
    def begin(self):
        time.sleep(60)


@pytest.fixture
def use(monkeypatch):
    """Let `--track tensorboard` start another tracker."""
    Notes.records = {}
    monkeypatch.setattr(tracking, "refuse_missing", lambda names: None)
    monkeypatch.setattr("dist_invention.training.pipeline.refuse_missing", lambda n: n)

    def use(kind):
        monkeypatch.setattr(tracking, "KINDS", {"tensorboard": kind})
        return {"track": ("tensorboard",)}

    return use


def test_a_killed_run_is_mirrored_once_and_its_bits_stay(tiny, tmp_path, use):
    given = use(Notes)
    tiny.kill(tmp_path, ("step", "second", 15), **given)
    found = tiny.run(tmp_path, **given)
    tiny.assert_same(found, tiny.whole)
    rows = Notes.records[found.path.name]
    lines = found.metrics.splitlines()
    assert len(rows) == len(lines)
    assert [row["step"] for row in rows] == sorted(row["step"] for row in rows)
    assert Notes.records["scores"]["test_far/mse"] == pytest.approx(
        next(s for s in found.results["scores"] if s["split"] == "test_far")["value"]
    )
    assert found.path.name == tiny.whole.path.name, "it is not in the hash"


def test_a_tracker_that_fails_is_a_warning_and_an_event(tiny, tmp_path, use):
    found = tiny.run(tmp_path, **use(Broken))
    [event] = found.named("tracker_failed")
    assert event["tracker"] == "tensorboard"
    assert event["reason"] == "ConnectionError: the server is gone"
    assert "Nothing more goes to tensorboard; the run goes on" in found.said
    assert found.results["weights_sha256"] == tiny.whole.results["weights_sha256"]


def test_a_tracker_that_hangs_costs_a_bounded_time(tiny, tmp_path, use, monkeypatch):
    monkeypatch.setattr(tracking, "FINISH_SECONDS", 0.2)
    found = tiny.run(tmp_path, **use(Stuck))
    [event] = found.named("tracker_failed")
    assert "was not done within" in event["reason"]
    assert found.finished.is_sound
    names = [thread.name for thread in threading.enumerate() if not thread.daemon]
    assert "track tensorboard" not in names, "it does not hold the process"


def test_a_failure_that_cannot_be_written_down_is_still_said():
    said = []

    def full(*event, **details):
        raise OSError("no space left")

    live = tracking.Tracking(
        {"a": Notes(None)}, Path("none"), lambda: 0, full, said.append
    )
    live._failed("a", "the server is gone")
    assert said == ["Nothing more goes to a; the run goes on. the server is gone"]


def test_a_library_that_is_missing_is_refused_by_name(monkeypatch):
    refuse_missing(())
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: name == "mlflow" or None
    )
    refuse_missing(("mlflow",))
    with pytest.raises(TrackerMissing, match=r"no module named wandb\. Install them"):
        refuse_missing(("mlflow", "wandb"))


def test_a_tracker_learns_what_can_change_the_result_and_its_place(tiny, tmp_path):
    with tiny.session(tmp_path, seed=3) as session:
        config = session.config
        [tracker] = tracking.trackers_of(
            session.folder, "tiny", tiny.start(tmp_path, track=("wandb",)).config
        ).values()
        subject = tracker._subject
        assert subject.settings["batch_size"] == config.batch_size
        assert "runs_dir" not in subject.settings
        path = subject.place("wandb/sent.json")
        assert path.is_absolute()
        assert path.parent.is_dir()
