"""Tests of arms beside one another."""

from dist_invention.reports.arms_table import (
    area_section,
    arms_section,
    arms_table,
    unit_note,
)
from dist_invention.reports.campaign_data import Campaign, read_campaign
from dist_invention.reports.words import interval, number


def test_each_cell_has_mean_interval_and_every_seed(
    finished_campaign, summary, outline
):
    page = outline(arms_section(read_campaign(finished_campaign)))
    assert page.faults == []
    cell = summary["scores"][0]["arms"][0]
    seeds = ", ".join(f"{v['seed']}: {number(v['value'])}" for v in cell["values"])
    said = f"{number(cell['mean'])} {interval(cell['interval'])} seeds {seeds}"
    assert said in page.text


def test_tests_stand_in_order_of_distance_and_the_best_baseline_last(
    finished_campaign, outline
):
    campaign = read_campaign(finished_campaign)
    text = outline(arms_table(campaign.summary["scores"][:4][::-1], campaign)).text
    places = [text.index(f"test {t}") for t in ("in", "near", "far", "regimes")]
    assert places == sorted(places)
    assert "best baseline" in text
    assert "constant acceleration" in text
    assert "curriculum the reference" in text


def test_two_seeds_have_no_interval(finished_campaign, outline):
    page = outline(arms_section(read_campaign(finished_campaign)))
    assert "no interval, n 2 seeds 0:" in page.text


def test_one_metric_is_open_and_the_others_are_folded(finished_campaign):
    made = arms_section(read_campaign(finished_campaign))
    assert made.count("<details>") == 2
    assert "<h3>Position error 1s (training scale, lower is better)</h3>" in made


def test_the_area_has_its_own_table(finished_campaign, outline, tmp_path):
    page = outline(area_section(read_campaign(finished_campaign)))
    assert "Area under the budget curve (loss x steps, lower is better)" in page.text
    assert "no area under" in area_section(Campaign(tmp_path, {}))


def test_without_scores_nothing_is_invented(tmp_path):
    assert "no run has finished" in arms_section(Campaign(tmp_path, {}))
    assert unit_note({"unit": "1", "better": "higher"}) == " (higher is better)"


def test_an_arm_behind_the_best_baseline_is_said_to_be(finished_campaign, outline):
    page = outline(arms_section(read_campaign(finished_campaign)))
    found = page.text.split("Energy error")[0]
    assert "behind the best baseline" in found
    assert found.count("behind the best baseline") < 3 * 4
