"""Only a sealed run that still matches its manifest is trusted."""

import json
import sys

from dist_invention.campaigns import RunNotWhole
from dist_invention.campaigns.finished import made_by, named_by, sealed_by, trusted
from dist_invention.storage import file_sha256, open_run, write_json
import pytest

WORDS = ["train.py", "--seed", "1"]


@pytest.fixture
def sealed(tmp_path, monkeypatch):
    """Seal a run as our runs do."""
    monkeypatch.setenv("DIST_INVENTION_HOME", str(tmp_path / "home"))

    def make(name="r", words=WORDS, script=None, **results):
        code = {"commit": "c", "script_sha256": script}
        about = {"config": {}, "config_sha256": "ab", "argv": words, "code": code}
        with open_run(tmp_path / "runs", name, about) as run:
            run.metrics.append({"kind": "epoch"})
            run.seal({"status": "finished", **results})
        return tmp_path / "runs" / name

    return make


def test_a_sealed_run_is_read(sealed):
    run = trusted("a", sealed(seed=7))
    assert (run.step, run.run_id, run.results["seed"]) == ("a", "r", 7)
    assert run.about["argv"] == WORDS


def test_a_changed_byte_a_missing_file_or_no_seal_is_refused(sealed):
    folder = sealed()
    (folder / "metrics.jsonl").write_text("{}\n")
    with pytest.raises(RunNotWhole, match=r"metrics\.jsonl: changed"):
        trusted("a", folder)
    (folder / "metrics.jsonl").unlink()
    with pytest.raises(RunNotWhole, match=r"metrics\.jsonl: missing"):
        trusted("a", folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(RunNotWhole, match=r"manifest\.json: missing"):
        trusted("a", folder)


def test_a_run_that_calls_itself_unfinished_is_refused(sealed):
    with pytest.raises(RunNotWhole, match="status 'failed'"):
        trusted("a", sealed(status="failed"))


def test_a_run_is_found_by_what_its_command_asked_for(sealed, tmp_path):
    folder = sealed()
    sealed("other", [*WORDS, "--epochs", "3"])
    assert sealed_by(tmp_path / "runs", [*WORDS, "--runs-dir", "runs"]) == folder
    assert sealed_by(tmp_path / "runs", ["train.py", "--seed", "2"]) is None
    assert sealed_by(tmp_path / "nowhere", WORDS) is None


def test_of_several_the_newest_is_found(sealed, tmp_path):
    sealed("r")
    assert sealed_by(tmp_path / "runs", WORDS).name == "r"
    newer = sealed("q")
    about = json.loads((newer / "run.json").read_text())
    write_json(newer / "run.json", {**about, "created_utc": "2999"})
    assert sealed_by(tmp_path / "runs", WORDS) == newer


def test_runs_without_a_record_of_their_command_are_not_found(sealed, tmp_path):
    sealed(words=None)
    assert sealed_by(tmp_path / "runs", WORDS) is None


def test_a_changed_script_may_mean_something_else_by_the_same_flags(sealed, tmp_path):
    script = tmp_path / "train.py"
    script.write_text("old")
    words = [str(script), "--seed", "1"]
    folder = sealed(words=words, script=file_sha256(script))
    assert sealed_by(tmp_path / "runs", words, by_this_script=True) == folder
    script.write_text("new")
    assert not made_by(folder, str(script))
    assert sealed_by(tmp_path / "runs", words, by_this_script=True) is None
    assert sealed_by(tmp_path / "runs", words) == folder
    script.unlink()
    assert not made_by(folder, str(script))


def test_an_output_may_name_the_run_that_it_finished(sealed, tmp_path):
    folder = sealed()
    runs = tmp_path / "runs"
    assert named_by(runs, ["a", f"results: {folder / 'results.json'}"]) == folder
    assert named_by(runs, [f"results: {sys.prefix}/results.json"]) is None
    assert named_by(runs, ["results: "]) is None
    (folder / "manifest.json").unlink()
    assert named_by(runs, [f"results: {folder / 'results.json'}"]) is None


def test_a_damaged_record_is_not_trusted(sealed, tmp_path):
    folder = sealed()
    (folder / "run.json").write_text("{")
    assert sealed_by(tmp_path / "runs", WORDS) is None
