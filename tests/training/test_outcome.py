"""Every test split is read once; figures and results are plain data."""

import json

import keras
import numpy as np
import pytest

FIELDS = {
    *("schema", "run_id", "experiment", "preset", "seed", "status", "model"),
    *("parameters", "config_sha256", "task_sha256", "data", "audit", "stages"),
    *("selection_rule", "scores", "health", "weights_sha256", "resumes"),
    *("last_resume_step", "seconds", "reads", "selection", "final_weights_sha256"),
    *("counterfactual", "arm", "stage_epochs", "weights_evaluated"),
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
    assert (results["schema"], results["arm"]) == (2, "curriculum")
    assert results["stage_epochs"] == [2, 2]
    assert results["counterfactual"] == []
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
    once = {"weights_sha256": digest, "reason": "", "count": 1}
    assert tiny.whole.results["reads"] == [
        {"split": read["split"], **once} for read in reads
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


def test_a_run_too_short_to_log_a_loss_is_judged_all_the_same(tiny, tmp_path):
    def build_stages(self, splits):
        [first, _] = tiny.Experiment.build_stages(self, splits)
        return [first]

    found = tiny.run(tmp_path, build_stages=build_stages, epochs=1)
    health = {row["name"]: row["verdict"] for row in found.results["health"]}
    assert health["repeated loss"] == "not measured"


def test_the_sealed_model_makes_the_scores(tiny):
    model = keras.models.load_model(
        tiny.whole.path / "stages" / "02-second" / "model.keras"
    )
    split = tiny.make_split("test_far")
    error = np.asarray(model(split.input_arrays())["y"]) - split.arrays["y"]
    score = next(s for s in tiny.whole.results["scores"] if s["split"] == "test_far")
    assert score["value"] == pytest.approx(float(np.mean(error**2)), rel=1e-4)
