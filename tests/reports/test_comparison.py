"""Tests of which runs may stand side by side."""

import dataclasses

from dist_invention.reports.comparison import (
    TasksDiffer,
    cautions,
    labels,
    read_comparable,
    score_of,
    settings_that_differ,
    steps_of,
)
from dist_invention.reports.run_data import UnsealedRunError
import pytest


@pytest.fixture
def folders(campaign_folder):
    return sorted(campaign_folder.glob("*-s0/*"))


def test_runs_of_one_task_are_read(folders):
    runs = read_comparable(folders)
    assert labels(runs) == ["curriculum, seed 0", "joint, seed 0", "random, seed 0"]
    assert {steps_of(run) for run in runs} == {720}
    assert cautions(runs) == []


def test_runs_of_other_tasks_are_refused(campaign_folder, folders, reseal):
    reseal(campaign_folder, "joint-s0", task_sha256="0" * 64)
    with pytest.raises(TasksDiffer, match=r"Expected .* Received: .*Compare runs"):
        read_comparable(folders)


def test_runs_without_a_task_hash_are_refused(campaign_folder, folders, reseal):
    for name in ("curriculum-s0", "joint-s0", "random-s0"):
        reseal(campaign_folder, name, task_sha256=None)
    with pytest.raises(TasksDiffer, match="no task hash"):
        read_comparable(folders)


def test_an_unsealed_run_is_refused(folders):
    (folders[1] / "manifest.json").unlink()
    with pytest.raises(UnsealedRunError, match=r"Expected the sealed run.*Missing"):
        read_comparable(folders)


def test_a_run_changed_after_its_seal_is_refused(folders):
    path = folders[1] / "results.json"
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 7'))
    with pytest.raises(UnsealedRunError, match="it was changed"):
        read_comparable(folders)


def test_one_run_or_one_twice_is_no_comparison(folders):
    for given in ([], folders[:1], [folders[0], folders[0]]):
        with pytest.raises(ValueError, match="at least two different run folders"):
            read_comparable(given)


def test_names_that_do_not_tell_runs_apart_give_way_to_run_ids(folders):
    runs = read_comparable(folders)
    same = [
        dataclasses.replace(run, results={**run.results, "arm": "a"}) for run in runs
    ]
    assert labels(same) == [run.name for run in runs]


def test_unequal_steps_code_and_allowed_leaks_are_cautions(folders):
    first, second, _ = read_comparable(folders)
    leak = {"verdict": "allowed leak", "allowed_because": "a control"}
    short = {**second.results, "audit": leak, "stages": [{"steps": 5}]}
    other = dataclasses.replace(second, results=short, run={"code": {"commit": "x"}})
    said = cautions([first, other])
    assert said[0].endswith("a leak was found and allowed: a control")
    assert said[1] == "Unequal budgets: from 5 to 720 steps."
    assert said[2] == "The runs come from 2 versions of the code."


def test_only_settings_that_differ_are_listed(folders):
    rows = settings_that_differ(read_comparable(folders))
    assert rows == [["arm", "curriculum", "joint", "random"]]


def test_a_score_is_found_by_split_and_metric(folders):
    run = read_comparable(folders)[0]
    found = score_of(run, {"split": "test_far", "metric": "energy_error"})
    assert (found["stratum"], found["tier"]) == ("all", "far")
    assert score_of(run, {"split": "none", "metric": "energy_error"}) == {}
