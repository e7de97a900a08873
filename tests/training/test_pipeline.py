"""The life of a run: opened, audited, trained, sealed, and never twice."""

from dataclasses import replace
import json
import subprocess
import sys

from dist_invention.curriculum import Constant
from dist_invention.evaluation import LeakFound
from dist_invention.storage import (
    DestinationNotUsable,
    RunBelongsToAnotherConfiguration,
    RunLocked,
)
from dist_invention.training import (
    Finished,
    SafeTrainingPipeline,
    Selection,
    TrainingConfig,
)
from dist_invention.training.saved import ForeignCheckpoint
from dist_invention.training.tracking import TrackerMissing
import pytest


def test_a_finished_run_is_verified_and_left_as_it_is(tiny, tmp_path):
    first = tiny.run(tmp_path)
    before = {path: path.read_bytes() for path in first.path.rglob("*.jsonl")}
    again = tiny.run(tmp_path)
    assert again.finished == Finished(first.path, True, [], [])
    assert again.finished.is_sound
    assert before == {path: path.read_bytes() for path in first.path.rglob("*.jsonl")}
    weights = first.path / "stages" / "01-first" / "model.weights.h5"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    damaged = tiny.run(tmp_path).finished
    assert not damaged.is_sound
    assert [problem.file for problem in damaged.problems] == [
        "stages/01-first/model.weights.h5"
    ]
    other = tiny.run(tmp_path, again=True)
    assert other.path.name == first.path.name + "-2"
    assert other.results["weights_sha256"] == first.results["weights_sha256"]


def test_events_tell_the_life_of_a_run_in_order(tiny):
    events = [event["event"] for event in tiny.whole.events]
    looks = ("health", "gradients")
    told = [name for name in dict.fromkeys(events) if name not in looks]
    assert told == [
        "opened",
        "audit",
        "checkpoint",
        "preflight",
        "stage_started",
        "stage_ended",
        "test_read",
        "evaluated",
        "finished",
    ]
    assert all("time" in event for event in tiny.whole.events)
    about = json.loads((tiny.whole.path / "run.json").read_text())
    assert about["config"]["batch_size"] == 8
    assert about["environment"]["policy"] == "float32"
    assert {"commit", "dirty"} <= set(about["code"])


def test_another_configuration_of_the_folder_is_refused_by_its_key(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "first", 2))
    path = dead.path / "run.json"
    about = json.loads(path.read_text())
    about["config"]["batch_size"] = 16
    about["config_sha256"] = "0" * 64
    path.write_text(json.dumps(about))
    with pytest.raises(
        RunBelongsToAnotherConfiguration, match="batch_size: 16 there, 8 asked"
    ):
        tiny.start(tmp_path).run()


HOLD = """
import sys, time
from dist_invention.storage import open_run
about = {"config": {}, "config_sha256": sys.argv[3]}
with open_run(sys.argv[1], sys.argv[2], about):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_run_that_another_process_writes_is_refused(tiny, tmp_path):
    config = tiny.start(tmp_path).config
    name = f"tiny-demo-s0-{config.sha256[:8]}"
    words = [sys.executable, "-c", HOLD, str(tmp_path), name, config.sha256]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(RunLocked, match=f"locked by pid {holder.pid}"):
                tiny.start(tmp_path).run()
        finally:
            holder.kill()


def overlapping(self):
    splits = list(type(self).__base__.build_splits(self))
    rows = splits[0].take(slice(0, 7))
    leak = replace(rows, name="test_in", role="test", tier="in")
    return [leak if split.name == "test_in" else split for split in splits]


def test_overlapping_splits_are_refused_and_the_audit_is_on_record(tiny, tmp_path):
    with pytest.raises(LeakFound, match="`easy` and `test_in` to share nothing"):
        tiny.start(tmp_path, build_splits=overlapping).run()
    [path] = tmp_path.iterdir()
    left = tiny.read(path)
    assert left.named("audit")[0]["verdict"] == "LEAK"
    assert left.events[-1]["event"] == "failed"
    assert left.named("stage_started") == []


def test_a_leak_allowed_for_a_reason_stands_in_the_results(tiny, tmp_path):
    given = {"build_splits": overlapping, "allow_leak": "a test of the audit"}
    found = tiny.run(tmp_path, **given)
    assert found.results["audit"]["verdict"] == "allowed leak"
    assert found.results["audit"]["allowed_because"] == "a test of the audit"
    assert found.path.name != tiny.whole.path.name, "the reason is in the hash"
    assert "audit: allowed leak" in found.said
    assert "a test of the audit" in (found.path / "report.html").read_text()


def test_an_empty_split_is_refused(tiny, tmp_path):
    def build_splits(self):
        yield from type(self).__base__.build_splits(self)
        yield tiny.make_split("select").take(slice(0, 0), "nothing")

    with pytest.raises(ValueError, match="split `nothing` to hold at least one"):
        tiny.start(tmp_path, build_splits=build_splits).run()


def test_a_loss_term_that_nobody_feeds_is_named(tiny, tmp_path):
    def build_terms(self, splits):
        def energy(inputs, targets, outputs):
            return targets["energy"]

        return {"squared": tiny.squared, "absolute": energy}

    with pytest.raises(ValueError, match="`energy`, which loss term `absolute` reads"):
        tiny.start(tmp_path, build_terms=build_terms).run()


def test_a_model_that_the_experiment_does_not_have_is_refused(tiny, tmp_path):
    with pytest.raises(ValueError, match=r"among \[''\]. Received: --model huge"):
        tiny.start(tmp_path, model="huge")


def test_a_tracker_that_is_not_installed_is_refused_before_anything_is_made(
    tiny, tmp_path, monkeypatch
):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TrackerMissing, match=r"no module named mlflow\. Install"):
        tiny.run(tmp_path, track=("mlflow",))
    assert not any(tmp_path.iterdir())


def test_what_went_wrong_is_the_last_event(tiny, tmp_path):
    def build_model(self, splits):
        raise OSError("no such weights")

    experiment = tiny.start(tmp_path, build_model=build_model)
    with pytest.raises(OSError, match="no such weights"):
        experiment.run()
    [path] = tmp_path.iterdir()
    assert tiny.read(path).events[-1]["reason"] == "OSError: no such weights"
    assert not experiment.has_begun


@pytest.mark.parametrize(
    "hook",
    ["build_splits", "build_model", "build_stages", "build_metrics", "build_baselines"],
)
def test_an_experiment_must_fill_in_what_only_it_knows(hook):
    class Bare(SafeTrainingPipeline):
        selection = Selection.last()

    bare = Bare(TrainingConfig())
    given = () if hook == "build_splits" else ({},)
    assert bare.build_counterfactuals({}) == []
    with pytest.raises(NotImplementedError):
        getattr(bare, hook)(*given)


def test_the_default_prediction_is_the_models_own(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        split = session.splits["select"]
        own = SafeTrainingPipeline.predict(session.experiment, session.model, split)
        direct = session.model(split.input_arrays(), training=False)
    assert own["y"].shape == (44, 1)
    assert own["y"] == pytest.approx(direct["y"].numpy(), abs=1e-5)


def test_no_password_of_a_destination_is_written_down(tiny, tmp_path, monkeypatch):
    secret = "memory://me:topsecret@host/copies"
    monkeypatch.setattr("sys.argv", ["train.py", "--destinations", secret])
    left = tiny.run(tmp_path / "runs", destinations=(secret,))
    found = [p for p in left.path.rglob("*") if p.is_file()]
    assert not [p.name for p in found if b"topsecret" in p.read_bytes()]
    about = json.loads((left.path / "run.json").read_text())
    assert about["destinations"] == ["memory://me:***@host/copies"]


def test_a_destination_inside_the_runs_is_refused(tiny, tmp_path):
    with pytest.raises(DestinationNotUsable, match="outside the folder of runs"):
        tiny.run(tmp_path, destinations=(str(tmp_path / "copies"),))
    assert not any(tmp_path.iterdir())


def test_other_stages_than_the_run_began_with_are_refused(tiny, tmp_path):
    tiny.kill(tmp_path, ("step", "first", 8))

    def faster(self, splits):
        stages = tiny.Experiment.build_stages(self, splits)
        return [replace(stage, learning_rate=Constant(0.5)) for stage in stages]

    with pytest.raises(ForeignCheckpoint, match=r"Received, as .*'stages'"):
        tiny.run(tmp_path, build_stages=faster)
