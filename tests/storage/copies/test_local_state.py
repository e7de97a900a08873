"""How far a folder can go on by itself, whatever is damaged in it."""

from dist_invention.storage.checkpoints import CheckpointFolder
from dist_invention.storage.copies.local_state import (
    checkpoint,
    configuration,
    is_reopened,
    lines,
    newest_step,
    steps,
)
from dist_invention.storage.journal import Journal
from dist_invention.storage.run import RunFolder
import numpy as np
import pytest

ABOUT = {"config": {"seed": 0}, "config_sha256": "ab12"}


@pytest.fixture
def run(tmp_path):
    with RunFolder.open(tmp_path, "run", ABOUT) as run:
        for step in (10, 20):
            for line in range(10):
                run.metrics.append({"step": step - 10 + line})
            about = {"metrics_lines": step}
            CheckpointFolder(run.checkpoints).write(step, {"w": np.ones(3)}, about)
    return run.path


def test_the_newest_checkpoint_counts(run):
    assert newest_step(run) == 20


def test_a_run_is_open_again_once_an_event_says_so(run):
    assert not is_reopened(run)
    Journal(run / "events.jsonl").append({"event": "reread", "reason": "mended"})
    assert is_reopened(run)
    (run / "events.jsonl").write_bytes(b"no journal\n")
    assert not is_reopened(run)


def test_a_damaged_checkpoint_does_not_count(run):
    (run / checkpoint(20)).write_bytes(b"half")
    assert newest_step(run) == 10


def test_a_checkpoint_without_its_metrics_does_not_count(run):
    Journal(run / "metrics.jsonl").truncate_to(15)
    assert newest_step(run) == 10
    (run / "metrics.jsonl").unlink()
    assert newest_step(run) == -1


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", None])
def test_without_a_readable_run_json_nothing_counts(run, content):
    path = run / "run.json"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert configuration(path) is None
    assert newest_step(run) == -1


def test_an_empty_folder_has_nothing(tmp_path):
    assert newest_step(tmp_path) == -1


def test_a_configuration_is_its_hash(run):
    assert configuration(run / "run.json") == "ab12"


def test_lines_of_a_journal_are_whole_and_readable_ones(tmp_path):
    journal, text = tmp_path / "a.jsonl", tmp_path / "a.log"
    assert (lines(journal), lines(text)) == (0, 0)
    journal.write_text('{"a": 1}\n{"a": 2}\n{"a')
    text.write_text("one\ntwo\nthr")
    assert (lines(journal), lines(text)) == (2, 2)
    journal.write_text('{"a": 1}\nnonsense\n')
    assert lines(journal) == -1


def test_steps_are_read_from_names_in_the_right_folder():
    names = [checkpoint(20), checkpoint(3), "stages/g000000004.npz", "run.json"]
    assert steps([*names, "checkpoints/x", "checkpoints/g000000005.npz.bak"]) == [3, 20]
