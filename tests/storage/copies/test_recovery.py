"""What is newer at a destination comes back, verified, and nothing else does."""

import os
import shutil
import time

from dist_invention.storage import CheckpointFolder, RunFolder, manifest
from dist_invention.storage.atomic import is_temporary, sweep
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.recovery import Recovered, recover
import numpy as np
import pytest

ABOUT = {"config": {"seed": 0}, "config_sha256": "ab12"}
OTHER = {"config": {"seed": 1}, "config_sha256": "cd34"}
STEPS = (10, 20, 30)


def name(step):
    return f"checkpoints/g{step:09d}.npz"


def make_run(folder, steps=STEPS, about=ABOUT, pinned=()):
    """A run with a checkpoint a step, and a line of metrics a step."""
    with RunFolder.open(folder, "run", about) as run:
        (run.stage_folder(0, "easy") / "model.keras").write_bytes(b"weights")
        (run.path / "terminal.log").write_text("first line\n")
        for step in range(1, max(steps) + 1):
            run.metrics.append({"step": step}, durable=False)
            if step in steps:
                content = {"metrics_lines": step, "pinned": pinned}
                arrays = {"w": np.full(3, step)}
                CheckpointFolder(run.checkpoints).write(step, arrays, content)
    return run.path


def copy_to(url, run_folder, leave=()):
    """Copy a run to a destination, as a mirror does."""
    place = Destination(url)
    for file in sorted(run_folder.rglob("*")):
        inside = file.relative_to(run_folder).as_posix()
        if file.is_file() and inside not in ("LOCK", *leave):
            place.put(file, f"run/{inside}")
    return url


def listing(folder):
    """All files of a run but its lock."""
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != "LOCK")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def newest(folder):
    found = CheckpointFolder(folder / "checkpoints").newest()
    return int(found[0]["w"][0]) if found else None


@pytest.fixture
def there(tmp_path):
    """A whole run at a destination, and what it held."""
    run_folder = make_run(tmp_path / "elsewhere")
    return copy_to(tmp_path / "copies", run_folder), listing(run_folder)


@pytest.fixture
def here(tmp_path):
    folder = tmp_path / "runs" / "run"
    folder.mkdir(parents=True)
    return folder


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def test_a_run_whose_folder_was_deleted_comes_back(here, there):
    url, held = there
    brought = recover(here, [url])
    assert brought == Recovered(str(url), 30, brought.files, False)
    assert brought.files[-1] == name(30)
    expected = {k: v for k, v in held.items() if k not in (name(10), name(20))}
    assert listing(here) == expected


def test_nothing_comes_back_where_nothing_is_newer(tmp_path, there):
    url, _ = there
    local = make_run(tmp_path / "runs")
    before = listing(local)
    assert recover(local, [url]) is None
    assert recover(local, []) is None
    assert listing(local) == before


def test_a_damaged_checkpoint_here_is_replaced_by_the_one_there(tmp_path, there):
    url, _ = there
    local = make_run(tmp_path / "runs")
    damage(local / name(30))
    damage(local / name(20))
    assert recover(local, [url]).step == 30
    assert newest(local) == 30


def test_a_damaged_checkpoint_there_gives_way_to_the_one_before(here, there, caplog):
    url, _ = there
    damage(url / "run" / name(30))
    assert recover(here, [url]).step == 20
    assert newest(here) == 20
    assert "its step 30 is passed over" in caplog.text


def test_an_older_good_one_there_is_not_taken_over_a_newer_one_here(tmp_path, there):
    url, _ = there
    damage(url / "run" / name(30))
    local = make_run(tmp_path / "runs", steps=(25,))
    assert recover(local, [url]) is None
    assert newest(local) == 25


def test_a_checkpoint_without_its_metrics_gives_way_to_the_one_before(here, there):
    url, _ = there
    metrics = url / "run" / "metrics.jsonl"
    metrics.write_bytes(b"".join(metrics.read_bytes().splitlines(True)[:24]))
    assert recover(here, [url]).step == 20
    assert len((here / "metrics.jsonl").read_bytes().splitlines()) == 24


def test_a_longer_journal_here_stays(tmp_path, there):
    url, _ = there
    local = make_run(tmp_path / "runs", steps=(10, 35))
    (local / name(35)).unlink()
    with RunFolder.open(tmp_path / "runs", "run", ABOUT) as run:
        run.record("more")
    metrics, events = (local / f"{n}.jsonl" for n in ("metrics", "events"))
    before = metrics.read_bytes(), events.read_bytes()
    assert recover(local, [url]).step == 30
    assert (metrics.read_bytes(), events.read_bytes()) == before


def test_a_shorter_or_damaged_journal_here_is_replaced(tmp_path, there):
    url, held = there
    local = make_run(tmp_path / "runs", steps=(10,))
    (local / "events.jsonl").write_text("nonsense\n")
    (local / "terminal.log").unlink()
    assert recover(local, [url]).step == 30
    for journal in ("metrics.jsonl", "events.jsonl", "terminal.log"):
        assert (local / journal).read_bytes() == held[journal]


def test_a_damaged_run_json_here_is_replaced(tmp_path, there):
    url, held = there
    local = make_run(tmp_path / "runs")
    (local / "run.json").write_text("{")
    assert recover(local, [url]).step == 30
    assert (local / "run.json").read_bytes() == held["run.json"]


@pytest.mark.parametrize("pinned", [[10], {"10": "stage end"}])
def test_pinned_checkpoints_and_exports_come_back_too(tmp_path, here, pinned):
    run_folder = make_run(tmp_path / "elsewhere", pinned=pinned)
    url = copy_to(tmp_path / "copies", run_folder)
    recover(here, [url])
    found = listing(here)
    assert name(10) in found
    assert name(20) not in found
    assert "stages/01-easy/model.keras" in found


def test_a_damaged_pinned_checkpoint_is_left_there(tmp_path, here, caplog):
    run_folder = make_run(tmp_path / "elsewhere", pinned=[10])
    url = copy_to(tmp_path / "copies", run_folder)
    damage(url / "run" / name(10))
    assert recover(here, [url]).step == 30
    assert name(10) not in listing(here)
    assert f"{name(10)} is passed over" in caplog.text


def test_the_destination_that_is_newer_wins(tmp_path, here):
    places = [
        copy_to(tmp_path / f"copies-{step}", make_run(tmp_path / f"r{step}", (step,)))
        for step in (10, 30, 20)
    ]
    assert recover(here, places) == Recovered(
        str(places[1]), 30, recover_names(here), False
    )


def recover_names(here):
    order = ["events.jsonl", "metrics.jsonl", "terminal.log", "run.json"]
    assert set(listing(here)) == {*order, "stages/01-easy/model.keras", name(30)}
    return (*order, "stages/01-easy/model.keras", name(30))


def test_a_damaged_newest_one_gives_way_to_another_destination(tmp_path, here):
    places = [
        copy_to(tmp_path / f"copies-{step}", make_run(tmp_path / f"r{step}", (step,)))
        for step in (30, 20)
    ]
    damage(places[0] / "run" / name(30))
    assert recover(here, places).label == str(places[1])


def test_a_destination_that_hangs_is_passed_over_in_time(here, there, faulty, caplog):
    url, _ = there
    silent = faulty()
    silent.before = silent.hang
    begin = time.monotonic()
    assert recover(here, [silent.url, url], seconds=0.2).step == 30
    assert time.monotonic() - begin < 5
    assert f"{silent.url} is passed over" in caplog.text


def test_one_that_hangs_in_the_middle_of_a_fetch_is_passed_over(
    tmp_path, here, faulty, caplog
):
    run_folder = make_run(tmp_path / "elsewhere")
    place = faulty()
    copy_to(place.url, run_folder)
    url = copy_to(tmp_path / "copies", make_run(tmp_path / "older", (20,)))

    def before(operation, path):
        if operation == "read" and path.endswith(name(30)):
            place.hang()

    place.before = before
    begin = time.monotonic()
    assert recover(here, [place.url, url], seconds=0.2).step == 20
    assert time.monotonic() - begin < 5
    assert f"{place.url} is passed over" in caplog.text
    assert name(30) not in listing(here)
    sweep(here)  # as the next lines of `RunFolder.open` do
    assert not [path for path in here.iterdir() if is_temporary(path)]


def test_where_every_destination_fails_the_run_starts_as_it_is(here, faulty, caplog):
    place = faulty()
    place.fail(10**9, OSError("no route to host"))
    assert recover(here, [place.url, "nosuch://me:secret@x"]) is None
    assert "no route to host" in caplog.text
    assert "secret" not in caplog.text
    assert listing(here) == {}


def test_a_sealed_run_comes_back_whole(tmp_path, here):
    make_run(tmp_path / "elsewhere")
    with RunFolder.open(tmp_path / "elsewhere", "run", ABOUT) as run:
        run.seal({"status": "finished"})
    url = copy_to(tmp_path / "copies", run.path)
    brought = recover(here, [url])
    assert (brought.is_finished, brought.step) == (True, 30)
    assert brought.files[-2:] == ("results.json", "manifest.json")
    assert manifest.verify(here) == []
    assert RunFolder(here).status == "finished"
    assert recover(here, [url]) is None


def test_an_unfinished_run_here_is_completed_by_the_sealed_one_there(tmp_path):
    make_run(tmp_path / "elsewhere")
    local = shutil.copytree(tmp_path / "elsewhere" / "run", tmp_path / "runs" / "run")
    with RunFolder.open(tmp_path / "elsewhere", "run", ABOUT) as run:
        run.seal({"status": "finished"})
    url = copy_to(tmp_path / "copies", run.path)
    brought = recover(local, [url])
    assert brought.is_finished
    assert name(30) not in brought.files  # it is there already
    assert manifest.verify(local) == []


@pytest.mark.parametrize("file", ["results.json", name(20), "manifest.json"])
def test_a_damaged_sealed_run_is_not_finished_here(tmp_path, here, file):
    make_run(tmp_path / "elsewhere")
    with RunFolder.open(tmp_path / "elsewhere", "run", ABOUT) as run:
        run.seal({"status": "finished"})
    url = copy_to(tmp_path / "copies", run.path)
    damage(url / "run" / file)
    brought = recover(here, [url])
    assert (brought.is_finished, brought.step) == (False, 30)
    assert RunFolder(here).status == "unfinished"


def test_a_manifest_that_leads_out_of_the_run_is_refused(tmp_path, here):
    place = Destination(tmp_path / "copies")
    entry = '{"name": "../../x", "size": 1, "sha256": "ab"}'
    place.put(f'{{"files": [{entry}]}}'.encode(), "run/manifest.json")
    place.put(b"{}", "run/results.json")
    (tmp_path / "x").write_text("x")
    assert recover(here, [place]) is None
    assert os.listdir(here) == []


def test_a_run_of_another_configuration_there_is_passed_over(tmp_path, caplog):
    url = copy_to(tmp_path / "copies", make_run(tmp_path / "elsewhere", about=OTHER))
    local = make_run(tmp_path / "runs", steps=(10,))
    before = listing(local)
    assert recover(local, [url]) is None
    assert listing(local) == before
    assert "Expected a run of configuration ab12" in caplog.text


def test_a_crash_while_it_is_brought_back_loses_nothing(here, there, monkeypatch):
    url, _ = there
    true_replace = os.replace
    done = []

    def crash(source, target):
        if not os.path.basename(target).startswith(".tmp-"):
            done.append(target)
            if len(done) == 3:
                raise KeyboardInterrupt
        true_replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            recover(here, [url])
    assert newest(here) is None  # the checkpoint comes last
    assert recover(here, [url]).step == 30
    assert newest(here) == 30
