"""The zip goes where there is room, then everywhere, and each copy is read back."""

import errno

from dist_invention.storage import (
    Destination,
    FoundRun,
    NoFolderTakesIt,
    RunFolder,
    atomic,
    deliver,
    file_sha256,
    find_foreign,
    local_folder,
    write_anywhere,
)
from dist_invention.storage.archives import delivery
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture
def runs(tmp_path):
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        run.seal({"status": "finished"})
    return [FoundRun(run.path)]


def test_the_first_folder_that_takes_it_gets_it(runs, tmp_path):
    (tmp_path / "file").write_text("")
    said = []
    folders = [tmp_path / "file" / "x", tmp_path / "a", tmp_path / "b"]
    bundle = write_anywhere(runs, [], folders, said.append)
    assert bundle.path.parent == tmp_path / "a"
    assert len(said) == 1
    assert "did not take the zip" in said[0]


def test_where_no_folder_takes_it_nothing_is_saved(runs, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NoFolderTakesIt, match=r"Free some room"):
        write_anywhere(runs, [], [tmp_path / "file" / "x"], lambda line: None)


def test_of_other_tools_only_what_fits_is_saved_beside_the_runs(
    runs, tmp_path, monkeypatch
):
    for name, size in (("big", 900_000), ("small", 1000), ("middle", 5000)):
        (tmp_path / "outputs" / name).mkdir(parents=True)
        (tmp_path / "outputs" / name / "a.npz").write_bytes(b"x" * size)
    foreign, _ = find_foreign([tmp_path / "outputs"])
    room = 500_000 + 2 * delivery.SPARE_BYTES
    monkeypatch.setattr(delivery, "free_bytes", lambda folder: room)
    monkeypatch.setattr(atomic, "free_bytes", lambda folder: room - 1_000_000)
    said = []
    bundle = write_anywhere(runs, foreign, [tmp_path / "out"], said.append)
    assert [one.path.name for one in bundle.foreign] == ["small", "middle"]
    assert len(bundle.runs) == 1
    assert "Expected room for" in said[0]


def test_where_even_that_fails_the_runs_are_saved_alone(runs, tmp_path, monkeypatch):
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "a.npz").write_bytes(b"x" * 1000)
    foreign, _ = find_foreign([tmp_path / "outputs"])
    true_write = delivery.write_bundle

    def small(runs, target, foreign):
        if foreign:
            raise OSError(errno.ENOSPC, "No space left on device")
        return true_write(runs, target, foreign)

    monkeypatch.setattr(delivery, "write_bundle", small)
    bundle = write_anywhere(runs, foreign, [tmp_path / "out"], lambda line: None)
    assert (len(bundle.runs), bundle.foreign) == (1, ())


def test_each_place_is_read_back_and_a_failing_one_is_named(runs, tmp_path, faulty):
    bundle = write_anywhere(runs, [], [tmp_path / "out"], print)
    bad = faulty()
    bad.keeps = lambda content: content[:-1] + b"?"
    places = [str(tmp_path / "out"), "memory://arrived", bad.url, "nosuch://x"]
    arrivals = list(deliver(bundle.path, places))
    assert [arrival.is_verified for arrival in arrivals] == [True, True, False, False]
    assert "CorruptFile" in arrivals[2].failure
    assert Destination("memory://arrived").sha256(bundle.path.name) == bundle.sha256
    assert file_sha256(bundle.path) == bundle.sha256


def test_a_full_place_is_named_and_its_password_is_not(runs, tmp_path, faulty):
    bundle = write_anywhere(runs, [], [tmp_path / "out"], print)
    bad = faulty()

    def full(operation, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    bad.before = full
    [arrival] = deliver(bundle.path, [bad.url])
    assert "No space left" in arrival.failure
    [hidden] = deliver(bundle.path, ["nosuch://me:secret@host/x"])
    assert "secret" not in hidden.label + hidden.failure


def test_a_place_is_a_local_folder_or_none():
    assert str(local_folder("some/folder")).endswith("some/folder")
    assert local_folder("memory://x") is None
    assert local_folder("nosuch://x") is None
