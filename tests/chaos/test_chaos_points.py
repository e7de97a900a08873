"""The harness itself: failpoints strike where they are set, a changed bit is seen."""

import importlib.util
import json
import os
from pathlib import Path
import signal
import subprocess
import sys

from dist_invention.storage import write_arrays
import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
INJECT = HERE / "inject"
WRITE = """
import os, sys
handle = os.open("journal", os.O_CREAT | os.O_WRONLY)
with open("new.tmp", "wb") as stream:
    stream.write(b"n" * 5000)
    stream.flush()
    os.fsync(stream.fileno())
os.write(handle, b"0123456789")
os.replace("new.tmp", "target")
os.unlink("target")
"""


def strike(folder, **point):
    """Run the little writer above with one failpoint in it."""
    plan = json.dumps([{"at_once": True, **point}])
    done = subprocess.run(
        [sys.executable, "-c", WRITE],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(INJECT), "CHAOS_PLAN": plan},
        capture_output=True,
        text=True,
        check=False,
    )
    left = {path.name: path.stat().st_size for path in folder.iterdir()}
    return done, left


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ({"call": "open", "when": "after", "path": "new.tmp"}, {"journal", "new.tmp"}),
        ({"call": "fsync", "path": "*/new.tmp"}, {"journal", "new.tmp"}),
        ({"call": "replace", "path": "target"}, {"journal", "new.tmp"}),
        ({"call": "replace", "when": "after"}, {"journal", "target"}),
        ({"call": "unlink", "path": "target"}, {"journal", "target"}),
        ({"call": "unlink", "when": "after"}, {"journal"}),
    ],
)
def test_a_point_kills_the_process_at_its_call(tmp_path, point, left):
    done, found = strike(tmp_path, **point)
    assert done.returncode == -signal.SIGKILL
    assert set(found) == left


def test_a_torn_file_holds_half_of_what_was_written(tmp_path):
    done, found = strike(tmp_path, call="write", when="half", path="new.tmp")
    assert done.returncode == -signal.SIGKILL
    assert found["new.tmp"] == 2500


def test_a_torn_line_holds_half_of_what_was_written(tmp_path):
    done, found = strike(tmp_path, call="write", when="half", path="*/journal")
    assert done.returncode == -signal.SIGKILL
    assert found["journal"] == 5


def test_a_point_can_be_an_error_number(tmp_path):
    done, _ = strike(tmp_path, call="fsync", path="*/new.tmp", do="EIO")
    assert done.returncode == 1
    assert "Input/output error" in done.stderr


def test_a_point_counts_from_the_first_step_on(tmp_path):
    done, found = strike(tmp_path, call="replace", at_once=False)
    assert done.returncode == 0
    assert found == {"journal": 10}


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leave(folder, weight=1.0, loss=0.5):
    """Write what a finished run leaves, as far as it is compared."""
    folder.mkdir()
    names = load("compare").SAME
    stages = [{"name": "one", "seconds": 3.0}]
    results = {**dict.fromkeys(names, 1), "stages": stages}
    (folder / "results.json").write_text(json.dumps(results))
    (folder / "metrics.jsonl").write_text(f'{{"loss": {loss}}}\n')
    arrays = {"state/model/0000": np.array([weight, np.nan])}
    path = folder / "checkpoints" / "g000000003.npz"
    write_arrays(path, arrays, {"place": {"global_step": 3}})
    return folder


def test_equal_runs_are_found_equal(tmp_path):
    same = load("compare").differences
    assert same(leave(tmp_path / "a"), leave(tmp_path / "b")) == []


def test_a_bit_of_a_weight_is_found(tmp_path):
    other = leave(tmp_path / "b", weight=np.nextafter(1.0, 2.0))
    found = load("compare").differences(leave(tmp_path / "a"), other)
    assert found == ["last checkpoint: state/model/0000"]


def test_a_changed_line_of_the_metrics_is_found(tmp_path):
    other = leave(tmp_path / "b", loss=0.25)
    found = load("compare").differences(leave(tmp_path / "a"), other)
    assert found == ["metrics.jsonl: from line 1"]
