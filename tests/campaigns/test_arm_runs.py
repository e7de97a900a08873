"""Each arm and seed, with its sealed run or with the reason why there is none."""

import json

from dist_invention.campaigns.arm_runs import ArmRun, arm_runs
from dist_invention.campaigns.outcome import StepResult
from dist_invention.storage import RunFolder
import pytest

RESULTS = {
    "status": "finished",
    "task_sha256": "abc",
    "seconds": 12.5,
    "curriculum": [{"examples_per_epoch": 10}, {"examples_per_epoch": 20}],
    "stages": [{"epochs": 2, "steps": 6}, {"epochs": 3, "steps": 15}],
}


@pytest.fixture
def sealed(tmp_path):
    """Make a real sealed run below a step's folder."""

    def make(name, **changes):
        about = {"config": {"arm": name}, "config_sha256": "0"}
        with RunFolder.open(tmp_path / name, "run", about) as folder:
            folder.seal({**RESULTS, **changes})
            return folder.path

    return make


def finished(name, path):
    return {name: StepResult(name, "finished", path, 0, seconds=20.0)}


def test_a_finished_run_says_what_it_took(sealed, tmp_path):
    [run] = arm_runs(tmp_path, finished("joint-s3", sealed("joint-s3")))
    assert (run.arm, run.seed, run.status) == ("joint", 3, "finished")
    assert (run.steps, run.examples) == (21, 80)
    assert run.as_json(tmp_path) == {
        "arm": "joint",
        "seed": 3,
        "run_id": "run",
        "folder": "joint-s3/run",
        "status": "finished",
        "steps": 21,
        "examples": 80,
        "seconds": 12.5,
        "task_sha256": "abc",
        "exit_code": 0,
        "evidence": [],
    }


def test_a_run_that_failed_keeps_its_evidence(tmp_path):
    words = tuple(f"line {n}" for n in range(20))
    steps = {
        "drop-far-laws-s0": StepResult("drop-far-laws-s0", "failed", None, 1, words),
        "joint-s0": StepResult("joint-s0", "not started"),
        "joint-s1": StepResult("joint-s1", "stopped", exit_code=75),
    }
    failed, *others = arm_runs(tmp_path, steps)
    assert (failed.arm, failed.status, failed.exit_code) == (
        "drop-far-laws",
        "failed",
        1,
    )
    assert failed.evidence[-1] == "line 19"
    assert [run.status for run in others] == ["missing", "missing"]
    row = failed.as_json(tmp_path)
    assert (row["folder"], row["steps"], row["task_sha256"]) == (None, None, None)


def test_a_run_that_was_changed_after_its_seal_is_not_counted(sealed, tmp_path):
    path = sealed("joint-s0")
    (path / "results.json").write_text(json.dumps({**RESULTS, "seconds": 1.0}))
    [run] = arm_runs(tmp_path, finished("joint-s0", path))
    assert (run.status, run.run) == ("failed", None)
    assert "results.json" in run.evidence[0]


def test_runs_of_earlier_commands_are_kept_in_order(sealed, tmp_path):
    rows = [
        run.as_json(tmp_path)
        for name in ("curriculum-s1", "anti-s1")
        for run in arm_runs(tmp_path, finished(name, sealed(name)))
    ]
    (tmp_path / "summary.json").write_text(json.dumps({"runs": rows}))
    steps = finished("curriculum-s0", sealed("curriculum-s0"))
    steps |= finished("joint-s0", sealed("joint-s0"))
    names = [f"{run.arm}-s{run.seed}" for run in arm_runs(tmp_path, steps)]
    assert names == ["curriculum-s0", "curriculum-s1", "anti-s1", "joint-s0"]
    assert all(run.run is not None for run in arm_runs(tmp_path, steps))


def test_what_is_known_now_replaces_what_was_known_before(sealed, tmp_path):
    row = ArmRun("joint", 0, "failed", evidence=("old",)).as_json(tmp_path)
    (tmp_path / "summary.json").write_text(json.dumps({"runs": [row]}))
    assert arm_runs(tmp_path, {})[0].evidence == ("old",)
    [run] = arm_runs(tmp_path, finished("joint-s0", sealed("joint-s0")))
    assert run.status == "finished"


def test_a_summary_that_is_none_is_refused(tmp_path):
    (tmp_path / "summary.json").write_text("[]")
    with pytest.raises(ValueError, match=r"list the runs.*TypeError.*made again"):
        arm_runs(tmp_path, {})
