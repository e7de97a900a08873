"""Tests of reading one run folder."""

import dataclasses
import hashlib
import json

from dist_invention.reports.run_data import (
    RunData,
    UnsealedRunError,
    read_run,
    require_finished,
)
import pytest


def seal(folder):
    digest = hashlib.sha256((folder / "results.json").read_bytes()).hexdigest()
    manifest = {"files": {"results.json": {"sha256": digest}}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_finished_run_is_read_whole(finished_run):
    run = read_run(finished_run)
    assert run.name == "physics-demo-s0-1a2b3c4d"
    assert run.results["status"] == "finished"
    assert set(run.figures) == {"paths_in", "paths_near", "paths_far"}
    assert run.events[0]["event"] == "opened"
    assert {line["kind"] for line in run.metrics} == {"train", "epoch"}
    assert run.lacks() == ()


def test_what_was_read_is_frozen(finished_run):
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_run(finished_run).results = {}  # type: ignore[misc]


def test_stage_reports_are_read_by_folder_name(run_folder):
    stage = run_folder / "stages" / "01-warm"
    stage.mkdir(parents=True)
    (stage / "report.json").write_text('{"name": "warm"}', encoding="utf-8")
    assert read_run(run_folder).stages == {"01-warm": {"name": "warm"}}


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"Expected a run folder with a run\.json"
    ):
        read_run(tmp_path)


def test_a_line_cut_by_a_crash_is_left_out(run_folder):
    before = len(read_run(run_folder).events)
    with (run_folder / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"time": "2025-03-04T10:0')
    assert len(read_run(run_folder).events) == before


def test_a_broken_line_inside_is_an_error_that_names_the_file(run_folder):
    (run_folder / "metrics.jsonl").write_text('{"kind"\n{}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"Expected JSON in `metrics\.jsonl`"):
        read_run(run_folder)


def test_a_json_list_is_not_a_record(run_folder):
    (run_folder / "results.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"JSON object in `results\.json`.*list"):
        read_run(run_folder)


def test_an_unsealed_run_is_refused_and_the_missing_file_is_named(run_folder):
    with pytest.raises(UnsealedRunError, match=r"Missing: manifest\.json\."):
        read_run(run_folder).sealed_results()


def test_a_sealed_run_gives_its_results(run_folder):
    seal(run_folder)
    assert read_run(run_folder).sealed_results()["seed"] == 0


def test_results_changed_after_the_seal_are_refused(run_folder, change):
    seal(run_folder)
    change("results.json", seed=3)
    with pytest.raises(UnsealedRunError, match="it was changed"):
        read_run(run_folder).sealed_results()


def test_a_run_without_results_lacks_them():
    assert RunData(folder=None).lacks() == ("results.json",)  # type: ignore[arg-type]


def test_results_of_a_run_that_did_not_finish_are_refused(results):
    require_finished(results)
    results["status"] = "running"
    with pytest.raises(
        UnsealedRunError, match=r"status 'finished' \(it is 'running'\)"
    ):
        require_finished(results)
    with pytest.raises(UnsealedRunError, match="Missing: scores"):
        require_finished({**results, "status": "finished", "scores": []})
