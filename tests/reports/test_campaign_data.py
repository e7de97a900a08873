"""Tests of reading a campaign folder."""

import json
import shutil

from dist_invention.reports.campaign_data import (
    Campaign,
    cautions,
    objections,
    read_campaign,
)
import pytest


def rewrite(folder, **values):
    path = folder / "summary.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **values}), encoding="utf-8")


def test_a_campaign_is_read_with_its_sealed_runs(finished_campaign):
    campaign = read_campaign(finished_campaign)
    assert len(campaign.rows()) == 9
    assert len(campaign.runs) == 8
    assert campaign.unsealed == {}
    assert campaign.sealed("joint", 1)["arm"] == "joint"
    assert campaign.sealed("random", 2) == {}
    assert objections(campaign) == []


def test_a_folder_without_a_summary_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Expected .*Received.*Give the"):
        read_campaign(tmp_path)


def test_a_summary_that_is_not_json_is_refused(tmp_path):
    (tmp_path / "summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Expected JSON in `summary\.json`"):
        read_campaign(tmp_path)
    (tmp_path / "summary.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Expected a JSON object.*list"):
        read_campaign(tmp_path)


def test_a_run_called_finished_but_not_sealed_is_an_objection(campaign_folder):
    next(campaign_folder.glob("joint-s0/*/manifest.json")).unlink()
    campaign = read_campaign(campaign_folder)
    assert list(campaign.unsealed) == ["joint-s0/physics-demo-s0-1a2b3c4d"]
    assert objections(campaign)[0].startswith("Not sealed, though called finished")
    assert "numbers of the summary are not those" in objections(campaign)[1]


def test_a_run_that_is_gone_is_an_objection(campaign_folder):
    shutil.rmtree(campaign_folder / "joint-s0")
    assert "Not sealed" in objections(read_campaign(campaign_folder))[0]


def test_a_number_typed_into_the_summary_is_an_objection(campaign_folder, summary):
    summary["scores"][0]["arms"][0]["values"][1]["value"] = 0.001
    rewrite(campaign_folder, scores=summary["scores"])
    said = objections(read_campaign(campaign_folder))
    assert said == [
        "1 numbers of the summary are not those of a sealed run, the first of "
        "position_error_1s on test_in, arm curriculum, seed 1."
    ]


def test_pairs_of_different_tasks_are_an_objection(campaign_folder, reseal):
    reseal(campaign_folder, "joint-s0", task_sha256="0" * 64)
    said = objections(read_campaign(campaign_folder))
    assert said == [
        "Compared though asked another task than curriculum: joint, seed 0."
    ]


def test_seeds_may_have_tasks_of_their_own(campaign_folder, reseal):
    for arm in ("curriculum", "joint", "random"):
        reseal(campaign_folder, f"{arm}-s1", task_sha256="1" * 64)
    assert objections(read_campaign(campaign_folder)) == []


def test_allowed_leaks_and_warnings_are_cautions(campaign_folder, reseal):
    leak = {"verdict": "allowed leak", "allowed_because": "a control"}
    reseal(campaign_folder, "joint-s0", audit=leak)
    said = cautions(read_campaign(campaign_folder))
    assert said[0].startswith("3 seeds are few")
    assert said[1] == "A leak was found and allowed. The reason given: a control"


def test_a_campaign_without_a_name_has_that_of_its_folder(tmp_path):
    assert Campaign(tmp_path / "arms", {}).name == "arms"
    assert Campaign(tmp_path, {}).reference == "curriculum"
