"""Tests of the runs behind a campaign."""

from dist_invention.reports.campaign_data import Campaign, read_campaign
from dist_invention.reports.campaign_runs import runs_section


def test_each_run_says_what_it_took(finished_campaign, outline):
    page = outline(runs_section(read_campaign(finished_campaign)))
    assert page.faults == []
    assert "joint 1 \u2713 finished 720 46,080 3 min 4 s physics-demo-s1" in page.text
    assert "Equal budgets. Every finished run took 720 steps" in page.text


def test_a_failed_run_is_red_with_its_evidence(finished_campaign, outline):
    made = runs_section(read_campaign(finished_campaign))
    page = outline(made)
    assert '<td class="bad num">\u00d7 failed, exit 3</td>' in made
    assert "random, seed 2: failed. step 312 of 720 OutOfMemory" in page.text


def test_unequal_budgets_are_an_alarm(finished_campaign):
    campaign = read_campaign(finished_campaign)
    budget = {"equal": False, "sentence": "joint took 700 steps."}
    other = Campaign(campaign.folder, {**campaign.summary, "budget": budget})
    made = runs_section(other)
    assert '<p class="alarm"><b>Unequal budgets. </b>joint took 700 steps.' in made


def test_a_missing_run_is_named_and_has_no_link(tmp_path, outline):
    row = {"arm": "joint", "seed": 0, "status": "missing"}
    page = outline(runs_section(Campaign(tmp_path, {"runs": [row]})))
    assert "Not done: joint, seed 0. The same command goes on" in page.text
    assert not [tag for tag, _ in page.tags if tag == "a"]
    assert "names no run" in runs_section(Campaign(tmp_path, {}))


def test_a_link_cannot_leave_the_page(finished_campaign):
    campaign = read_campaign(finished_campaign)
    run = next(iter(campaign.runs.values()))
    row = {"arm": "a", "seed": 0, "status": "finished", "folder": "javascript:x"}
    runs = {"javascript:x": run}
    made = runs_section(Campaign(campaign.folder, {"runs": [row]}, runs))
    assert 'href="javascript%3Ax/report.html"' in made
