"""A run is judged by the bytes that were read, once."""

from dist_invention.storage import CheckpointFolder, RunFolder
from dist_invention.storage.archives.inspection import Inspection, read_all
from dist_invention.storage.archives.view import open_view
from dist_invention.storage.problems import Problem
import numpy as np
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture
def run(tmp_path):
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        CheckpointFolder(run.checkpoints).write(
            5, {"w": np.ones(9)}, {"metrics_lines": 0}
        )
        yield run


def take(name, file):
    return file.take()


def read(path, reader=take, known=()):
    with open_view(path) as view:
        return read_all(view, reader, known)


def told(seen):
    return [(problem.file, problem.what) for problem in seen.problems]


def test_each_file_is_read_once(run):
    run.close()
    names = []

    def counting(name, file):
        names.append(name)
        return file.take()

    seen = read(run.path, counting)
    assert sorted(names) == [name for name, _ in seen.files]
    assert len(set(names)) == len(names)
    assert seen.size == sum(path.stat().st_size for _, path in seen.files)


def test_a_running_run_lacks_nothing_and_is_not_whole(run):
    seen = read(run.path)
    assert (seen.status, seen.problems, seen.is_whole) == ("running", (), False)
    assert seen.is_sound
    assert seen.note == "as of step 5, 0 lines of metrics"


def test_a_damaged_file_of_a_running_run_is_told(run):
    path = run.checkpoints / "g000000005.npz"
    path.write_bytes(path.read_bytes().replace(b"\x3f", b"\x3e"))
    seen = read(run.path)
    assert told(seen) == [("checkpoints/g000000005.npz", "changed")]
    assert not seen.is_sound


def test_a_journal_with_fewer_lines_than_the_checkpoint_counts_is_damaged(run):
    CheckpointFolder(run.checkpoints).write(6, {}, {"metrics_lines": 3})
    run.close()
    assert ("metrics.jsonl", "changed") in told(read(run.path))


def test_a_checkpoint_that_is_pruned_meanwhile_is_no_loss(run):
    run.close()
    CheckpointFolder(run.checkpoints).write(6, {}, {"metrics_lines": 0})

    def pruning(name, file):
        (run.checkpoints / "g000000005.npz").unlink(missing_ok=True)
        (run.checkpoints / "g000000006.npz").unlink(missing_ok=True)
        return file.take()

    seen = read(run.path, pruning)
    assert told(seen) == [("manifest.json", "missing"), ("results.json", "missing")]
    assert "checkpoints/g000000006.npz" in [name for name, _ in seen.files]


def test_what_cannot_be_read_is_named_and_the_rest_is_read(run):
    run.close()

    def failing(name, file):
        if name == "run.json":
            raise OSError(5, "Input/output error")
        return file.take()

    seen = read(run.path, failing)
    assert ("run.json", "unreadable") in told(seen)
    assert "events.jsonl" in [name for name, _ in seen.files]


def test_files_refused_before_are_not_read(run):
    seen = read(run.path, known=[Problem("run.json", "refused")])
    assert "run.json" not in [name for name, _ in seen.files]
    assert told(seen) == [("run.json", "refused")]


@pytest.mark.parametrize("line", [b"{oops}", b"[1]", b"[" * 100_000, b"\xff"])
def test_a_journal_that_does_not_read_makes_the_run_damaged(run, line):
    run.close()
    with open(run.path / "events.jsonl", "ab") as stream:
        stream.write(line + b"\n")
    seen = read(run.path)
    assert seen.status == "damaged"
    assert ("events.jsonl", "changed") in told(seen)


def test_an_older_run_is_saved_as_it_is(run):
    run.close()
    (run.path / "run.json").write_text('{"name": "x"}')
    (run.path / "metrics.jsonl").write_text("step,loss\n1,2\n")
    seen = read(run.path)
    assert seen.status == "older version"
    assert told(seen) == [(".", "older version")]
    assert "metrics.jsonl" in [name for name, _ in seen.files]
    assert not seen.is_whole, "nothing says what it should hold"


def test_an_older_run_whose_manifest_reads_is_proved_by_it(run):
    run.seal({"status": "finished"})
    run.close()
    text = (run.path / "manifest.json").read_text()
    (run.path / "manifest.json").write_text(text.replace('"schema": 1', '"schema": 0'))
    seen = read(run.path)
    assert (seen.status, seen.is_whole) == ("finished", True)
    (run.path / "manifest.json").write_text('{"schema": 0, "files": {}}')
    assert read(run.path).status == "older version"


def test_an_inspection_with_a_harmless_problem_is_sound():
    extra = Inspection(None, "finished", (), 0, (Problem("a", "extra"),))
    assert extra.is_sound
    assert extra.is_whole
