"""Every test split is read once; the result is sealed, drawn and delivered."""

import json

from dist_invention.storage import manifest
from dist_invention.training import outcome
from dist_invention.training.outcome import ModelCollapsed
import keras
import numpy as np
import pytest

FIELDS = {
    *("schema", "run_id", "experiment", "preset", "seed", "status", "model"),
    *("parameters", "config_sha256", "task_sha256", "data", "audit", "stages"),
    *("selection_rule", "scores", "health", "weights_sha256", "resumes"),
    *("last_resume_step", "seconds", "reads"),
}


def test_the_results_hold_every_field_of_the_contract(tiny):
    results = tiny.whole.results
    assert set(results) >= FIELDS
    assert (results["status"], results["experiment"]) == ("finished", "tiny")
    assert results["run_id"] == tiny.whole.path.name
    assert [row["name"] for row in results["data"]] == [
        "easy",
        "hard",
        "select",
        "test_in",
        "test_far",
    ]
    assert all({"sha256", "n", "ranges", "role"} <= set(row) for row in results["data"])
    assert results["audit"]["verdict"] == "clean"
    assert (results["resumes"], results["last_resume_step"]) == (0, 0)
    scores = {score["split"]: score for score in results["scores"]}
    assert set(scores) == {"test_in", "test_far"}
    for score in scores.values():
        assert score["n"] == 44
        assert score["interval"][0] <= score["value"] <= score["interval"][1]
        assert score["best_trivial"]["name"] == "zero"
    names = [row["name"] for row in results["health"]]
    assert {"repeated loss", "loss share: squared", "collapse: y"} <= set(names)


def test_every_test_split_is_read_once_with_a_receipt(tiny):
    reads = tiny.whole.named("test_read")
    assert [read["split"] for read in reads] == ["test_in", "test_far"]
    digest = tiny.whole.results["weights_sha256"]
    assert {read["weights_sha256"] for read in reads} == {digest}
    assert tiny.whole.results["reads"] == [
        {"split": read["split"], "weights_sha256": digest} for read in reads
    ]
    seen = [event["event"] for event in tiny.whole.events]
    assert max(
        i for i, event in enumerate(seen) if event == "stage_ended"
    ) < seen.index("test_read")


def test_a_crash_after_the_read_repeats_it_for_free(tiny, tmp_path):
    def crash(self, splits, outputs):
        raise tiny.Killed

    with pytest.raises(tiny.Killed):
        tiny.start(tmp_path, build_figures=crash).run()
    found = tiny.run(tmp_path)
    assert len(found.named("test_read")) == 2
    assert len(found.results["reads"]) == 2
    assert found.results["scores"] == tiny.whole.results["scores"]


def test_the_page_and_every_file_are_in_the_manifest(tiny):
    names = {entry["name"] for entry in manifest.read(tiny.whole.path)["files"]}
    assert names >= {
        "report.html",
        "results.json",
        "run.json",
        "events.jsonl",
        "metrics.jsonl",
        "stages/02-second/model.keras",
        "stages/02-second/model.weights.h5",
    }
    assert manifest.verify(tiny.whole.path) == []
    page = (tiny.whole.path / "report.html").read_text()
    assert tiny.whole.path.name in page
    assert "test_far" in page


def test_figures_are_stored_as_plain_data(tiny, tmp_path):
    def build_figures(self, splits, outputs):
        y = outputs["test_in"]["y"][:3, 0]
        series = {
            "label": "y",
            "role": "predicted",
            "group": "",
            "x": [0, 1, 2],
            "y": y,
        }
        panel = {
            "title": "t",
            "x_label": "i",
            "y_label": "y",
            "x_unit": "1",
            "y_unit": "m",
            "x_range": None,
            "y_range": None,
            "equal_aspect": False,
            "series": [series],
        }
        record = {
            "schema": 1,
            "kind": "lines",
            "title": "T",
            "caption": "",
            "tier": "in",
        }
        return {"first": {**record, "panels": [panel]}}

    found = tiny.run(tmp_path, build_figures=build_figures)
    record = json.loads((found.path / "figures" / "first.json").read_text())
    assert len(record["panels"][0]["series"][0]["y"]) == 3


def constant(self, model, split):
    return {"y": np.full((len(split), 1), 0.25)}


def test_a_collapsed_model_stops_the_run_at_every_attempt(tiny, tmp_path):
    for _ in range(2):
        with pytest.raises(ModelCollapsed, match="after stage `first`"):
            tiny.start(tmp_path, predict=constant).run()
    [path] = tmp_path.iterdir()
    left = tiny.read(path)
    assert left.results is None
    assert [event["stage"] for event in left.named("health")] == ["first", "first"]
    assert left.named("stage_ended") == []


def test_outputs_without_a_target_are_not_measured_for_collapse(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        session.experiment.predict = lambda model, split: {"z": np.zeros(len(split))}
        outcome.refuse_collapse(session, "first")
        [event] = tiny.read(session.folder.path).named("health")
    [finding] = event["findings"]
    assert (finding["verdict"], finding["value"]) == ("not measured", None)


def test_a_run_too_short_to_log_a_loss_is_judged_all_the_same(tiny, tmp_path):
    def build_stages(self, splits):
        [first, _] = tiny.Experiment.build_stages(self, splits)
        return [first]

    found = tiny.run(tmp_path, build_stages=build_stages, epochs=1)
    health = {row["name"]: row["verdict"] for row in found.results["health"]}
    assert health["repeated loss"] == "not measured"


def test_copies_at_two_destinations_are_complete_and_verified(tiny, tmp_path):
    copies = (str(tmp_path / "one"), str(tmp_path / "two"))
    found = tiny.run(tmp_path / "runs", destinations=copies)
    rows = found.finished.destinations
    assert [row["complete"] for row in rows] == [True, True]
    for copy in copies:
        copied = tmp_path / copy / found.path.name
        assert manifest.verify(copied) == []


def test_a_destination_that_fails_is_named_and_completed_later(tiny, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    copies = (str(tmp_path / "one"), str(blocked))
    found = tiny.run(tmp_path / "runs", destinations=copies)
    assert [row["complete"] for row in found.finished.destinations] == [True, False]
    assert not found.finished.is_sound
    assert manifest.verify(found.path) == [], "the run itself is sealed"
    assert str(blocked) in found.finished.destinations[1]["url"]
    still = tiny.run(tmp_path / "runs", destinations=copies)
    assert [row["complete"] for row in still.finished.destinations] == [True, False]
    blocked.unlink()
    later = tiny.run(tmp_path / "runs", destinations=copies)
    assert later.finished.was_finished
    assert [row["complete"] for row in later.finished.destinations] == [True, True]
    assert manifest.verify(blocked / found.path.name) == []


def test_the_sealed_model_makes_the_scores(tiny):
    model = keras.models.load_model(
        tiny.whole.path / "stages" / "02-second" / "model.keras"
    )
    split = tiny.make_split("test_far")
    error = np.asarray(model(split.input_arrays())["y"]) - split.arrays["y"]
    score = next(s for s in tiny.whole.results["scores"] if s["split"] == "test_far")
    assert score["value"] == pytest.approx(float(np.mean(error**2)), rel=1e-4)
