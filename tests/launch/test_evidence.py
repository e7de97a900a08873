"""What a supervisor writes about a run, and what it leaves alone."""

import json

from dist_invention.launch import evidence
from dist_invention.launch.evidence import NotWritten, Standing
from dist_invention.launch.worker import Attempt
from dist_invention.storage import open_run
import pytest

ABOUT = {"config": {"batch_size": 6, "micro_batches": 1}, "config_sha256": "ab"}


@pytest.fixture
def run(tmp_path):
    with open_run(tmp_path, "run", ABOUT) as folder:
        pass
    return folder


def test_a_run_that_nobody_opened_has_no_folder(tmp_path):
    assert evidence.run_of(tmp_path / "handover.json") is None
    assert evidence.standing(None) == Standing()
    assert str(Standing()) == "no checkpoint"


def test_a_run_stands_where_its_newest_checkpoint_does(run):
    for step in (5, 1200):
        (run.checkpoints / f"g{step:09d}.npz").write_text("")
    found = evidence.standing(run.path)
    assert found == Standing(step=1200)
    assert str(found) == "checkpoint at step 1200"
    run.seal({})
    assert evidence.standing(run.path) > found
    assert str(evidence.standing(run.path)) == "sealed"


def test_the_number_of_parts_grows_until_each_is_one_example(run):
    steps = [evidence.raise_micro_batches(run.path, step) for step in (-1, 5, 9, 9)]
    assert steps == [(1, 2), (2, 6), (6, None), (6, None)]
    events = [row for row in run.events.read() if row["event"] == "micro_batches"]
    assert [row["step"] for row in events] == [0, 5]
    evidence.put_back_micro_batches(run.path, 1, 9)
    assert evidence.raise_micro_batches(run.path, 9) == (1, 2)


def test_a_sealed_run_stays_as_it_is(run):
    run.seal({})
    before = run.events.path.read_bytes()
    evidence.record_end(run.path, Attempt(-9, 1.0), 5)
    evidence.put_back_micro_batches(run.path, 1, 5)
    with pytest.raises(NotWritten, match="is sealed"):
        evidence.raise_micro_batches(run.path, 5)
    assert run.events.path.read_bytes() == before


def test_a_run_in_use_is_not_written(run, tmp_path):
    with open_run(tmp_path, "run", ABOUT), pytest.raises(NotWritten, match="locked by"):
        evidence.record_end(run.path, Attempt(1, 1.0), 5)


def test_a_journal_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(NotWritten, match="No such file"):
        evidence.record_end(tmp_path / "gone", Attempt(1, 1.0), 5)


def test_the_end_of_an_attempt_is_one_line_with_all_there_is(run):
    attempt = Attempt(78, 1.234, ("one", "two"), "two", 512.0)
    evidence.record_end(run.path, attempt, 7)
    row = json.loads(run.events.path.read_text().splitlines()[-1])
    assert row.pop("time")
    assert row == {
        "event": "ended",
        "exit_code": 78,
        "signal": None,
        "reason": "it stalled (exit code 78)",
        "seconds": 1.23,
        "step": 7,
        "host_peak_mebibytes": 512.0,
        "last_lines": ["one", "two"],
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "it failed (exit code 1)"),
        (77, "out of memory (exit code 77)"),
        (-6, "killed by SIGABRT"),
        (3, "it ended unexpectedly (exit code 3)"),
    ],
)
def test_an_end_is_said_in_words(code, words):
    assert evidence.reason_of(Attempt(code, 0.0)) == words
