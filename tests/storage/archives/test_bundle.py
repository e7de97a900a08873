"""One zip of many runs: atomic, unpacked to prove it, honest about what it lacks."""

import json
import os
import subprocess
import sys
import zipfile

from dist_invention.storage import (
    CheckpointFolder,
    CorruptFile,
    FoundRun,
    RunFolder,
    TooLittleRoom,
    check_bundle,
    file_sha256,
    find_foreign,
    write_bundle,
)
from dist_invention.storage.archives import bundle as module
from dist_invention.storage.archives.packing import Packer
import numpy as np
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}
NAMES = ("m.keras", "m.weights.h5", "t.csv", "a.npz", "old.pkl", "p.png", "x.log")


@pytest.fixture
def runs(tmp_path):
    found = []
    for folder in ("one", "two"):
        with RunFolder.open(tmp_path / folder, "a", ABOUT) as run:
            for name in NAMES:
                run.artifact(f"files/{name}").write_bytes(folder.encode() * 99)
            run.seal({"status": "finished"})
        found.append(FoundRun(run.path))
    return found


def content_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("MANIFEST.json"))


def test_every_kind_of_file_is_in_it_as_bytes(runs, tmp_path):
    bundle = write_bundle(runs, tmp_path / "out" / "all.zip")
    assert bundle.sha256 == file_sha256(bundle.path)
    assert bundle.tested == "unpacked"
    assert check_bundle(bundle.path) == []
    with zipfile.ZipFile(bundle.path) as archive:
        for folder, word in (("a", b"one"), ("a~2", b"two")):
            for name in NAMES:
                assert archive.read(f"{folder}/files/{name}") == word * 99
    content = content_of(bundle.path)
    assert [run["status"] for run in content["runs"]] == ["finished", "finished"]
    assert len(content["files"]) == bundle.files
    assert bundle.files == sum(len(run.files) for run in bundle.runs)
    assert os.listdir(tmp_path / "out") == ["all.zip"], "nothing else stays"


def test_what_a_run_lacks_stands_in_the_manifest(runs, tmp_path):
    (runs[0].path / "results.json").unlink()
    bundle = write_bundle(runs[:1], tmp_path / "all.zip")
    [run] = content_of(bundle.path)["runs"]
    assert run["problems"] == [
        {"file": "results.json", "what": "missing", "detail": ""}
    ]
    assert not bundle.runs[0].is_whole


def test_a_damaged_file_is_saved_as_it_is_and_named(runs, tmp_path):
    (runs[0].path / "files" / "t.csv").write_bytes(b"two" * 99)
    bundle = write_bundle(runs, tmp_path / "all.zip")
    [problem] = bundle.runs[0].problems
    assert (problem.file, problem.what) == ("files/t.csv", "changed")
    assert bundle.runs[1].is_whole
    assert check_bundle(bundle.path) == []


def test_foreign_files_are_in_it_with_name_size_and_hash(runs, tmp_path):
    folder = tmp_path / "outputs" / "exp1"
    folder.mkdir(parents=True)
    (folder / "model.h5").write_bytes(b"weights")
    (folder / "manifest.json").write_text("a file of another tool")
    foreign, _ = find_foreign([tmp_path / "outputs"])
    bundle = write_bundle(runs, tmp_path / "all.zip", foreign)
    content = content_of(bundle.path)
    files = {entry["name"]: entry for entry in content["files"]}
    entry = files["foreign/outputs/exp1/model.h5"]
    assert entry["size"] == 7
    assert entry["sha256"] == file_sha256(folder / "model.h5")
    assert "foreign/outputs/exp1/manifest.json" in files
    [about] = content["foreign"]
    assert about["folder"] == "foreign/outputs/exp1"
    assert about["found_at"] == str(folder)
    assert bundle.foreign[0].is_whole


WRITER = """
import sys
from dist_invention.storage import CheckpointFolder, RunFolder
import numpy as np
about = {"config": {}, "config_sha256": "ab"}
with RunFolder.open(sys.argv[1], "live", about) as run:
    checkpoints, step = CheckpointFolder(run.checkpoints), 0
    while True:
        for _ in range(9):
            step += 1
            run.metrics.append({"step": step}, durable=False)
        checkpoints.write(step, {"w": np.full(20_000, step)}, {"metrics_lines": step})
        checkpoints.prune(1)
        run.save_text("stages/01-x/report.json", "[1]" * step)
        if step == 9:
            print("ready", flush=True)
"""


def test_a_run_that_goes_on_is_saved_as_it_was_at_one_moment(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    try:
        for number in range(25):
            path = tmp_path / f"{number}.zip"
            bundle = write_bundle([FoundRun(tmp_path / "live")], path)
            [run] = bundle.runs
            assert (run.status, run.problems) == ("running", ())
            assert check_bundle(path) == []
            home = tmp_path / f"out{number}"
            with zipfile.ZipFile(path) as archive:
                archive.extractall(home)
            copy = RunFolder(home / "live")
            newest = CheckpointFolder(copy.checkpoints).newest()
            assert newest is not None
            _, manifest, _ = newest
            assert len(copy.metrics.read()) >= manifest["about"]["metrics_lines"]
            assert (copy.path / "metrics.jsonl").read_bytes().endswith(b"\n")
            assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_a_run_that_is_sealed_between_search_and_saving_is_saved_sealed(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(1, {"w": np.ones(3)}, {})
        found = [FoundRun(run.path)]
        run.seal({"status": "finished"})
        bundle = write_bundle(found, tmp_path / "all.zip")
    assert bundle.runs[0].status == "finished"
    assert bundle.runs[0].is_whole


def test_a_bundle_that_does_not_read_back_is_never_named(runs, tmp_path, monkeypatch):
    true_add = Packer._add

    def rot(packer, member, file):
        taken = true_add(packer, member, file)
        packer.files[-1]["sha256"] = "0" * 64
        return taken

    monkeypatch.setattr(Packer, "_add", rot)
    with pytest.raises(CorruptFile, match="read back"):
        write_bundle(runs, tmp_path / "out" / "all.zip")
    assert os.listdir(tmp_path / "out") == []


def test_a_disk_without_room_is_refused_first(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SPARE_BYTES", 1 << 60)
    with pytest.raises(TooLittleRoom):
        write_bundle(runs, tmp_path / "out" / "all.zip")
    assert os.listdir(tmp_path / "out") == []


LIMITED = """
import resource, signal, sys
from dist_invention.storage import FoundRun, write_bundle
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bundle([FoundRun(sys.argv[1])], sys.argv[2])
except OSError as error:
    print(error.strerror)
"""


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_half(runs, tmp_path):
    target = tmp_path / "out" / "all.zip"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, runs[0].path, target],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "File too large\n"
    assert os.listdir(tmp_path / "out") == []
