"""A bundle is proved twice: by its own manifest, and each run by the run's."""

import json
import zipfile

from dist_invention.storage import (
    CheckpointFolder,
    FoundRun,
    RunFolder,
    find_foreign,
    unpack_bundle,
    write_bundle,
)
from dist_invention.storage.archives.verify_bundle import (
    looks_like_bundle,
    looks_unpacked,
    verify_unpacked,
    verify_zip,
)
import numpy as np
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture
def bundle(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        run.artifact("stages/01-x/model.keras").write_bytes(b"weights")
        run.seal({"status": "finished"})
    (tmp_path / "runs" / "model.h5").write_bytes(b"foreign")
    foreign, _ = find_foreign([tmp_path / "runs"])
    return write_bundle([FoundRun(run.path)], tmp_path / "all.zip", foreign).path


def parts(verdicts):
    return [(v.part, v.status, v.is_whole) for v in verdicts]


def told(verdict):
    return [(problem.file, problem.what) for problem in verdict.problems]


def test_a_whole_bundle_is_whole_in_all_its_parts(bundle, tmp_path):
    unpack_bundle(bundle, tmp_path / "out")
    for kind, verdicts in (
        ("bundle", verify_zip(bundle, "all.zip")),
        ("unpacked bundle", verify_unpacked(tmp_path / "out")),
    ):
        assert parts(verdicts) == [
            ("", kind, True),
            ("a", "finished", True),
            ("foreign/runs", "other tool", True),
        ]
        assert verdicts[0].files == 7 or verdicts[0].files == verdicts[1].files + 1


def test_a_flipped_byte_is_named(bundle):
    content = bytearray(bundle.read_bytes())
    content[content.index(b"weights")] ^= 1
    bundle.write_bytes(content)
    whole, *_ = verify_zip(bundle, "all.zip")
    assert told(whole) == [("a/stages/01-x/model.keras", "changed")]


def test_an_unpacked_bundle_tells_what_was_lost_since(bundle, tmp_path):
    out = tmp_path / "out"
    unpack_bundle(bundle, out)
    (out / "a" / "results.json").unlink()
    (out / "mine.txt").write_text("x")
    whole, *_ = verify_unpacked(out)
    assert told(whole) == [("a/results.json", "missing"), ("mine.txt", "extra")]


def test_a_run_that_was_damaged_when_it_was_saved_stays_so(bundle, tmp_path):
    path = tmp_path / "runs" / "a"
    (path / "stages/01-x/model.keras").write_bytes(b"weightz")
    again = write_bundle([FoundRun(path)], tmp_path / "again.zip").path
    whole, run = verify_zip(again, "again.zip")
    assert whole.is_whole, "the zip is what was written"
    assert told(run) == [("stages/01-x/model.keras", "changed")]


def test_the_manifest_of_a_run_is_held_against_what_the_bundle_holds(bundle, tmp_path):
    with (
        zipfile.ZipFile(bundle) as old,
        zipfile.ZipFile(tmp_path / "x.zip", "w") as new,
    ):
        content = json.loads(old.read("MANIFEST.json"))
        kept = [e for e in content["files"] if e["name"] != "a/results.json"]
        for entry in kept:
            new.writestr(entry["name"], old.read(entry["name"]))
        new.writestr("MANIFEST.json", json.dumps({**content, "files": kept}))
    whole, run, _ = verify_zip(tmp_path / "x.zip", "x.zip")
    assert whole.is_whole
    assert told(run) == [("results.json", "missing")]


def test_a_folder_inside_another_is_counted_on_its_own(tmp_path):
    work = tmp_path / "work"
    for name in ("train.py", "model.h5", "outputs/a.h5", "outputs/b.csv"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(b"x")
    foreign, _ = find_foreign([work])
    path = write_bundle([], tmp_path / "all.zip", foreign).path
    counts = {verdict.part: verdict.files for verdict in verify_zip(path, "all.zip")}
    assert counts == {"": 3, "foreign/work": 1, "foreign/work/outputs": 2}


def test_a_run_that_was_going_on_is_not_whole(tmp_path):
    with RunFolder.open(tmp_path, "live", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(1, {"w": np.ones(2)}, {})
        path = write_bundle([FoundRun(run.path)], tmp_path / "all.zip").path
    assert parts(verify_zip(path, "all.zip"))[1] == ("live", "running", False)


def test_a_cut_zip_is_one_verdict(bundle):
    bundle.write_bytes(bundle.read_bytes()[:-100])
    [verdict] = verify_zip(bundle, "all.zip")
    assert told(verdict) == [("all.zip", "unreadable")]


def test_a_bundle_is_told_from_other_zips_and_folders(bundle, tmp_path):
    assert looks_like_bundle(bundle)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "")
    assert not looks_like_bundle(tmp_path / "other.zip")
    for text, expected in (('{"files": []}', True), ("{cut", True), ("{}", False)):
        (tmp_path / "MANIFEST.json").write_text(text)
        assert looks_unpacked(tmp_path) is expected
    (tmp_path / "MANIFEST.json").write_text("{cut")
    [verdict] = verify_unpacked(tmp_path)
    assert told(verdict) == [("MANIFEST.json", "unreadable")]
