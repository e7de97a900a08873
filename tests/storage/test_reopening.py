"""A sealed run is opened again only whole, for a reason, and keeps what it said."""

import json

from dist_invention.storage import (
    JournalFrozen,
    Mirror,
    RunFolder,
    manifest,
    reopen,
    reopening,
    times_sealed,
)
import pytest

ABOUT = {"config": {"seed": 0}, "config_sha256": "ab12", "code": {"commit": "c0"}}


class Killed(BaseException):
    """Ends a process as SIGKILL does."""


def sealed(runs_dir, score=1):
    with RunFolder.open(runs_dir, "a", ABOUT) as run:
        run.seal({"score": score})
    return run


def again(runs_dir, score=2, reason="mended", **given):
    with RunFolder.open(runs_dir, "a", ABOUT, **given) as run:
        if run.status == "finished":
            assert reopen(run, ABOUT, reason)
        run.record("test_read", split="far")
        run.seal({"score": score})
    return run


def test_it_is_unsealed_judged_and_sealed_again_with_all_results(tmp_path):
    sealed(tmp_path)
    run = again(tmp_path)
    again(tmp_path, score=3, reason="and again")
    assert run.status == "finished"
    assert manifest.verify(run.path) == []
    names = [entry["name"] for entry in manifest.read(run.path)["files"]]
    found = [name for name in names if name.startswith("results")]
    scores = [json.loads((run.path / name).read_text())["score"] for name in found]
    assert list(zip(found, scores, strict=True)) == [
        ("results-1.json", 1),
        ("results-2.json", 2),
        ("results.json", 3),
    ]
    assert times_sealed(run.path) == 2
    told = [event for event in run.events.read() if event["event"] == "reread"]
    assert [(event["reason"], event["results"]) for event in told] == [
        ("mended", "results-1.json"),
        ("and again", "results-2.json"),
    ]
    assert len(run.about["attempts"]) == 3


def test_once_open_it_takes_lines_and_sealed_again_it_does_not(tmp_path):
    sealed(tmp_path)
    run = again(tmp_path)
    with pytest.raises(JournalFrozen):
        run.record("more")


def test_a_damaged_run_stays_sealed_and_says_why(tmp_path, caplog):
    run = sealed(tmp_path)
    (run.path / "results.json").write_text('{"score": 99}')
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        assert not reopen(run, ABOUT, "mended")
        assert run.status == "finished"
    assert "results.json: changed" in caplog.text
    assert not (run.path / "results-1.json").exists()


@pytest.mark.parametrize(
    ("owner", "moment"), [(reopening.atomic, "write_bytes"), (RunFolder, "record")]
)
def test_a_kill_in_between_loses_nothing_and_the_next_attempt_goes_on(
    tmp_path, monkeypatch, owner, moment
):
    sealed(tmp_path)
    real = getattr(owner, moment)

    def killed(*given, **details):
        if moment == "write_bytes":
            real(*given)
        raise Killed

    with RunFolder.open(tmp_path, "a", ABOUT) as run, monkeypatch.context() as patch:
        patch.setattr(owner, moment, killed)
        with pytest.raises(Killed):
            reopen(run, ABOUT, "mended")
    assert run.status != "finished" or all(
        problem.is_harmless for problem in manifest.verify(run.path)
    )
    again(tmp_path)
    assert times_sealed(run.path) == 1
    assert manifest.verify(run.path) == []


def test_a_sealed_copy_elsewhere_does_not_undo_what_was_read_since(tmp_path):
    copies = tmp_path / "copies"
    run = sealed(tmp_path / "runs")
    mirror = Mirror("a", [copies])
    mirror.copy([path for _, path in manifest.contents(run.path)], run.path)
    mirror.copy([run.path / manifest.MANIFEST], run.path)
    assert mirror.wait(10)
    mirror.close()
    with RunFolder.open(tmp_path / "runs", "a", ABOUT) as run:
        reopen(run, ABOUT, "mended")
        run.record("test_read", split="far")  # and here the machine dies
    with RunFolder.open(tmp_path / "runs", "a", ABOUT, destinations=[copies]) as run:
        assert run.recovered is None
        assert "test_read" in [event["event"] for event in run.events.read()]


def test_results_without_their_event_are_never_written_over(tmp_path):
    sealed(tmp_path)
    with RunFolder.open(tmp_path, "a", ABOUT) as run:
        (run.path / "results-1.json").write_text("the first, left by a kill")
        assert reopen(run, ABOUT, "mended")
        assert (run.path / "results-1.json").read_text() == "the first, left by a kill"
        assert (run.path / "results-2.json").exists()
