"""Tests of the foot of the page."""

from pathlib import Path

from dist_invention.reports.closing import (
    environment_section,
    provenance_section,
    reproduce_section,
)
from dist_invention.reports.run_data import RunData, read_run


def test_the_commands_start_from_the_commit(finished_run, outline):
    page = outline(reproduce_section(read_run(finished_run)))
    assert page.faults == []
    assert "git checkout 0f1e2d3c4b5a" in page.text
    assert "make venv python experiments/01_physics/train.py" in page.text
    assert "9c0d1e2f" * 8 in page.text


def test_a_dirty_tree_and_a_missing_commit_are_said(change):
    dirty = read_run(change("run.json", code={"commit": "abc", "dirty": True}))
    assert "held changes that no commit has" in reproduce_section(dirty)
    assert "the commit was not recorded" in reproduce_section(RunData(Path("r")))


def test_the_environment_is_listed(finished_run, outline):
    page = outline(environment_section(read_run(finished_run)))
    assert "versions.keras 3.15.1" in page.text
    assert "run.json has no record" in environment_section(RunData(Path("r")))


def test_a_long_environment_is_folded(change, outline):
    many = {f"package_{k}": "1.0" for k in range(20)}
    page = outline(environment_section(read_run(change("run.json", environment=many))))
    assert page.faults == []
    assert "All 20 entries" in page.text


def test_hashes_and_the_state_of_the_manifest_are_told(run_folder, outline):
    before = outline(provenance_section(read_run(run_folder)))
    assert "Weights " + "9c0d1e2f" * 8 in before.text
    assert "manifest.json written last, after this page" in before.text
    (run_folder / "manifest.json").write_text('{"files": {}}', encoding="utf-8")
    after = outline(provenance_section(read_run(run_folder)))
    assert "written last" not in after.text
    assert len(after.text.split("manifest.json ")[1].split()[0]) == 64


def test_provenance_names_seed_arm_code_and_data(finished_run, outline):
    page = outline(provenance_section(read_run(finished_run)))
    assert page.faults == []
    assert "Seed 0 Arm curriculum Code 0f1e2d3c4b5a" in page.text
    assert "7 splits" in page.text
    assert "11" * 32 in page.text


def test_code_that_changed_between_attempts_is_said(change, outline):
    attempts = [
        {"code": {"commit": "a" * 40, "dirty": True}},
        {"code": {"commit": "b" * 40}},
    ]
    run = read_run(change("run.json", attempts=attempts, code=None))
    text = outline(provenance_section(run)).text
    assert "aaaaaaaaaaaa, then bbbbbbbbbbbb with changes that no commit has" in text
    assert "the code changed between attempts" in text
