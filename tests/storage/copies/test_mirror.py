"""Copies at several destinations: asked for at once, never waited for by training."""

from pathlib import Path
import threading
import time
import uuid

from dist_invention.storage import (
    Destination,
    Mirror,
    Patience,
    RunFolder,
    atomic_file,
)
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}
TINY = Patience(
    timeout_seconds=0.3,
    first_wait=0.01,
    longest_wait=0.05,
    failures_to_pause=3,
    pause_seconds=60.0,
)
SOON = 20.0
AT_ONCE = 0.1  # seconds, on a machine under load; it takes well under a millisecond


@pytest.fixture
def run(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        run.artifact("stages/01-x/model.keras").write_bytes(b"weights")
        yield run


@pytest.fixture
def make():
    """Make mirrors with tiny patience, and end their threads."""
    made = []

    def make(destinations, patience=TINY, record=None):
        made.append(Mirror("a", destinations, patience, record))
        return made[-1]

    yield make
    for mirror in made:
        mirror.close()


@pytest.fixture
def store():
    return f"memory://{uuid.uuid4().hex}"


@pytest.fixture
def broken(tmp_path):
    (tmp_path / "file").write_text("")
    return str(tmp_path / "file" / "copies")


def every_file(run):
    return [path for path in run.path.rglob("*") if path.is_file()]


def test_every_file_is_copied_and_verified_everywhere(run, make, store, tmp_path):
    mirror = make([tmp_path / "copies", store])
    manifest = run.seal({"status": "finished"})
    mirror.copy(every_file(run), run.path)
    assert mirror.wait(SOON)
    assert mirror.behind == {}
    found = mirror.verify(manifest)
    assert found == {str(tmp_path / "copies"): [], store: []}
    rows = mirror.report()
    assert [row["complete"] for row in rows] == [True, True]
    assert rows[0]["files"] == len(manifest["files"]) + 1
    assert (tmp_path / "copies/a/stages/01-x/model.keras").read_bytes() == b"weights"


def test_asking_takes_no_time_whatever_the_destinations_do(run, make, faulty, broken):
    hanging, failing = faulty(), faulty()
    hanging.before = hanging.hang
    failing.fail(10**9, OSError("no"))
    mirror = make([hanging.url, failing.url, broken, "nosuch://x"])
    files = [run.path / "run.json"]
    asked = [
        lambda: mirror.copy(files, run.path),
        lambda: mirror.copy_newest(files, run.path),
        lambda: mirror.forget(files, run.path),
        mirror.sweep,
        lambda: mirror.behind,
        mirror.report,
    ]
    for _ in range(20):
        for ask in asked:
            begin = time.perf_counter()
            ask()
            assert time.perf_counter() - begin < AT_ONCE


def test_when_all_are_down_the_report_says_what_is_wrong_with_each(
    run, make, faulty, broken
):
    hanging, full, lying = faulty(), faulty(), faulty()
    hanging.before = hanging.hang
    full.fail(10**9, OSError(28, "No space left on device"))
    lying.keeps = lambda content: content[:3]
    lying.size = lambda size: max(size, 10**6)
    flipping = faulty()
    flipping.keeps = lambda content: bytes([content[0] ^ 1]) + content[1:]
    places = [hanging.url, full.url, lying.url, flipping.url, broken, "nosuch://x"]
    told = []
    mirror = make(places, record=lambda event, **news: told.append(news["state"]))
    manifest = run.seal({})
    mirror.copy(every_file(run), run.path)
    assert not mirror.wait(SOON)
    mirror.verify(manifest, seconds=SOON)
    rows = mirror.report()
    assert [row["complete"] for row in rows] == [False] * 6
    why = {row["url"]: row["problems"][-1]["detail"] for row in rows}
    assert all(row["problems"][-1]["what"] == "behind" for row in rows)
    for url, words in zip(
        places,
        (
            "3 calls still hang",
            "No space left on device",
            "to hold",
            "Do not trust this destination",
            "NotADirectoryError",
            "Protocol not known: nosuch",
        ),
        strict=True,
    ):
        assert words in why[url]
    assert rows[0]["files"] == 0
    assert {p["what"] for p in rows[0]["problems"][:-1]} == {"unreadable"}
    assert set(told) == {"behind", "hung", "paused"}


def test_one_that_fails_does_not_hold_up_the_others(run, make, store, faulty):
    hanging = faulty()
    hanging.before = hanging.hang
    mirror = make([hanging.url, store])
    manifest = run.seal({})
    mirror.copy(every_file(run), run.path)
    found = mirror.verify(manifest, seconds=SOON)
    assert found[store] == []
    assert {p.what for p in found[hanging.url]} == {"unreadable"}
    assert [row["complete"] for row in mirror.report()] == [False, True]


def test_a_destination_that_comes_back_gets_what_it_missed(run, make, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    mirror = make([blocked])
    mirror.copy([run.path / "run.json"], run.path)
    assert not mirror.wait(SOON)
    assert list(mirror.behind) == [str(blocked)]
    blocked.unlink()
    mirror.copy([run.path / "events.jsonl"], run.path)
    assert mirror.wait(SOON)
    assert mirror.behind == {}
    assert Destination(blocked).names("a") == ["a/events.jsonl", "a/run.json"]


def test_copies_of_removed_files_are_removed(run, make, store, broken):
    mirror = make([broken, store])
    old = run.artifact("stages/01-x/old.keras")
    old.write_bytes(b"old")
    mirror.copy([old], run.path)
    mirror.wait(SOON)
    mirror.forget([old], run.path)
    mirror.wait(SOON)
    assert Destination(store).names("a") == []


def test_a_copy_that_rots_is_named_by_file_and_copied_again(run, make, tmp_path):
    mirror = make([tmp_path / "copies"])
    manifest = run.seal({})
    mirror.copy(every_file(run), run.path)
    mirror.wait(SOON)
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
    mirror.copy(every_file(run), run.path)
    assert mirror.verify(manifest) == {str(tmp_path / "copies"): []}
    assert mirror.report()[0]["complete"]


def test_nothing_is_complete_before_it_is_verified(run, make, store):
    mirror = make([store])
    mirror.copy(every_file(run), run.path)
    mirror.wait(SOON)
    assert mirror.report() == [
        {
            "url": store,
            "complete": False,
            "files": len(every_file(run)),
            "problems": [],
        }
    ]


def test_verifying_takes_no_longer_than_it_may(run, make, faulty):
    place = faulty()
    place.before = place.hang
    mirror = make([place.url], Patience(timeout_seconds=600.0))
    manifest = run.seal({})
    begin = time.monotonic()
    [problems] = mirror.verify(manifest, seconds=0.2).values()
    assert time.monotonic() - begin < 5
    assert {problem.what for problem in problems} == {"unreadable"}


def test_probing_names_what_cannot_be_used_and_hangs_nobody(
    make, store, faulty, broken
):
    hanging = faulty()
    hanging.before = hanging.hang
    told = []
    mirror = make(
        [store, hanging.url, broken],
        record=lambda event, **news: told.append((news["url"], news["state"])),
    )
    begin = time.monotonic()
    failed = mirror.probe(seconds=0.2)
    assert time.monotonic() - begin < 5
    assert set(failed) == {hanging.url, broken}
    assert "Expected an answer in time" in failed[hanging.url]
    assert "Check the address" in failed[broken]
    assert failed == mirror.behind
    assert sorted(told) == sorted([(hanging.url, "behind"), (broken, "behind")])


def test_a_destination_named_twice_counts_once(make, store):
    assert [row["url"] for row in make([store, store]).report()] == [store]


def test_no_password_is_told(run, make):
    told = []
    url = "nosuch://me:secret@host/copies"
    mirror = make([url], record=lambda event, **news: told.append(news))
    mirror.copy([run.path / "run.json"], run.path)
    mirror.wait(SOON)
    assert "nosuch://me:***@host/copies" in mirror.behind
    assert told
    assert "secret" not in str([told, mirror.behind, mirror.report(), mirror.probe(1)])


def test_a_file_outside_the_run_is_logged_and_stops_nothing(run, make, store, caplog):
    mirror = make([store])
    mirror.copy([Path("/elsewhere"), run.path / "run.json"], run.path)
    assert mirror.wait(SOON)
    assert Destination(store).names("a") == ["a/run.json"]
    assert "/elsewhere" in caplog.text


def test_without_destinations_there_is_no_thread(run, make):
    before = threading.active_count()
    mirror = make([])
    mirror.copy(every_file(run), run.path)
    assert mirror.wait(0.0)
    assert (mirror.probe(), mirror.verify({"files": []}), mirror.report()) == (
        {},
        {},
        [],
    )
    assert threading.active_count() == before


def test_what_a_kill_left_half_copied_is_swept_and_nothing_else(make, tmp_path):
    there = tmp_path / "copies" / "a" / "checkpoints"
    there.mkdir(parents=True)
    with atomic_file(there / "g.npz") as temporary:
        temporary.write_bytes(b"half")
        left = there / temporary.name
        left_content = temporary.read_bytes()
    left.write_bytes(left_content)
    (there / "g2.npz").write_bytes(b"whole")
    places = [tmp_path / "copies", "nosuchstore://copies", tmp_path / "no"]
    mirror = make(places)
    mirror.sweep()
    mirror.wait(SOON)
    assert sorted(path.name for path in there.iterdir()) == ["g.npz", "g2.npz"]
    assert mirror.behind == {}
