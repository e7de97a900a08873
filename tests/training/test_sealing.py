"""A judged run is sealed with all its files, and brought to every destination."""

from dist_invention.storage import manifest


def test_the_page_and_every_file_are_in_the_manifest(tiny):
    names = {entry["name"] for entry in manifest.read(tiny.whole.path)["files"]}
    assert names >= {
        "report.html",
        "results.json",
        "run.json",
        "events.jsonl",
        "metrics.jsonl",
        "stages/02-second/model.keras",
        "stages/02-second/model.weights.h5",
    }
    assert manifest.verify(tiny.whole.path) == []
    page = (tiny.whole.path / "report.html").read_text()
    assert tiny.whole.path.name in page
    assert "test_far" in page


def test_copies_at_two_destinations_are_complete_and_verified(tiny, tmp_path):
    copies = (str(tmp_path / "one"), str(tmp_path / "two"))
    found = tiny.run(tmp_path / "runs", destinations=copies)
    rows = found.finished.destinations
    assert [row["complete"] for row in rows] == [True, True]
    for copy in copies:
        copied = tmp_path / copy / found.path.name
        assert manifest.verify(copied) == []


def test_a_destination_that_fails_is_named_and_completed_later(tiny, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    copies = (str(tmp_path / "one"), str(blocked))
    found = tiny.run(tmp_path / "runs", destinations=copies)
    assert [row["complete"] for row in found.finished.destinations] == [True, False]
    assert not found.finished.is_sound
    assert manifest.verify(found.path) == [], "the run itself is sealed"
    assert str(blocked) in found.finished.destinations[1]["url"]
    still = tiny.run(tmp_path / "runs", destinations=copies)
    assert [row["complete"] for row in still.finished.destinations] == [True, False]
    blocked.unlink()
    later = tiny.run(tmp_path / "runs", destinations=copies)
    assert later.finished.was_finished
    assert [row["complete"] for row in later.finished.destinations] == [True, True]
    assert manifest.verify(blocked / found.path.name) == []
