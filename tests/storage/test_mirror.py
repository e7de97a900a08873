"""Copies at several destinations: one that fails is named and stops nothing."""

import uuid

from dist_invention.storage import (
    Destination,
    DestinationNotUsable,
    Mirror,
    RunFolder,
    atomic_file,
    refuse_copies_of_itself,
)
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture
def run(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        run.artifact("stages/01-x/model.keras").write_bytes(b"weights")
        yield run


@pytest.fixture
def store():
    return f"memory://{uuid.uuid4().hex}"


@pytest.fixture
def broken(tmp_path):
    (tmp_path / "file").write_text("")
    return str(tmp_path / "file" / "copies")


def every_file(run):
    return [path for path in run.path.rglob("*") if path.is_file()]


def test_every_file_is_copied_and_verified_everywhere(run, store, tmp_path):
    mirror = Mirror("a", [tmp_path / "copies", store])
    manifest = run.seal({"status": "finished"})
    mirror.copy(every_file(run), run.path)
    assert mirror.behind == {}
    found = mirror.verify(manifest)
    assert found == {str(tmp_path / "copies"): [], store: []}
    assert [row["complete"] for row in mirror.report()] == [True, True]
    assert (tmp_path / "copies/a/stages/01-x/model.keras").read_bytes() == b"weights"


def test_a_destination_that_fails_never_raises_and_is_named(run, store, broken):
    mirror = Mirror("a", [broken, "nosuch://x", store])
    manifest = run.seal({})
    mirror.copy(every_file(run), run.path)
    assert set(mirror.behind) == {broken, "nosuch://x"}
    assert "NotADirectoryError" in mirror.behind[broken]
    found = mirror.verify(manifest)
    assert found[store] == []
    assert found[broken]
    rows = {row["url"]: row for row in mirror.report()}
    assert [rows[url]["complete"] for url in (broken, "nosuch://x", store)] == [
        False,
        False,
        True,
    ]
    assert rows[broken]["problems"][-1]["what"] == "behind"


def test_a_destination_that_comes_back_gets_what_it_missed(run, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    mirror = Mirror("a", [blocked])
    mirror.copy([run.path / "run.json"], run.path)
    assert list(mirror.behind) == [str(blocked)]
    blocked.unlink()
    mirror.copy([run.path / "events.jsonl"], run.path)
    assert mirror.behind == {}
    assert Destination(blocked).names("a") == ["a/events.jsonl", "a/run.json"]


def test_what_was_pruned_meanwhile_is_not_missed_for_ever(run, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    mirror = Mirror("a", [blocked])
    old = run.artifact("checkpoints/g000000001.npz")
    old.write_bytes(b"old")
    mirror.copy([old], run.path)
    old.unlink()
    blocked.unlink()
    mirror.copy([], run.path)
    assert mirror.behind == {}


def test_a_local_file_that_is_not_there_is_named(run, store):
    mirror = Mirror("a", [store])
    mirror.copy([run.path / "none.json"], run.path)
    assert "none.json" in mirror.behind[store]


def test_copies_of_pruned_files_can_be_removed(run, store, broken):
    mirror = Mirror("a", [broken, store])
    old = run.artifact("checkpoints/g000000001.npz")
    old.write_bytes(b"old")
    mirror.copy([old], run.path)
    mirror.forget([old], run.path)
    assert Destination(store).names("a") == []


def test_a_copy_that_rots_is_named_by_file(run, tmp_path):
    mirror = Mirror("a", [tmp_path / "copies"])
    manifest = run.seal({})
    mirror.copy(every_file(run), run.path)
    (tmp_path / "copies/a/results.json").write_text("changed")
    (tmp_path / "copies/a/run.json").unlink()
    (tmp_path / "copies/a/manifest.json").write_text("{}")
    [problems] = mirror.verify(manifest).values()
    assert {(p.file, p.what) for p in problems} == {
        ("results.json", "changed"),
        ("run.json", "missing"),
        ("manifest.json", "changed"),
    }
    assert not mirror.report()[0]["complete"]


def test_nothing_is_complete_before_it_is_verified(run, store):
    mirror = Mirror("a", [store])
    mirror.copy(every_file(run), run.path)
    assert mirror.report() == [
        {
            "url": store,
            "complete": False,
            "files": len(every_file(run)),
            "problems": [],
        }
    ]


def test_a_destination_inside_the_folder_of_runs_is_refused(tmp_path):
    runs = tmp_path / "runs"
    known = [tmp_path / "copies", "memory://copies", "nosuchstore://copies"]
    refuse_copies_of_itself(known, runs)
    for place in (runs, runs / "copies"):
        with pytest.raises(DestinationNotUsable, match=r"outside the folder of runs"):
            refuse_copies_of_itself([str(place)], runs)


def test_what_a_kill_left_half_copied_is_swept_and_nothing_else(tmp_path):
    there = tmp_path / "copies" / "run" / "checkpoints"
    there.mkdir(parents=True)
    with atomic_file(there / "g.npz") as temporary:
        temporary.write_bytes(b"half")
        left = there / temporary.name
        left_content = temporary.read_bytes()
    left.write_bytes(left_content)
    (there / "g2.npz").write_bytes(b"whole")
    places = [tmp_path / "copies", "nosuchstore://copies", tmp_path / "no"]
    Mirror("run", places).sweep()
    assert sorted(path.name for path in there.iterdir()) == ["g.npz", "g2.npz"]
