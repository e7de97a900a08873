"""Failures that this world makes concrete; each is impossible here."""

from dataclasses import replace
import importlib.util
import json
from pathlib import Path
import re
import sys

from dist_invention.domains import collatz
from dist_invention.domains.collatz import data, record_data
from dist_invention.domains.collatz.seeds import HARD_SEEDS, TEST_SEEDS
from dist_invention.evaluation.isolation import find_leaks
from dist_invention.launch import main
from dist_invention.training import Selection
from dist_invention.training.selection import NoSelection
import pytest

SCRIPT = (
    Path(__file__).resolve().parents[3]
    / "experiments"
    / "05_collatz_lyapunov"
    / "train.py"
)
TINY = "--lookahead 2 --epochs 1 --batch-size 16 --samples 60 --precision float32"
TABLE = f"{TINY} --trits 2 --steps 3"
RECORD = f"{TINY} --preset record --ramp 0"
REASON = "to measure what the leak was worth"


@pytest.fixture(scope="module")
def experiment():
    """The experiment itself, on smaller sets of the same recipes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "_hard", small_hard)
        patch.setattr(data, "SELECT_POPULATION", 40)
        patch.setattr(data, "TRAIN_SAMPLE", 100)
        patch.setattr(record_data, "SAMPLE", 200)
        spec = importlib.util.spec_from_file_location("experiment_collatz", SCRIPT)
        module = importlib.util.module_from_spec(spec)
        patch.setitem(sys.modules, spec.name, module)  # its dataclass asks for it
        spec.loader.exec_module(module)
        patch.setattr(module, "STEPS_PER_EPOCH", 2)
        yield module.Collatz


def small_hard(seed):
    return tuple(data.hard_values(seed, candidates=2000, paths=2))


def run(experiment, words, folder):
    """Return the exit code of a command line and the folder of its run."""
    with pytest.raises(SystemExit) as stop:
        main(experiment, [*words, "--runs-dir", str(folder)])
    [path] = folder.iterdir()
    return stop.value.code, path


@pytest.fixture(scope="module")
def sealed(experiment, tmp_path_factory):
    """The folder of a tiny honest run of a table."""
    code, path = run(experiment, TABLE.split(), tmp_path_factory.mktemp("honest"))
    assert code == 0
    return path


def results_of(path):
    return json.loads((path / "results.json").read_text())


def test_the_leak_of_the_record_is_refused_in_three_sentences(
    experiment, tmp_path, capsys
):
    """Row 32: only the five integers were left out of training, not their paths."""
    assert not set(HARD_SEEDS) & set(TEST_SEEDS)
    code, path = run(experiment, [*RECORD.split(), "--leak"], tmp_path)
    assert code == 2
    [said] = [
        line
        for line in capsys.readouterr().err.splitlines()
        if line.startswith("Expected ")
    ]
    assert len(re.findall(r"[.?](?:\s|$)", said)) == 3
    assert "`train` and `test_trajectories` to share nothing" in said
    assert "with the same key" in said
    assert not (path / "results.json").exists()
    assert not list((path / "checkpoints").glob("*.npz")), "it never trained"


def test_a_leak_that_is_allowed_stands_beside_every_score(experiment, tmp_path, capsys):
    """Row 32: the record's scores came without a word of what was shared."""
    words = [*RECORD.split(), "--leak", "--allow-leak", REASON]
    code, path = run(experiment, words, tmp_path)
    assert code == 0
    assert "audit: allowed leak" in capsys.readouterr().out
    audit = results_of(path)["audit"]
    assert audit["verdict"] == "allowed leak"
    assert audit["allowed_because"] == REASON
    found = {
        tuple(check["splits"]): check["count"]
        for check in audit["checks"]
        if check["name"] == "same key"
    }
    assert found["train", "test_trajectories"] > 0
    page = (path / "report.html").read_text()
    assert f"Allowed because: {REASON}" in page
    assert "The audit found a leak that was allowed." in page


def test_without_the_switch_the_recipe_of_the_record_shares_nothing(experiment):
    """Row 32: its sampler, its seeds and its mining, with the judged values out."""
    config = experiment.presets["record"]
    honest = experiment(config)
    assert find_leaks(list(honest.build_splits())).verdict == "clean"


def test_an_empty_pool_draws_no_path_of_a_test_seed():
    """Row 1: with no seed active yet, the record took the test seed 27 instead."""
    assert collatz.Pool(active=0).paths() == []
    [taken] = collatz.Pool(active=0, leak=True).paths()
    assert taken.path[0] in TEST_SEEDS


def test_the_rule_that_picks_weights_is_declared_and_reads_no_test(
    experiment, sealed, tmp_path
):
    """Rows 11 and 54: the record watched 27, a test seed, while it trained."""
    assert experiment.selection == Selection.last()
    results = results_of(sealed)
    assert results["selection"]["rule"] == "last"
    roles = {row["name"]: row["role"] for row in results["data"]}
    assert {name for name, role in roles.items() if role == "select"} == {
        "select_hard",
        "select_population",
    }
    tests = {name for name, role in roles.items() if role == "test"}
    assert tests == {"test_trajectories", "test_hard", "test_population"}
    assert {row["split"]: row["count"] for row in results["reads"]} == dict.fromkeys(
        tests, 1
    )
    logged = (sealed / "metrics.jsonl").read_text()
    assert "select_population" in logged
    assert not any(name in logged for name in tests)

    class OnTrajectories(experiment):
        selection = Selection.best("test_trajectories")

    tiny = replace(experiment.presets["demo"], lookahead=2, runs_dir=tmp_path)
    with pytest.raises(NoSelection, match="role is test"):
        OnTrajectories(replace(tiny, samples=60, trits=2)).run()


def test_no_score_stands_without_n_and_the_formulas(sealed):
    """Rows 2 and 42: a formula with nothing to learn had as many violations."""
    scores = results_of(sealed)["scores"]
    assert {score["split"] for score in scores} == {
        "test_trajectories",
        "test_hard",
        "test_population",
    }
    for score in scores:
        names = {row["name"] for row in score["baselines"]}
        if score["status"] == "measured":
            assert score["n"] >= 20
            assert {"constant", "ln n", "PEAK", "look-behind floor"} <= names
        else:
            assert score["value"] is None, "no number without a measurement"
            assert score["reason"]
    judged = {
        score["stratum"]: score["n"]
        for score in scores
        if (score["metric"], score["split"]) == ("violations", "test_trajectories")
    }
    assert judged["all"] == 429
    assert judged["record=fresh"] == 157
    assert judged["step=growth"] == 255
    assert judged["seed=seed 703"] == 62
