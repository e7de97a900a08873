"""What lies at a URL is read back, and each difference is named."""

from dist_invention.storage import (
    CheckpointFolder,
    Destination,
    FoundRun,
    RunFolder,
    write_bundle,
)
from dist_invention.storage.archives.verify_remote import verify_remote
import numpy as np
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


def mirrored(place, folder):
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "LOCK":
            name = path.relative_to(folder.parent).as_posix()
            place.put(path, f"deep/{name}")


@pytest.fixture
def place(tmp_path, request):
    place = Destination(f"memory://{request.node.name}")
    with RunFolder.open(tmp_path, "sealed", ABOUT) as run:
        run.artifact("stages/01-x/model.keras").write_bytes(b"weights")
        run.seal({"status": "finished"})
    mirrored(place, run.path)
    return place


def told(verdict):
    return [(problem.file, problem.what) for problem in verdict.problems]


def test_a_mirrored_run_is_whole(place):
    [verdict] = verify_remote(place.url)
    assert (verdict.status, verdict.problems) == ("finished", ())
    assert verdict.name == f"{place.label}/deep/sealed"
    [same] = verify_remote(f"{place.url}/deep/sealed")
    assert same.is_whole
    assert same.files == verdict.files


def test_what_is_missing_changed_or_extra_there_is_named(place, tmp_path):
    (tmp_path / "x").write_bytes(b"weightz")
    place.put(tmp_path / "x", "deep/sealed/stages/01-x/model.keras")
    place.put(tmp_path / "x", "deep/sealed/notes.txt")
    place.remove("deep/sealed/results.json")
    [verdict] = verify_remote(place.url)
    assert told(verdict) == [
        ("notes.txt", "extra"),
        ("results.json", "missing"),
        ("stages/01-x/model.keras", "changed"),
    ]


def test_an_unfinished_run_is_fetched_and_proves_its_checkpoints(tmp_path, place):
    with RunFolder.open(tmp_path, "half", ABOUT) as run:
        run.metrics.append({"step": 1})
        files = CheckpointFolder(run.checkpoints)
        files.write(1, {"w": np.ones(9)}, {"metrics_lines": 1})
        path = files.write(2, {"w": np.ones(9)}, {"metrics_lines": 1})
        path.write_bytes(path.read_bytes()[:-1])
    mirrored(place, run.path)
    verdicts = {v.name.rpartition("/")[2]: v for v in verify_remote(place.url)}
    assert verdicts["sealed"].is_whole
    assert verdicts["half"].status == "unfinished"
    assert ("checkpoints/g000000002.npz", "changed") in told(verdicts["half"])
    assert ("results.json", "missing") in told(verdicts["half"])


def test_bundles_are_fetched_and_proved(place, tmp_path):
    bundle = write_bundle([FoundRun(tmp_path / "sealed")], tmp_path / "all.zip").path
    place.put(bundle, "zips/all.zip")
    (tmp_path / "other.zip").write_bytes(b"no zip at all")
    place.put(tmp_path / "other.zip", "zips/other.zip")
    found = list(verify_remote(f"{place.url}/zips"))
    assert [(v.part, v.is_whole) for v in found] == [("", True), ("sealed", True)]
    assert list(verify_remote(f"{place.url}/zips/all.zip")) == found
    bundle.write_bytes(bundle.read_bytes()[:-50])
    place.put(bundle, "zips/results-20261120T121549672919Z.zip")
    broken = [v for v in verify_remote(f"{place.url}/zips") if not v.is_whole]
    assert [told(v)[0][1] for v in broken] == ["unreadable"]


@pytest.mark.parametrize("url", ["memory://no-such-place", "memory://no/such.zip"])
def test_a_place_that_holds_nothing_says_so(url):
    [verdict] = verify_remote(url)
    assert (verdict.status, verdict.is_whole) == ("nothing", False)


def test_a_place_that_fails_is_named(faulty):
    place = faulty()

    def broken(operation, path):
        raise OSError("the line is down")

    place.before = broken
    [verdict] = verify_remote(place.url)
    assert [problem.what for problem in verdict.problems] == ["unreadable"]
    assert "the line is down" in str(verdict.problems[0])


def test_one_file_that_fails_does_not_hide_the_others(place, faulty, tmp_path):
    other = faulty()
    mirrored(Destination(other.url), tmp_path / "sealed")

    def broken(operation, path):
        if operation == "read" and path.endswith("model.keras"):
            raise OSError("bad block")

    other.before = broken
    [verdict] = verify_remote(other.url)
    assert told(verdict) == [("stages/01-x/model.keras", "unreadable")]
